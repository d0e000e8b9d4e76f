"""A row of a spreadsheet of people to remind → a contact, or what is wrong with it."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum, auto
from typing import Final

from relances.rules.colonnes import Colonnes, Erreur, Illisible, Titres, short_text
from relances.rules.dates import read_date
from relances.rules.montants import read_montant
from relances.rules.numeros_cellule import read_telephones
from relances.rules.politique import Qualite
from relances.rules.tableur import Ligne
from relances.rules.values import is_absent, name_in, taxe_in

TITRES: Final[Titres] = {
    "telephone": frozenset(
        {"tel", "telephones", "numero", "numerodetelephone", "numerotelephone", "numerotel", "numtelephone", "numtel"}
        | {"ntelephone", "ndetelephone", "notelephone", "ntel", "mobile", "portable", "gsm", "phone"}
    ),
    "montant": frozenset(
        {"montantdu", "montantfcfa", "montantdufcfa", "montantxaf", "sommedue", "restedu", "resteapayer", "solde"}
        | {"amount"}
    ),
    "echeance": frozenset({"dateecheance", "datedecheance", "datelimite", "datelimitedepaiement", "duedate"}),
    "libelle": frozenset({"objet", "designation", "intitule", "taxe", "nature"}),
    "nom": frozenset({"noms", "nomdefamille", "raisonsociale", "contribuable", "name"}),
    "prenom": frozenset({"prenoms"}),
    "langue": frozenset({"language"}),
}
OBLIGATOIRES: Final = ("telephone", "montant", "echeance", "libelle")

_LANGUES: Final = {
    **dict.fromkeys(("fr", "fra", "fre", "francais", "français", "french"), "fr"),
    **dict.fromkeys(("en", "eng", "anglais", "english"), "en"),
}
_COUNTRY: Final = re.compile(r"(?<=^[a-z]{2})[-_](?!en$)(?:[a-z]{2}|\d{3})(?:\.[\w-]+)?$", re.ASCII)
"""What computers write after a language, whatever the country: ``fr_FR``, ``en-GB``, ``fr_FR.UTF-8``."""


@dataclass(frozen=True, slots=True)
class Contact:
    """Who owes how much, for what, since when.

    ``saisie``: the telephone as mended, ``numeros``: those that it holds, digits with the country code.
    """

    saisie: str
    numeros: tuple[str, ...]
    montant_du: Decimal
    echeance: date
    libelle: str
    nom: str | None
    prenom: str | None
    langue: str | None

    def __repr__(self) -> str:
        return "Contact(…)"


class Genre(Enum):
    """What a line has in common with others."""

    REPETITION = auto()  # all of it: it is merged
    CONTRADICTION = auto()  # all but the amount
    SANS_NOM = auto()  # it names nobody, where several people of its number owe the same
    AUTRE_NOM = auto()  # an earlier import names somebody else who owes the same


@dataclass(frozen=True, slots=True)
class Doublon:
    """A line that others make doubtful, or superfluous. ``autre``: the line it is like; ``colonne``: what differs."""

    ligne: int
    genre: Genre
    autre: int | None = None
    colonne: str = ""


@dataclass(frozen=True, slots=True)
class Merged:
    """What an import made of the lines that it took, a creance each.

    ``connues``: those that were there, ``modifiees`` among them. ``soldees``: those of zero; ``a_echoir``: those due
    after today; ``contribuables``: how many people owe them.
    """

    ajoutees: int
    modifiees: int
    connues: int
    soldees: int
    a_echoir: int
    contribuables: int

    @property
    def inchangees(self) -> int:
        return self.connues - self.modifiees


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of the lines of a file: ``lues`` is the sum of what was merged, ``fusionnees`` and ``refusees``.

    ``merged``: None where the errors prevented it. ``fusionnees``: those that another line tells already.
    """

    campagne: str
    lues: int
    refusees: int
    fusionnees: int
    merged: Merged | None

    @property
    def fait(self) -> bool:
        """Whether it was done."""
        return self.merged is not None


def read_contact(ligne: Ligne, colonnes: Colonnes, qualite: Qualite, today: date) -> Contact | list[Erreur]:
    """The contact of a row, or all that is wrong with it. ``qualite``: which amounts and échéances are mistakes."""
    lecture = colonnes.read(ligne)
    telephone = lecture.value("telephone", read_telephones)
    montant = lecture.value("montant", lambda text: read_montant(text, qualite.montant_max))
    echeance = lecture.value("echeance", lambda text: _echeance(text, qualite, today))
    libelle = lecture.value("libelle", _libelle)
    nom = lecture.value("nom", _nom)
    prenom = lecture.value("prenom", _nom)
    langue = lecture.value("langue", _langue)
    if lecture.erreurs or telephone is None or montant is None or echeance is None or libelle is None:
        return lecture.erreurs
    saisie, read = telephone
    numeros = tuple(numero.chiffres for numero in read)
    return Contact(saisie, numeros, montant, echeance, libelle, nom or None, prenom or None, langue)


def _echeance(text: str, qualite: Qualite, today: date) -> date:
    echeance, first, last = read_date(text), qualite.echeance_min, qualite.echeance_max(today)
    if not first <= echeance <= last:
        raise Illisible(
            f"échéance invraisemblable : attendue du {first:%d/%m/%Y} au {last:%d/%m/%Y} (qualite.echeance_min et "
            "echeance_horizon_jours de la politique)"
        )
    return echeance


def _nom(text: str) -> str:
    return name_in(short_text(100)(text))


def _libelle(text: str) -> str:
    if not taxe_in(short_text(200)(text)):
        raise Illisible("libellé absent")
    return text


def _langue(text: str) -> str | None:
    if is_absent(text):
        return None
    found = _LANGUES.get(_COUNTRY.sub("", text.casefold()))
    if found is None:
        raise Illisible("langue inconnue : fr, en, ou rien")
    return found
