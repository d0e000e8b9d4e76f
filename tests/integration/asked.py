"""What a person asks for, as the commands do it: a service of this installation, then its sentence."""

from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from relances.orchestration.installation import installation as from_airflow  # whose connections are examined too
from relances.rendering import (
    apercu,
    arret,
    contacts,
    corrections,
    decisions,
    diagnostic,
    douteuses,
    oppositions,
    reactivation,
    restauration,
)
from relances.rendering.line_log import line_log, told
from relances.rendering.rapport import rapport
from relances.rendering.tableau_csv import open_csv
from relances.rules.arret import Action
from relances.rules.restauration import Parole
from relances.services import apercu as previews
from relances.services import arret as lanes
from relances.services import contacts as contact_lists
from relances.services import corrections as correcting
from relances.services import diagnostic as examining
from relances.services import douteuses as doubting
from relances.services import oppositions as opposing
from relances.services import reactivation as reactivating
from relances.services import restauration as restoring
from relances.services.diagnostic_values import Diagnostic as Examined
from relances.services.imports import open_table
from relances_providers.messaging import Finding, Verdict
from tests.jour import here as installation


@dataclass(frozen=True, slots=True)
class CompteRendu:
    """What an import prints. ``fait``: it did what was asked."""

    texte: str
    fait: bool


def act(action: Action, fournisseur: str | None) -> list[str]:
    return arret.lines(action, lanes.act(installation(), action, fournisseur))


def reactivate(telephone: str) -> str:
    return reactivation.said(reactivating.reactivate(installation(), telephone))


def restaurer(parole: Parole, *, forcer: bool) -> str:
    return restauration.said(restoring.restaurer(installation(), parole, forcer=forcer))


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """What was found of one connection, in words."""

    conn_id: str
    finding: Finding

    @property
    def is_bad(self) -> bool:
        return self.finding.verdict is Verdict.BAD


def in_words(found: Iterable[Examined]) -> list[Diagnostic]:
    return [Diagnostic(each.conn_id, diagnostic.finding(each.part, each.verdict, each.fait)) for each in found]


def diagnose(fournisseur: str | None = None, telephone: str | None = None) -> list[Diagnostic]:
    return in_words(examining.diagnose(from_airflow(), fournisseur, telephone))


def message_test(fournisseur: str, telephone: str | None, texte: str) -> list[Diagnostic]:
    return in_words(examining.message_test(installation(), fournisseur, telephone, texte))


def list_corrections(passage: str | None, csv: Path | None) -> str:
    if csv is None:
        found = correcting.summarize(installation(), passage)
        return f"{corrections.origin(found.passages)}\n\n{corrections.summary(found.nombres, found.premieres)}"
    with correcting.stream(installation(), passage) as (_, rows), open_csv(csv, corrections.HEADER) as write:
        return corrections.written(write(map(corrections.cells, rows)), csv)


def list_doubtful(csv: Path | None) -> str:
    if csv is None:
        found = doubting.summarize(installation())
        return douteuses.summary(found.premieres, found.total)
    with doubting.stream(installation()) as rows, open_csv(csv, douteuses.HEADER) as write:
        return douteuses.written(write(map(douteuses.cells, rows)), csv)


def import_contacts(
    fichier: Path, campagne: str, today: date, *, encodage: str | None = None, ignorer_erreurs: bool
) -> CompteRendu:
    with (
        open_table(fichier, encodage) as table,
        line_log(fichier, "erreurs") as erreurs,
        line_log(fichier, "remarques") as remarques,
    ):
        imported = contact_lists.import_contacts(
            installation(),
            table,
            campagne,
            erreurs=erreurs,
            remarques=remarques,
            today=today,
            ignorer_erreurs=ignorer_erreurs,
        )
    return CompteRendu(told(contacts.said(imported), erreurs, remarques, fait=imported.fait), imported.fait)


def add(contribuable: str | None, telephone: str | None, motif: str | None) -> str:
    if contribuable is None:
        return oppositions.numbers_added(opposing.add_numbers(installation(), telephone or "", motif))
    return oppositions.added(opposing.add_contribuable(installation(), contribuable, motif))


def remove(contribuable: str | None, telephone: str | None) -> str:
    if contribuable is None:
        return oppositions.numbers_removed(opposing.remove_numbers(installation(), telephone or ""))
    return oppositions.removed(opposing.remove_contribuable(installation(), contribuable))


def listing(csv: Path | None = None) -> str:
    if csv is None:
        liste = opposing.listing(installation())
        return oppositions.lines(liste.contribuables, liste.numeros)
    with open_csv(csv, oppositions.HEADER) as write:
        liste = opposing.listing(installation())
        return oppositions.written(write(oppositions.rows(liste.contribuables, liste.numeros)), csv)


def import_oppositions(fichier: Path, *, encodage: str | None = None, ignorer_erreurs: bool) -> CompteRendu:
    with open_table(fichier, encodage) as table, line_log(fichier, "erreurs") as erreurs:
        listed = opposing.import_oppositions(installation(), table, erreurs, ignorer_erreurs=ignorer_erreurs)
    return CompteRendu(told(oppositions.imported(listed), erreurs, fait=listed.fait), listed.fait)


def preview(asked: Mapping[str, object], csv: Path | None) -> str:
    with nullcontext() if csv is None else open_csv(csv, decisions.HEADER) as write:
        request = previews.simulation(asked)
        report = f"{previews.simulate(installation(), request, rapport)}\n{apercu.SIMULATED}\n"
        if csv is None or write is None:
            return f"{report}\n{apercu.list_offered(request.run_id)}"
        with previews.decisions(installation(), request.run_id) as (prises, meaning):
            rows = write(decisions.cells(prise, meaning) for prise in prises)
        return f"{report}\n{apercu.list_written(request.run_id, rows, csv)}"


def show(run_id: str, csv: Path | None) -> str:
    with nullcontext() if csv is None else open_csv(csv, decisions.HEADER) as write:
        report = previews.show(installation(), run_id, rapport)
        if csv is None or write is None:
            return f"{report}\n{apercu.list_offered(run_id)}"
        with previews.decisions(installation(), run_id) as (prises, meaning):
            rows = write(decisions.cells(prise, meaning) for prise in prises)
        return f"{report}\n{apercu.list_written(run_id, rows, csv)}"
