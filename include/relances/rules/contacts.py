"""A row of a spreadsheet of people to remind → a contact, or what is wrong with it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from relances.rules.colonnes import Colonnes, Erreur, Illisible, Titres, short_text
from relances.rules.exclusions import raison
from relances.rules.phones import Numero, Refus, Verdict, lire
from relances.rules.policy import Qualite
from relances.rules.tableur import Ligne
from relances.rules.vide import is_absent, spoken

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

_SCIENTIFIC: Final = re.compile(r"[+-]?\d+(?:[.,]\d+)?E\+?\d+", re.ASCII | re.IGNORECASE)
_AS_TEXT: Final = "donnez à la colonne le format texte, ressaisissez la cellule et exportez de nouveau"
_DECIMAL_OF_A_NUMBER: Final = re.compile(r"(\+?\d{6,})[.,]0", re.ASCII)
_PLUS_LOST: Final = re.compile(r"[1-589]\d{10,14}", re.ASCII)  # 6 and 7 begin a mistyped number of Gabon
_A_DIGIT: Final = re.compile(r"[1-9]")  # zeros alone hold the place of a number
# XAF has no cents: three figures after the only kind of separator are thousands. After another kind, three zeros may be
# either, and are refused.
_GROUPED: Final = re.compile(
    r"([1-9]\d{0,2}(?:(?P<by>[ .,'’])\d{3})(?:(?P=by)\d{3})*)(?:(?!(?P=by))[.,](?P<cents>\d\d?|0{4,}))?", re.ASCII
)
_WHOLE: Final = re.compile(r"(\d+)(?:[.,](?P<cents>\d\d?|0+))?", re.ASCII)
_FIGURES: Final = re.compile(r"[\d .,'’]+", re.ASCII)
_FRANC: Final = r"(?:(?:francs?|frs?|f)\.?(?: ?c\.? ?f\.? ?a)?|c\.? ?f\.? ?a|xaf)\.?"
_CURRENCY: Final = re.compile(rf"^{_FRANC} ?(?=\d)|(?<=\d) ?{_FRANC}$", re.IGNORECASE | re.ASCII)
_OTHER_CURRENCY: Final = re.compile(
    r"[$€£¥₦]|(?<![^\W\d_])(?:euros?|eur|dollars?|usd|livres?|gbp|chf|xof|cdf|ngn|ghs|gnf|mad|dh|cny)(?![^\W\d_])",
    re.IGNORECASE,
)
_NEGATIVE: Final = re.compile(r"[-−–]\s?\d.*|\(.*\d.*\)|.*\d ?[-−]", re.DOTALL)
_DAY_FIRST: Final = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})", re.ASCII)
_YEAR_FIRST: Final = re.compile(r"(\d{4})([/.-])(\d{1,2})\2(\d{1,2})", re.ASCII)
_SHORT_YEAR: Final = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{1,2}", re.ASCII)
# The hour and the zone that an export writes after a day, which stays the day that is written.
_MINUTES: Final = r":[0-5]\d(?::[0-5]\d(?:[.,]\d{1,9})?)?"
_HOUR: Final = rf"(?:0?\d|1\d|2[0-3])(?:{_MINUTES}| ?h ?(?:[0-5]\d)?)|(?:0?\d|1[0-2]){_MINUTES} ?[AP]M"
_OFFSET: Final = r"[+-](?:0\d|1[0-4])"
_ZONE: Final = rf" ?(?:Z|UTC|GMT|{_OFFSET}(?::?[0-5]\d)?)"
_CLOCK: Final = re.compile(
    rf"(?:(?:[ T]| à )(?:{_HOUR})(?:{_ZONE})?|Z|{_OFFSET}:[0-5]\d)(?:\[[\w/+-]{{1,40}}\])?$", re.ASCII | re.IGNORECASE
)
_LANGUES: Final = {"fr": "fr", "francais": "fr", "français": "fr", "en": "en", "anglais": "en", "english": "en"}


@dataclass(frozen=True, slots=True)
class Contact:
    """Who owes how much, for what, since when. ``saisie``: the telephone as mended, which ``numero`` was read from."""

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


def read_contact(ligne: Ligne, colonnes: Colonnes, qualite: Qualite, today: date) -> Contact | list[Erreur]:
    """The contact of a row, or all that is wrong with it. ``qualite``: which amounts and échéances are mistakes."""
    lecture = colonnes.read(ligne)
    telephone = lecture.value("telephone", read_telephone)
    montant = lecture.value("montant", lambda text: read_montant(text, qualite.montant_max))
    echeance = lecture.value("echeance", lambda text: _echeance(text, qualite, today))
    libelle = lecture.value("libelle", _libelle)
    nom = lecture.value("nom", _nom)
    prenom = lecture.value("prenom", _nom)
    langue = lecture.value("langue", _langue)
    if lecture.erreurs or telephone is None or montant is None or echeance is None or libelle is None:
        return lecture.erreurs
    saisie, numero = telephone
    return Contact(saisie, numero, montant, echeance, libelle, nom or None, prenom or None, langue)


def read_telephone(text: str, read: Callable[[str], Verdict] = lire) -> tuple[str, Numero]:
    """A number as mended, and as read. Raises Illisible."""
    if _SCIENTIFIC.fullmatch(text):
        raise Illisible(f"le tableur a remplacé le numéro par une puissance de dix ; {_AS_TEXT}")
    whole = _DECIMAL_OF_A_NUMBER.fullmatch(text)
    saisie = whole[1] if whole else text
    verdict = read(saisie)
    if not isinstance(verdict, Numero) and _PLUS_LOST.fullmatch(saisie):
        saisie, verdict = _with_its_plus(saisie, verdict)
    if verdict is Refus.ABSENT and _A_DIGIT.search(saisie):
        raise Illisible("numéro trop court")
    if not isinstance(verdict, Numero):
        raise Illisible(raison(verdict.value).libelle)
    return saisie, verdict


def read_montant(text: str, montant_max: Decimal) -> Decimal:
    """An amount in FCFA; zero where all is paid. Raises Illisible, of one that may mean two things too."""
    text = " ".join(text.split())
    if is_absent(text):
        raise Illisible("montant absent")
    if _SCIENTIFIC.fullmatch(text):
        raise Illisible(f"le tableur a remplacé le montant par une puissance de dix ; {_AS_TEXT}")
    figures = _CURRENCY.sub("", text)
    said = _GROUPED.fullmatch(figures) or _WHOLE.fullmatch(figures)
    if said is None:
        raise Illisible(f"montant illisible : {_why_unreadable(text)}")
    montant = Decimal("".join(filter(str.isdigit, said[1])) + f".{(said['cents'] or '0')[:2]}")
    if montant > montant_max:
        raise Illisible(f"montant démesuré : {montant_max:f} au plus (qualite.montant_max de la politique)")
    return montant


def _why_unreadable(text: str) -> str:
    if _OTHER_CURRENCY.search(text):
        return "il est dans une autre monnaie que le franc CFA, et rien n'est converti"
    if _NEGATIVE.fullmatch(_CURRENCY.sub("", text)):
        return "il est négatif ; attendu ce qui reste dû, ou 0"
    if _FIGURES.fullmatch(_CURRENCY.sub("", text)):
        return "il peut se lire de plusieurs façons ; écrivez-le comme 15000 ou 15 000,50"
    return "attendu un nombre positif, comme 15000 ou 15 000,50"


def read_date(text: str) -> date:
    """A day, written the French way or year first, whatever its hour. Raises Illisible."""
    if is_absent(text):
        raise Illisible("échéance absente")
    day = _CLOCK.sub("", text)
    if _SHORT_YEAR.fullmatch(day):
        raise Illisible("date ambiguë : écrivez l'année en quatre chiffres, comme 18/12/2025")
    if found := _DAY_FIRST.fullmatch(day):
        jour, mois, annee = int(found[1]), int(found[3]), int(found[4])
    elif found := _YEAR_FIRST.fullmatch(day):
        jour, mois, annee = int(found[4]), int(found[3]), int(found[1])
    else:
        raise Illisible("date illisible : attendu 18/12/2025 ou 2025-12-18, au plus suivi d'une heure")
    try:
        return date(annee, mois, jour)
    except ValueError:
        raise Illisible("cette date n'existe pas : attendu jour/mois/année, comme 18/12/2025") from None


def _echeance(text: str, qualite: Qualite, today: date) -> date:
    echeance, first, last = read_date(text), qualite.echeance_min, qualite.echeance_max(today)
    if not first <= echeance <= last:
        raise Illisible(
            f"échéance invraisemblable : attendue du {first:%d/%m/%Y} au {last:%d/%m/%Y} (qualite.echeance_min et "
            "echeance_horizon_jours de la politique)"
        )
    return echeance


def _with_its_plus(saisie: str, verdict: Verdict) -> tuple[str, Verdict]:
    """The number that a spreadsheet took the sign off, where a plan assigns it."""
    found = lire(f"+{saisie}")
    return (f"+{saisie}", found) if isinstance(found, Numero) and found.attribue else (saisie, verdict)


def _nom(text: str) -> str:
    return spoken(short_text(100)(text))


def _libelle(text: str) -> str:
    if not spoken(text):
        raise Illisible("libellé absent")
    return short_text(200)(text)


def _langue(text: str) -> str | None:
    if is_absent(text):
        return None
    found = _LANGUES.get(text.casefold())
    if found is None:
        raise Illisible("langue inconnue : fr, en, ou rien")
    return found
