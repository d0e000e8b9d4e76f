"""The report of a run: the balance equation, stored and told."""

from collections.abc import Callable
from dataclasses import dataclass

import psycopg

from relances.rendering.rapport import Releve, rapport
from relances.rules.apercu import exemples
from relances.rules.bilan import Bilan
from relances.rules.causes import Explications
from relances.rules.corrections import codes_a_corriger
from relances.rules.models import Canal
from relances.rules.redaction import Plume
from relances.rules.routing import Chemin
from relances.store.accounts import list_faulty
from relances.store.apercu import Previews
from relances.store.corrections import Corrections
from relances.store.executions import Execution, Executions
from relances.store.rapport import Reporting


@dataclass(frozen=True, slots=True)
class Wording:
    """What a report is written with. ``explications``: what the codes of fournisseurs mean."""

    explications: Explications
    plume: Plume
    chemin_of: Callable[[str], Chemin]


def report(relances: psycopg.Connection, execution: Execution, wording: Wording) -> tuple[Bilan, str]:
    """Compute, store and tell where every extracted creance of the execution is."""
    bilan, text = tell(relances, execution, wording)
    Executions(relances).close(execution, equilibre=bilan.equilibre, bilan=bilan.as_json(), rapport=text)
    return bilan, text


def tell(relances: psycopg.Connection, execution: Execution, wording: Wording) -> tuple[Bilan, str]:
    """The same, and nothing is stored."""
    with relances.transaction():
        Reporting(relances).expect_millions()
        releve = _releve(relances, execution, wording)
    return releve.bilan, rapport(releve, wording.explications)


def _releve(relances: psycopg.Connection, execution: Execution, wording: Wording) -> Releve:
    reporting = Reporting(relances)
    asked = reporting.asked(execution)
    bilan = Bilan(
        execution.date_relance,
        Canal(execution.canal) if execution.canal else None,
        asked.fournisseur,
        asked.campagne,
        execution.simulation,
        reporting.totals(execution),
        reporting.balance(execution),
        reporting.costs(execution),
    )
    cas = Previews(relances).examples(execution) if execution.simulation else ()
    return Releve(
        execution.run_id,
        bilan,
        Corrections(relances).counts(execution, codes_a_corriger(asked.fournisseur)),
        reporting.changes(execution, [niveau.a_partir_de_jours for niveau in wording.plume.politique.niveaux]),
        exemples(cas, wording.plume, wording.chemin_of),
        list_faulty(relances, execution),
    )
