"""Lists of people from a spreadsheet to the database: a whole file or nothing of it, and every line accounted for."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import date
from typing import Final

import psycopg

from relances.rules.colonnes import find_columns
from relances.rules.contacts import OBLIGATOIRES, TITRES, Contact, read_contact
from relances.rules.errors import Blocked
from relances.rules.oppositions import Opposition, find_opposition_columns, read_opposition
from relances.rules.politique import Qualite
from relances.rules.tableur import Ligne, Tableau
from relances.services.line_log import LineLog
from relances.store.contacts import Contacts, Merged
from relances.store.database import explained
from relances.store.oppositions import Oppositions
from relances.store.sources import CONTACTS

_SAME: Final = "même numéro, même libellé et même échéance qu'à la ligne {}, pour la même personne"
_CONTRADICTION: Final = f"{_SAME}, autre montant : lequel est le bon ?"
_REPETITION: Final = f"{_SAME} et le même montant : fusionnée"
_NAMELESS: Final = (
    "sans nom, alors que plusieurs personnes de ce numéro ont ce libellé et cette échéance : donnez le nom"
)
_ANOTHER: Final = (
    "un import précédent donne à ce numéro le même libellé et la même échéance sous un autre nom : si c'est la même "
    "personne, reprenez ce nom ; si ce sont deux personnes, mettez aussi la ligne de la première"
)


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of the lines of a file: ``lues`` is the sum of what was merged, ``fusionnees`` and ``refusees``.

    ``merged``: None where the errors prevented it. ``fusionnees``: those that another line tells already.
    """

    lues: int
    refusees: int
    fusionnees: int
    merged: Merged | None


@dataclass(frozen=True, slots=True)
class Listed:
    """What became of the lines of a list of oppositions: ``lues`` is the sum of the four that follow.

    ``connues``: those that were on the list; ``repetees``: those of which earlier lines say all. ``contribuables``,
    ``numeros``: that the file names, ``nouveaux`` among them. ``inconnus``: contribuables that the latest extraction
    lacks.
    ``fait``: False where the errors prevented it.
    """

    lues: int
    refusees: int
    ajoutees: int = 0
    connues: int = 0
    repetees: int = 0
    contribuables: int = 0
    numeros: int = 0
    nouveaux: int = 0
    inconnus: int = 0
    fait: bool = True


def import_contacts(
    relances: psycopg.Connection,
    table: Tableau,
    campagne: str,
    qualite: Qualite,
    *,
    erreurs: LineLog,
    remarques: LineLog,
    today: date,
    ignorer_erreurs: bool,
) -> Imported:
    """Bring a campaign up to date with a file, unless its errors prevent it."""
    colonnes, lues = find_columns(table.titres, TITRES, OBLIGATOIRES, table.nom), 0

    def contacts() -> Iterator[tuple[int, Contact]]:
        nonlocal lues
        for ligne in _as_far_as(table, erreurs, ignorer_erreurs=ignorer_erreurs):
            lues += 1
            read = read_contact(ligne, colonnes, qualite, today)
            if isinstance(read, Contact):
                yield ligne.numero, read
            else:
                erreurs.add(read)

    with explained("relances_db"), relances.transaction() as whole:
        held = Contacts(relances, campagne)
        held.hold(contacts())
        if not lues:
            raise _no_row(table)
        _refuse(held, erreurs, colonnes.titres[colonnes.places["montant"]])
        if erreurs.nombre and not ignorer_erreurs:
            raise psycopg.Rollback(whole)
        repetitions = held.leave_out_repetitions()
        for ligne, autre in repetitions:
            remarques.note(ligne, _REPETITION.format(autre))
        return Imported(lues, erreurs.lignes, len(repetitions), held.merge(today))
    return Imported(lues, erreurs.lignes, 0, None)


def _refuse(held: Contacts, erreurs: LineLog, montant: str) -> None:
    """Leave out the lines that others make doubtful."""
    for ligne in held.leave_out_nameless():
        erreurs.note(ligne, _NAMELESS)
    for ligne in held.leave_out_other_names():
        erreurs.note(ligne, _ANOTHER)
    for ligne, autre in held.leave_out_contradictions():
        erreurs.note(ligne, _CONTRADICTION.format(autre), montant)


def import_oppositions(
    relances: psycopg.Connection,
    table: Tableau,
    source: str,
    numbers_of: Callable[[str], Sequence[str]],
    erreurs: LineLog,
    *,
    ignorer_erreurs: bool,
) -> Listed:
    """Add a file to the list, unless its errors prevent it. ``numbers_of``: raises Illisible."""
    colonnes = find_opposition_columns(table.titres, table.nom)
    lues, lignes = 0, list[Opposition]()
    for ligne in _as_far_as(table, erreurs, ignorer_erreurs=ignorer_erreurs):
        lues += 1
        match read_opposition(ligne, colonnes, numbers_of):
            case Opposition() as opposition:
                lignes.append(opposition)
            case faults:
                erreurs.add(faults)
    if not lues:
        raise _no_row(table)
    if erreurs.nombre and not ignorer_erreurs:
        return Listed(lues, erreurs.lignes, fait=False)
    with explained("relances_db"), relances.transaction():
        return _listed(Oppositions(relances), source, lignes, lues, erreurs.lignes)


def _listed(oppositions: Oppositions, source: str, lignes: Sequence[Opposition], lues: int, refusees: int) -> Listed:
    contribuables = {ligne.contribuable_id: ligne.motif for ligne in lignes if ligne.contribuable_id is not None}
    numeros = {numero: ligne.motif for ligne in lignes for numero in ligne.telephones}
    contacts = {found: contribuables.pop(found) for found in oppositions.contacts(contribuables)}
    nouveaux = oppositions.add(source, contribuables) | oppositions.add(CONTACTS, contacts)
    nouveaux_numeros = oppositions.add_numbers(numeros)
    told = _tally(lignes, nouveaux, nouveaux_numeros)
    return Listed(
        lues,
        refusees,
        ajoutees=told["ajoutee"],
        connues=told["connue"],
        repetees=told["repetee"],
        contribuables=len(contribuables) + len(contacts),
        numeros=len(numeros),
        nouveaux=len(nouveaux) + len(nouveaux_numeros),
        inconnus=oppositions.unknown(source, contribuables),
    )


def _tally(lignes: Iterable[Opposition], contribuables: Set[str], numeros: Set[str]) -> Counter[str]:
    """How many lines say something new, what was known, what an earlier line says; given who is new on the list."""
    new = {("contribuable", each) for each in contribuables} | {("numero", each) for each in numeros}
    said, told = set[tuple[str, str]](), Counter[str]()
    for ligne in lignes:
        who = {("numero", each) for each in ligne.telephones}
        if ligne.contribuable_id is not None:
            who.add(("contribuable", ligne.contribuable_id))
        if who <= said:
            told["repetee"] += 1
        else:
            told["connue" if new.isdisjoint(who - said) else "ajoutee"] += 1
        said |= who
    return told


def _as_far_as(table: Tableau, erreurs: LineLog, *, ignorer_erreurs: bool) -> Iterator[Ligne]:
    """The lines that are worth reading: once the log of what prevents the import is full, no more."""
    for ligne in table.lignes:
        if erreurs.is_full and not ignorer_erreurs:
            return
        yield ligne


def _no_row(table: Tableau) -> Blocked:
    return Blocked(f"{table.nom} : aucune ligne sous les titres des colonnes", "no row below the titles")
