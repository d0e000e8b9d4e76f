"""A row of a list of people who asked for silence → whom it names, or what is wrong with it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
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
class Opposition:
    """Who asked for silence: a contribuable, numbers (digits with the country code), or both."""

    contribuable_id: str | None
    telephones: tuple[str, ...]
    motif: str | None

    def __repr__(self) -> str:
        return "Opposition(…)"


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
    """What a row says, or all that is wrong with it. ``numbers_of``: the digits of a cell; raises Illisible."""
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
