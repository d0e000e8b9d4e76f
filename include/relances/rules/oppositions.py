"""A row of a list of people who asked for silence → whom it names, or what is wrong with it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from relances.rules.colonnes import Colonnes, Erreur, Illisible, Titres, find_columns, short_text
from relances.rules.contacts import TITRES as CONTACT
from relances.rules.errors import Blocked
from relances.rules.tableur import AS_TEXT, SCIENTIFIC, Ligne
from relances.rules.values import is_absent

TITRES: Final[Titres] = {
    # Neither "id", which may be a line's, nor "contribuable", which a list of contacts has for a name.
    "contribuable_id": frozenset(
        {"contribuableid", "idcontribuable", "idducontribuable", "identifiantcontribuable", "identifiantducontribuable"}
    ),
    "telephone": CONTACT["telephone"],
    "motif": frozenset({"raison", "commentaire"}),
}
_DECIMAL: Final = re.compile(r"(?<=\d)[.,]00?$", re.ASCII)
_ID_MAX: Final = 200  # characters


@dataclass(frozen=True, slots=True)
class Opposant:
    """A contribuable of the list."""

    source: str
    contribuable_id: str
    motif: str | None
    depuis: datetime


@dataclass(frozen=True, slots=True)
class NumeroMuet:
    """A number that gets nothing more. ``fournisseur``: the one it was said to; None: the tax office."""

    telephone: str
    canaux: str
    fournisseur: str | None
    motif: str | None
    depuis: datetime

    def __repr__(self) -> str:
        return "NumeroMuet(…)"


@dataclass(frozen=True, slots=True)
class Nomme:
    """A contribuable whom somebody named. ``contact``: of an imported list, not of the tax application.

    ``change``: whether the list changed by it. ``inconnu``: the latest extraction has nothing of this id.
    """

    contribuable_id: str
    contact: bool
    change: bool
    inconnu: bool = False


@dataclass(frozen=True, slots=True)
class NumeroNomme:
    """A number that somebody named: digits with the country code. ``change``: whether the list changed by it.

    ``migre``: it was written in the plan of before April 2024.
    """

    numero: str
    change: bool
    migre: bool = False

    def __repr__(self) -> str:
        return "NumeroNomme(…)"


@dataclass(frozen=True, slots=True)
class Opposition:
    """Who asked for silence: a contribuable, numbers (digits with the country code), or both."""

    contribuable_id: str | None
    telephones: tuple[str, ...]
    motif: str | None

    def __repr__(self) -> str:
        return "Opposition(…)"


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


def find_opposition_columns(titres: Sequence[str], nom: str) -> Colonnes:
    """The columns of the list; Blocked where neither says who."""
    colonnes = find_columns(titres, TITRES, (), nom)
    if not colonnes.places.keys() & {"contribuable_id", "telephone"}:
        raise Blocked(
            f"{nom} : il manque la colonne contribuable_id ou telephone ; {colonnes.found}", "columns are missing"
        )
    return colonnes


def read_opposition(
    ligne: Ligne, colonnes: Colonnes, numbers_of: Callable[[str], Sequence[str]]
) -> Opposition | list[Erreur]:
    """The opposition of a row, or all its errors. ``numbers_of``: reads a cell's numbers, or raises Illisible."""
    lecture = colonnes.read(ligne)
    contribuable = lecture.value(
        "contribuable_id", lambda text: None if is_absent(text) else read_contribuable_id(text)
    )
    telephones = lecture.value("telephone", lambda text: () if is_absent(text) else numbers_of(text))
    motif = lecture.value("motif", short_text(_ID_MAX))
    if not lecture.erreurs and not (contribuable or telephones):
        return [Erreur(ligne.numero, "", "ni contribuable_id ni telephone", "")]
    return lecture.erreurs or Opposition(contribuable, tuple(telephones or ()), motif or None)


def read_contribuable_id(text: str) -> str:
    """A contribuable's id as typed, or as a column of numbers is exported: 123.0. Raises Illisible."""
    found = _DECIMAL.sub("", " ".join(text.split()))
    if SCIENTIFIC.fullmatch(found):
        raise Illisible(f"le tableur a remplacé l'identifiant par une puissance de dix ; {AS_TEXT}")
    if is_absent(found) or not found.isprintable():
        raise Illisible("identifiant vide ou illisible")
    return short_text(_ID_MAX)(found)
