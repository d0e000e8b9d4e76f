"""An amount as a spreadsheet shows it → what is owed in FCFA, or why that cannot be read."""

import re
from decimal import Decimal
from typing import Final

from relances.rules.colonnes import Illisible
from relances.rules.tableur import AS_TEXT, SCIENTIFIC
from relances.rules.values import is_absent

_NO_CENTS: Final = r" ?[.,] ?[-−–—]{1,2}"
"""How an invoice closes a whole amount, so that nothing is added to it: ``15 000,-``."""
_CLOSED: Final = re.compile(rf"(?<=\d){_NO_CENTS}(?=\)?$)")
# XAF has no cents: three figures after the only kind of separator are thousands. After another kind, three zeros may be
# either, and are refused.
_GROUPED: Final = re.compile(
    r"([1-9]\d{0,2}(?:(?P<by>[ .,'’])\d{3})(?:(?P=by)\d{3})*)"
    rf"(?:(?!(?P=by))[.,](?P<cents>\d\d?|0{{4,}})|{_NO_CENTS})?",
    re.ASCII,
)
_WHOLE: Final = re.compile(rf"(?!0\d*[1-9]\d*[.,]000$)(\d+)(?:[.,](?P<cents>\d\d?|0+)|{_NO_CENTS})?", re.ASCII)
_FIGURES: Final = re.compile(r"[\d .,'’]+", re.ASCII)
_FRANC: Final = r"(?:(?:francs?|frs?|f)\.?(?: ?c\.? ?f\.? ?a)?|c\.? ?f\.? ?a|xaf)\.?"
_CURRENCY: Final = re.compile(rf"^{_FRANC} ?(?=\d)|(?<=[\d−–—-]) ?{_FRANC}$", re.IGNORECASE | re.ASCII)
_OTHER_CURRENCY: Final = re.compile(
    r"[$€£¥₦]|(?<![^\W\d_])(?:euros?|eur|dollars?|usd|livres?|gbp|chf|xof|cdf|ngn|ghs|gnf|mad|dh|cny)(?![^\W\d_])",
    re.IGNORECASE,
)
_MINUS: Final = "-−–—"


def read_montant(text: str, montant_max: Decimal) -> Decimal:
    """An amount in FCFA; zero where all is paid. Raises Illisible, of one that may mean two things too."""
    text = " ".join(text.split())
    if is_absent(text):
        raise Illisible("montant absent")
    if SCIENTIFIC.fullmatch(text):
        raise Illisible(f"le tableur a remplacé le montant par une puissance de dix ; {AS_TEXT}")
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
    figures = _CURRENCY.sub("", text)
    figures = _CLOSED.sub("", figures)
    bare = figures.removeprefix("(").removesuffix(")").strip(f"{_MINUS} ")
    if bare != figures and _FIGURES.fullmatch(bare):
        return "il est négatif ; attendu ce qui reste dû, ou 0"
    if _FIGURES.fullmatch(figures):
        return "il peut se lire de plusieurs façons ; écrivez-le comme 15000 ou 15 000,50"
    return "attendu un nombre positif, comme 15000 ou 15 000,50"
