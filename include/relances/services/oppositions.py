"""Who is reminded no more: a contribuable of the tax application or a contact, or a number whoever has it."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass
from typing import Final, TypeVar

from relances.rules.colonnes import Illisible, short_text
from relances.rules.errors import Blocked
from relances.rules.line_log import LineLog
from relances.rules.numeros import Numero
from relances.rules.numeros_cellule import read_telephones
from relances.rules.oppositions import (
    Listed,
    Nomme,
    NumeroMuet,
    NumeroNomme,
    Opposant,
    Opposition,
    find_opposition_columns,
    read_contribuable_id,
    read_opposition,
)
from relances.rules.tableur import Tableau
from relances.services.imports import as_far_as, no_row
from relances.services.installation import RELANCES, Installation
from relances.services.numeros import read_by_providers
from relances.store.oppositions import Oppositions
from relances.store.sources import CONTACTS

T = TypeVar("T")
_MOTIF_MAX: Final = 200  # characters


def add_contribuable(installation: Installation, contribuable: str, motif: str | None = None) -> Nomme:
    """Silence a contribuable, by the id of the tax application or of a contact. Blocked where it is none."""
    why, found = _motif(motif), _read(read_contribuable_id, contribuable)
    with installation.base(RELANCES) as relances:
        oppositions = Oppositions(relances)
        source = _source(installation, oppositions, found)
        new = oppositions.add(source, {found: why})
        inconnu = source != CONTACTS and bool(oppositions.unknown(source, [found]))
    return Nomme(found, source == CONTACTS, bool(new), inconnu)


def add_numbers(installation: Installation, telephone: str, motif: str | None = None) -> list[NumeroNomme]:
    """Silence a number, or several in one cell, on every canal. Blocked where it is none."""
    why, numeros = _motif(motif), _read(_numeros_of(installation), telephone)
    with installation.base(RELANCES) as relances:
        new = Oppositions(relances).add_numbers({numero.chiffres: why for numero in numeros})
    return [NumeroNomme(numero.chiffres, numero.chiffres in new, numero.migre) for numero in numeros]


def remove_contribuable(installation: Installation, contribuable: str) -> Nomme:
    """Take a contribuable off the list. Blocked where it is none."""
    found = _read(read_contribuable_id, contribuable)
    with installation.base(RELANCES) as relances:
        oppositions = Oppositions(relances)
        source = _source(installation, oppositions, found)
        return Nomme(found, source == CONTACTS, oppositions.remove(source, found))


def remove_numbers(installation: Installation, telephone: str) -> list[NumeroNomme]:
    """Take a number off the list, or several in one cell; not what a fournisseur was told. Blocked where it is none."""
    numeros = _read(_numeros_of(installation), telephone)
    with installation.base(RELANCES) as relances:
        oppositions = Oppositions(relances)
        return [NumeroNomme(each.chiffres, oppositions.remove_number(each.chiffres)) for each in numeros]


@dataclass(frozen=True, slots=True)
class Liste:
    """The whole list, the first added first."""

    contribuables: Sequence[Opposant]
    numeros: Sequence[NumeroMuet]


def listing(installation: Installation) -> Liste:
    """Who is on the list."""
    with installation.base(RELANCES) as relances:
        oppositions = Oppositions(relances)
        return Liste(oppositions.contribuables(), oppositions.numbers())


def import_oppositions(
    installation: Installation, table: Tableau, erreurs: LineLog, *, ignorer_erreurs: bool
) -> Listed:
    """Add a file to the list, unless its errors prevent it: all of it, or nothing."""
    colonnes, numbers_of = find_opposition_columns(table.titres, table.nom), _numbers_of(installation)
    lues, lignes = 0, list[Opposition]()
    for ligne in as_far_as(table, erreurs, ignorer_erreurs=ignorer_erreurs):
        lues += 1
        match read_opposition(ligne, colonnes, numbers_of):
            case Opposition() as opposition:
                lignes.append(opposition)
            case faults:
                erreurs.add(faults)
    if not lues:
        raise no_row(table)
    if erreurs.nombre and not ignorer_erreurs:
        return Listed(lues, erreurs.lignes, fait=False)
    source = installation.politique().source
    with installation.base(RELANCES) as relances, relances.transaction():
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


def _source(installation: Installation, oppositions: Oppositions, contribuable_id: str) -> str:
    """Whose this id is: an imported contact's is of no taxpayer."""
    return CONTACTS if oppositions.contacts([contribuable_id]) else installation.politique().source


def _numeros_of(installation: Installation) -> Callable[[str], list[Numero]]:
    read = read_by_providers(installation.politique())
    return lambda text: read_telephones(text, read)[1]


def _numbers_of(installation: Installation) -> Callable[[str], list[str]]:
    numeros_of = _numeros_of(installation)
    return lambda text: [numero.chiffres for numero in numeros_of(text)]


def _motif(motif: str | None) -> str | None:
    return _read(short_text(_MOTIF_MAX), motif) if motif else None


def _read(read: Callable[[str], T], text: str) -> T:
    try:
        return read(text)
    except Illisible as error:
        raise Blocked(f"opposition : {error}", "this cannot be read") from None
