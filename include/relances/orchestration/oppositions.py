"""``relances opposition``: who is reminded no more, a contribuable of the tax application or a number."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, TypeVar

from relances.orchestration.connections import RELANCES, database
from relances.orchestration.importation import CompteRendu, opened, told
from relances.orchestration.numeros import read_by_providers
from relances.orchestration.politique import politique
from relances.rendering.csv_sur import Valeur
from relances.rendering.markdown import compte
from relances.rules.colonnes import Illisible, short_text
from relances.rules.errors import Blocked
from relances.rules.numeros import Numero
from relances.rules.numeros_cellule import read_telephones
from relances.rules.oppositions import read_contribuable_id
from relances.services import imports
from relances.services.imports import Listed
from relances.services.line_log import line_log
from relances.services.tableau_csv import PERSONAL_DATA, open_csv
from relances.store.oppositions import Oppositions
from relances.store.sources import CONTACTS
from relances_providers.discretion import mask, without_numbers

T = TypeVar("T")
_MOTIF_MAX: Final = 200  # characters
_NOT_CAMPAIGNS: Final = " Les campagnes de contacts importés ne sont couvertes que par --telephone."
_HEADER: Final = ("contribuable_id", "source", "telephone", "canaux", "fournisseur", "depuis", "motif")
_OLD_PLAN: Final = " Il est écrit dans l'ancien plan et converti : s'il y manque un chiffre, c'est celui d'un autre."
_UNKNOWN: Final = " Aucune créance à cet identifiant dans la dernière extraction : vérifiez-le."


def add(contribuable: str | None, telephone: str | None, motif: str | None) -> str:
    """Silence a contribuable or a number; returns the sentence that says so. Blocked where it is none."""
    why = _read(short_text(_MOTIF_MAX), motif) if motif else None
    with database(RELANCES) as relances:
        oppositions = Oppositions(relances)
        if contribuable is None:
            return "\n".join(_added(oppositions, numero, why) for numero in _read(_numeros_of, telephone or ""))
        source, found = _contribuable(oppositions, contribuable)
        new = oppositions.add(source, {found: why})
        said = f"{_called(source, found)} {'est' if new else 'était déjà'} en opposition."
        if source == CONTACTS:
            return said
        return said + _NOT_CAMPAIGNS + (_UNKNOWN if oppositions.unknown(source, [found]) else "")


def remove(contribuable: str | None, telephone: str | None) -> str:
    """Take a contribuable or a number off the list; returns the sentence that says so. Blocked where it is none."""
    with database(RELANCES) as relances:
        oppositions = Oppositions(relances)
        if contribuable is None:
            return "\n".join(_removed(oppositions, numero) for numero in _read(_numbers_of, telephone or ""))
        source, found = _contribuable(oppositions, contribuable)
        if oppositions.remove(source, found):
            return f"{_called(source, found)} n'est plus en opposition."
        return f"{_called(source, found)} n'est pas dans la liste."


def listing(csv: Path | None = None) -> str:
    """The whole list, numbers masked; or where it is written whole."""
    with database(RELANCES) as relances:
        oppositions = Oppositions(relances)
        if csv is None:
            return "\n".join(_lines(oppositions)) or "Personne n'est en opposition."
        with open_csv(csv, _HEADER) as write:
            rows = write(_rows(oppositions))
    return f"{compte(rows, 'opposition écrite', 'oppositions écrites')} dans {csv} ({PERSONAL_DATA})."


def import_oppositions(fichier: Path, *, encodage: str | None = None, ignorer_erreurs: bool) -> CompteRendu:
    """Add a file to the list. Blocked where it is no such file. ``encodage``: of the file; None: as it shows."""
    source = politique().source
    with opened(fichier, encodage) as table, line_log(fichier, "erreurs") as erreurs, database(RELANCES) as relances:
        listed = imports.import_oppositions(
            relances, table, source, _numbers_of, erreurs, ignorer_erreurs=ignorer_erreurs
        )
    return told(_said(listed), erreurs, fait=listed.fait)


def _said(listed: Listed) -> str:
    if not listed.fait:
        return f"Lignes lues : {listed.lues}, refusées : {listed.refusees}."
    said = f"Lignes lues : {listed.lues}, ajoutées : {listed.ajoutees}, déjà en opposition : {listed.connues}, "
    said += f"répétées : {listed.repetees}, refusées : {listed.refusees}. "
    said += f"En opposition, contribuables : {listed.contribuables}, numéros : {listed.numeros}, "
    said += f"dont nouveaux : {listed.nouveaux}."
    if listed.inconnus:
        said += f" Contribuables sans créance dans la dernière extraction, à vérifier : {listed.inconnus}."
    return said


def _lines(oppositions: Oppositions) -> Iterator[str]:
    for each in oppositions.contribuables():
        yield _line(f"contribuable {each.contribuable_id} ({each.source})", f"{each.depuis:%d/%m/%Y}", each.motif)
    for number in oppositions.numbers():
        said_to = "" if number.fournisseur is None else f", dit à {number.fournisseur}"
        yield _line(f"{mask(number.telephone)} ({number.canaux}{said_to})", f"{number.depuis:%d/%m/%Y}", number.motif)


def _rows(oppositions: Oppositions) -> Iterator[tuple[Valeur, ...]]:
    """In the order of _HEADER."""
    for each in oppositions.contribuables():
        yield each.contribuable_id, each.source, None, None, None, f"{each.depuis:%d/%m/%Y}", each.motif
    for number in oppositions.numbers():
        since = f"{number.depuis:%d/%m/%Y}"
        yield None, None, f"+{number.telephone}", number.canaux, number.fournisseur, since, number.motif


def _line(who: str, since: str, motif: str | None) -> str:
    return f"{who}, depuis le {since}" + (f" : {without_numbers(motif)}" if motif else "")


def _contribuable(oppositions: Oppositions, text: str) -> tuple[str, str]:
    """The source and the id of whom this names: an imported contact's id is of no taxpayer."""
    found = _read(read_contribuable_id, text)
    return CONTACTS if oppositions.contacts([found]) else politique().source, found


def _called(source: str, contribuable_id: str) -> str:
    return f"Le {'contact importé' if source == CONTACTS else 'contribuable'} {contribuable_id}"


def _added(oppositions: Oppositions, numero: Numero, why: str | None) -> str:
    new = oppositions.add_numbers({numero.chiffres: why})
    said = f"{mask(numero.chiffres)} {'est' if new else 'était déjà'} en opposition, sur tous les canaux."
    return said + (_OLD_PLAN if numero.migre else "")


def _removed(oppositions: Oppositions, numero: str) -> str:
    if oppositions.remove_number(numero):
        return f"{mask(numero)} n'est plus en opposition."
    return f"{mask(numero)} n'est pas dans la liste ; si un fournisseur l'a signalé : relances reactiver."


def _numeros_of(text: str) -> list[Numero]:
    _, numeros = read_telephones(text, read_by_providers)
    return numeros


def _numbers_of(text: str) -> list[str]:
    return [numero.chiffres for numero in _numeros_of(text)]


def _read(read: Callable[[str], T], text: str) -> T:
    try:
        return read(text)
    except Illisible as error:
        raise Blocked(f"opposition : {error}", "this cannot be read") from None
