"""The columns of an imported file, found by their titles, and what is wrong with a row of them."""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias, TypeVar

from relances.rules.errors import Blocked
from relances.rules.mojibake import damage
from relances.rules.tableur import Ligne
from relances.rules.vide import says_nothing

T = TypeVar("T")
Titres: TypeAlias = Mapping[str, frozenset[str]]
"""The titles that each column may have, as :func:`_letters` writes them; its own name is one of them."""

_DIGITS_OF_DATA: Final = 6  # a title has fewer
_SURPLUS: Final = "plus de cellules que de titres : un séparateur est de trop, mettez la cellule entre guillemets"


@dataclass(frozen=True, slots=True)
class Erreur:
    """Why a row is refused: its line in the file, the title of the column, the reason, what the cell holds."""

    ligne: int
    colonne: str
    raison: str
    valeur: str


class Illisible(ValueError):
    """A cell cannot be read; the message is the reason, and does not quote the cell."""


@dataclass(frozen=True, slots=True)
class Colonnes:
    """Where each column is."""

    titres: Sequence[str]
    places: Mapping[str, int]

    @property
    def found(self) -> str:
        """The titles that the file has, in words, for an error about a missing one."""
        # A file without titles begins with somebody's row, which no message quotes.
        if not self.places or any(sum(map(str.isdigit, titre)) >= _DIGITS_OF_DATA for titre in self.titres):
            return "la première ligne doit porter les titres des colonnes"
        return f"colonnes trouvées : {', '.join(filter(None, self.titres)) or 'aucune'}"

    def read(self, ligne: Ligne) -> "Lecture":
        """Start reading one row."""
        lecture = Lecture(self, ligne, [])
        if any(ligne.cellules[len(self.titres) :]):
            lecture.erreurs.append(Erreur(ligne.numero, "", _SURPLUS, " | ".join(ligne.cellules)))
        return lecture


@dataclass(frozen=True, slots=True)
class Lecture:
    """A row that is being read, and what is wrong with it so far."""

    colonnes: Colonnes
    ligne: Ligne
    erreurs: list[Erreur]

    def cell(self, colonne: str) -> str:
        """The text of a cell; empty where the file or the row lacks it."""
        place = self.colonnes.places.get(colonne)
        return "" if place is None or place >= len(self.ligne.cellules) else self.ligne.cellules[place]

    def value(self, colonne: str, read: Callable[[str], T]) -> T | None:
        """The cell as ``read`` understands it; None where it is empty, or cannot be read, which is noted."""
        cell = self.cell(colonne)
        why = damage(cell)
        if why is None:
            try:
                return read("" if says_nothing(cell) else cell)
            except Illisible as error:
                why = str(error)
        titre = self.colonnes.titres[self.colonnes.places[colonne]]
        self.erreurs.append(Erreur(self.ligne.numero, titre, why, cell))
        return None


def find_columns(titres: Sequence[str], wanted: Titres, required: Sequence[str], nom: str) -> Colonnes:
    """Find columns whatever the case, the accents and the order of their titles; others are left alone.

    Blocked where a required one is not there, naming those found, or where two are the same.
    """
    places: dict[str, int] = {}
    for place, titre in enumerate(titres):
        colonne = next((name for name, known in wanted.items() if _letters(titre) in {name, *known}), None)
        if colonne is None:
            continue
        if colonne in places:
            raise Blocked(
                f"{nom} : deux colonnes pour {colonne} (« {titres[places[colonne]]} » et « {titre} ») ; gardez-en une",
                "two columns for the same thing",
            )
        places[colonne] = place
    colonnes = Colonnes(titres, places)
    missing = [name for name in required if name not in places]
    if missing:
        raise Blocked(f"{nom} : il manque {_named(missing)} ; {colonnes.found}", "columns are missing")
    return colonnes


def short_text(longest: int) -> Callable[[str], str]:
    """A reader of texts of at most that many characters; it raises Illisible for a longer one."""

    def read(text: str) -> str:
        if len(text) > longest:
            raise Illisible(f"trop long : {len(text)} caractères, {longest} au plus")
        return text

    return read


def _named(missing: Sequence[str]) -> str:
    return f"la colonne {missing[0]}" if len(missing) == 1 else f"les colonnes {', '.join(missing)}"


def _letters(title: str) -> str:
    """The title's letters and digits, in lower case, without accents."""
    return "".join(each for each in unicodedata.normalize("NFKD", title).casefold() if each.isalnum())
