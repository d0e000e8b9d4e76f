"""Who is reminded no more, in words: what changed, the list with numbers masked, and the rows of a whole table."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from relances.rendering.csv_sur import Valeur
from relances.rendering.json_sur import Record
from relances.rendering.markdown import quantite
from relances.rendering.tableau_csv import PERSONAL_DATA
from relances.rules.oppositions import Listed, Nomme, NumeroMuet, NumeroNomme, Opposant
from relances_providers.discretion import mask, without_numbers

HEADER: Final = ("contribuable_id", "source", "telephone", "canaux", "fournisseur", "depuis", "motif")
KEYS: Final = ("contribuable_id", "source", "depuis", "motif")
NUMBER_KEYS: Final = ("numero", "canaux", "fournisseur", "depuis", "motif")
_NOT_CAMPAIGNS: Final = " Les campagnes de contacts importés ne sont couvertes que par --telephone."
_OLD_PLAN: Final = " Il est écrit dans l'ancien plan et converti : s'il y manque un chiffre, c'est celui d'un autre."
_UNKNOWN: Final = " Aucune créance à cet identifiant dans la dernière extraction : vérifiez-le."


def added(nomme: Nomme) -> str:
    """A contribuable was added, or was there."""
    said = f"{_called(nomme)} {'est' if nomme.change else 'était déjà'} en opposition."
    if nomme.contact:
        return said
    return said + _NOT_CAMPAIGNS + (_UNKNOWN if nomme.inconnu else "")


def numbers_added(numeros: Sequence[NumeroNomme]) -> str:
    """A line for each number, masked."""
    return "\n".join(
        f"{mask(each.numero)} {'est' if each.change else 'était déjà'} en opposition, sur tous les canaux."
        + (_OLD_PLAN if each.migre else "")
        for each in numeros
    )


def removed(nomme: Nomme) -> str:
    """A contribuable was taken off, or was not there."""
    if nomme.change:
        return f"{_called(nomme)} n'est plus en opposition."
    return f"{_called(nomme)} n'est pas dans la liste."


def numbers_removed(numeros: Sequence[NumeroNomme]) -> str:
    """A line for each number, masked."""
    return "\n".join(map(_removed, numeros))


def lines(contribuables: Sequence[Opposant], numeros: Sequence[NumeroMuet]) -> str:
    """The whole list, numbers masked."""
    return "\n".join(_lines(contribuables, numeros)) or "Personne n'est en opposition."


def rows(contribuables: Sequence[Opposant], numeros: Sequence[NumeroMuet]) -> Iterator[tuple[Valeur, ...]]:
    """The whole list for a file, in the order of HEADER, numbers unmasked."""
    for each in contribuables:
        yield each.contribuable_id, each.source, None, None, None, f"{each.depuis:%d/%m/%Y}", each.motif
    for number in numeros:
        since = f"{number.depuis:%d/%m/%Y}"
        yield None, None, f"+{number.telephone}", number.canaux, number.fournisseur, since, number.motif


def record(each: Opposant) -> Record:
    """A contribuable for a program, with these KEYS."""
    values = (each.contribuable_id, each.source, each.depuis.isoformat(), _motif(each.motif))
    return dict(zip(KEYS, values, strict=True))


def number_record(each: NumeroMuet) -> Record:
    """A number for a program, masked, with these NUMBER_KEYS."""
    since = each.depuis.isoformat()
    values = (mask(each.telephone), each.canaux, each.fournisseur, since, _motif(each.motif))
    return dict(zip(NUMBER_KEYS, values, strict=True))


def imported(listed: Listed) -> str:
    """What became of the lines of a file, in counts."""
    if not listed.fait:
        return f"Lignes lues : {listed.lues}, refusées : {listed.refusees}."
    said = f"Lignes lues : {listed.lues}, ajoutées : {listed.ajoutees}, déjà en opposition : {listed.connues}, "
    said += f"répétées : {listed.repetees}, refusées : {listed.refusees}. "
    said += f"En opposition, contribuables : {listed.contribuables}, numéros : {listed.numeros}, "
    said += f"dont nouveaux : {listed.nouveaux}."
    if listed.inconnus:
        said += f" Contribuables sans créance dans la dernière extraction, à vérifier : {listed.inconnus}."
    return said


def _lines(contribuables: Sequence[Opposant], numeros: Sequence[NumeroMuet]) -> Iterator[str]:
    for each in contribuables:
        yield _line(f"contribuable {each.contribuable_id} ({each.source})", f"{each.depuis:%d/%m/%Y}", each.motif)
    for number in numeros:
        said_to = "" if number.fournisseur is None else f", dit à {number.fournisseur}"
        yield _line(f"{mask(number.telephone)} ({number.canaux}{said_to})", f"{number.depuis:%d/%m/%Y}", number.motif)


def _line(who: str, since: str, motif: str | None) -> str:
    return f"{who}, depuis le {since}" + (f" : {_motif(motif)}" if motif else "")


def _motif(motif: str | None) -> str | None:
    return without_numbers(motif) if motif else None


def _called(nomme: Nomme) -> str:
    return f"Le {'contact importé' if nomme.contact else 'contribuable'} {nomme.contribuable_id}"


def _removed(nomme: NumeroNomme) -> str:
    if nomme.change:
        return f"{mask(nomme.numero)} n'est plus en opposition."
    return f"{mask(nomme.numero)} n'est pas dans la liste ; si un fournisseur l'a signalé : relances reactiver."


def written(rows: int, csv: Path) -> str:
    """Where so many of them were written."""
    return f"{quantite(rows, 'opposition écrite', 'oppositions écrites')} dans {csv} ({PERSONAL_DATA})."
