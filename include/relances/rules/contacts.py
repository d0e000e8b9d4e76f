"""A row of a spreadsheet of people to remind → a contact, or what is wrong with it."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from relances.rules.colonnes import Colonnes, Erreur, Illisible, Titres, short_text
from relances.rules.phones import Numero
from relances.rules.tableur import AS_TEXT, SCIENTIFIC, Ligne
from relances.rules.telephones import read_telephones

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

_MONTANT: Final = re.compile(
    r"(\d+|[1-9]\d{0,2}(?:(?P<milliers>[ .,'’])\d{3})(?:(?P=milliers)\d{3})*)(?:(?!(?P=milliers))[.,](\d{1,2}))?",
    re.ASCII,
)
_CURRENCY: Final = re.compile(r"^(?:F\s?CFA|CFA|XAF)\s*|\s*(?:F\s?CFA|CFA|XAF|F)\.?$", re.IGNORECASE)
_DAY_FIRST: Final = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})", re.ASCII)
_YEAR_FIRST: Final = re.compile(r"(\d{4})([/.-])(\d{1,2})\2(\d{1,2})", re.ASCII)
_SHORT_YEAR: Final = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{1,2}", re.ASCII)
_MIDNIGHT: Final = re.compile(r"[ T]0{1,2}:00(?::00(?:\.0+)?)?")
_YEARS: Final = range(2000, 2100)
_FAR: Final = timedelta(days=2 * 366)
_LANGUES: Final = {"fr": "fr", "francais": "fr", "français": "fr", "en": "en", "anglais": "en", "english": "en"}


@dataclass(frozen=True, slots=True)
class Contact:
    """Who owes how much, for what, since when.

    ``saisie``: the telephone as mended, of which ``numero`` is the first number.
    """

    saisie: str
    numero: Numero
    montant_du: Decimal
    echeance: date
    libelle: str
    nom: str | None
    prenom: str | None
    langue: str | None

    def __repr__(self) -> str:
        return "Contact(…)"


def read_contact(ligne: Ligne, colonnes: Colonnes, montant_max: Decimal, today: date) -> Contact | list[Erreur]:
    """The contact of a row, or all that is wrong with it. ``montant_max``: more is a mistake, in the currency."""
    lecture = colonnes.read(ligne)
    telephone = lecture.value("telephone", read_telephones)
    montant = lecture.value("montant", lambda text: read_montant(text, montant_max))
    echeance = lecture.value("echeance", lambda text: _echeance(text, today))
    libelle = lecture.value("libelle", _libelle)
    nom = lecture.value("nom", short_text(100))
    prenom = lecture.value("prenom", short_text(100))
    langue = lecture.value("langue", _langue)
    if lecture.erreurs or telephone is None or montant is None or echeance is None or libelle is None:
        return lecture.erreurs
    saisie, (numero, *_) = telephone
    return Contact(saisie, numero, montant, echeance, libelle, nom or None, prenom or None, langue)


def read_montant(text: str, montant_max: Decimal) -> Decimal:
    """An amount; zero where all is paid. Raises Illisible."""
    if not text:
        raise Illisible("montant absent")
    if SCIENTIFIC.fullmatch(text):
        raise Illisible(f"le tableur a remplacé le montant par une puissance de dix ; {AS_TEXT}")
    said = _MONTANT.fullmatch(_CURRENCY.sub("", text))
    if said is None:
        raise Illisible("montant illisible : attendu un nombre positif, comme 15000 ou 15 000,50")
    montant = Decimal("".join(filter(str.isdigit, said[1])) + f".{said[3] or 0}")
    if montant > montant_max:
        raise Illisible(f"montant démesuré : {montant_max:f} au plus (qualite.montant_max de la politique)")
    return montant


def read_date(text: str) -> date:
    """A day, written the French way or year first. Raises Illisible."""
    if not text:
        raise Illisible("échéance absente")
    day = _MIDNIGHT.sub("", text)
    if _SHORT_YEAR.fullmatch(day):
        raise Illisible("date ambiguë : écrivez l'année en quatre chiffres, comme 18/12/2025")
    if found := _DAY_FIRST.fullmatch(day):
        jour, mois, annee = int(found[1]), int(found[3]), int(found[4])
    elif found := _YEAR_FIRST.fullmatch(day):
        jour, mois, annee = int(found[4]), int(found[3]), int(found[1])
    else:
        raise Illisible("date illisible : attendu 18/12/2025 ou 2025-12-18")
    if annee not in _YEARS:
        raise Illisible(f"année {annee} : attendue entre {_YEARS[0]} et {_YEARS[-1]}")
    try:
        return date(annee, mois, jour)
    except ValueError:
        raise Illisible("cette date n'existe pas : attendu jour/mois/année, comme 18/12/2025") from None


def _echeance(text: str, today: date) -> date:
    echeance = read_date(text)
    if echeance - today > _FAR:
        raise Illisible("échéance dans plus de deux ans : vérifiez l'année")
    return echeance


def _libelle(text: str) -> str:
    if not text:
        raise Illisible("libellé absent")
    return short_text(200)(text)


def _langue(text: str) -> str | None:
    if not text:
        return None
    found = _LANGUES.get(text.casefold())
    if found is None:
        raise Illisible("langue inconnue : fr, en, ou rien")
    return found
