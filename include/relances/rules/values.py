"""What a message may say of a debt: its values, as a tax office writes them."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Final, NamedTuple

from relances.rules.vide import name_in, spoken, taxe_in

_CURRENCIES: Final = {"XAF": "FCFA"}

# Drawn as nothing though Unicode calls them letters, marks or symbols.
_BLANKS: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)


class Values(NamedTuple):
    """What a template may say. ``objet``: the tax, or how many there are.

    A tuple, since a million are made a day.
    """

    nom: str
    montant: str
    objet: str
    echeance: str


class _Mots(NamedTuple):
    """The words for what is not known, in one language."""

    contribuable: str
    taxe: str


_FRENCH: Final = _Mots("cher contribuable", "taxe")
_MOTS: Final = {"fr": _FRENCH, "en": _Mots("dear taxpayer", "tax")}


def values(
    nom: str | None, montant: Decimal, devise: str, libelles: Sequence[str | None], echeance: date, *, langue: str
) -> Values:
    """Format what is owed: ``15 000 FCFA``, ``18/12/2025``; what is not known, in the words of that language."""
    mots = _MOTS.get(langue, _FRENCH)
    return Values(
        spoken(clean(nom or "")) or mots.contribuable,
        f"{montant:,.0f} {_CURRENCIES.get(devise, devise)}".replace(",", " "),
        (taxe_in(clean(libelles[0] or "")) or mots.taxe) if len(libelles) == 1 else f"{len(libelles)} taxes",
        _jour(echeance),
    )


def full_name(prenom: str | None, nom: str | None) -> str:
    """The name to speak to, as it is written, without words for nothing; empty where nothing is left."""
    return spoken(" ".join(filter(None, (name_in(clean(prenom or "")), name_in(clean(nom or ""))))))


def clean(text: str) -> str:
    """The text on one line: composed letters, ordinary spaces, and nothing that no eye can see."""
    if not (text.isascii() and text.isprintable()):
        text = _visible(text)
    return " ".join(text.split())


def _visible(text: str) -> str:
    if not text.isprintable():
        text = "".join(" " if c.isspace() else c for c in text if c.isspace() or c.isprintable())
    return unicodedata.normalize("NFC", _BLANKS.sub("", text))


@lru_cache(maxsize=4096)
def _jour(jour: date) -> str:
    return f"{jour:%d/%m/%Y}"
