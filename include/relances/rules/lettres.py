"""Plainer letters for what an encoding cannot hold: a terminal's, or that of a database older than UTF-8.

Importing this module makes ``errors=PLAIN`` known to every codec.
"""

import codecs
from typing import Final
from unicodedata import category, normalize

PLAIN: Final = "relances.plain"
"""What to give as ``errors`` when encoding: never raises, ``?`` where no plainer letter is known."""

# What loses its accent, and spaces of every width, are not here: Unicode itself takes them apart.
PLAINER: Final = {
    **dict.fromkeys("’‘‚‛′´`", "'"),
    **dict.fromkeys("“”„‟″«»‹›", '"'),
    **dict.fromkeys("‐‑‒–—―−•", "-"),
    "œ": "oe",
    "Œ": "OE",
    "°": "o",
    "·": ".",
}
"""The nearest letters of those that French is printed with."""

_ASCII: Final = {
    **PLAINER,
    **{"æ": "ae", "Æ": "AE", "ß": "ss", "ø": "o", "Ø": "O", "€": "EUR", "→": "->", "✔": "+", "✘": "X"},
}


def held_by(encoding: str, text: str) -> str:
    """The text as this encoding, a codec's name, can hold it: what it cannot is written in plainer letters."""
    return text.encode(encoding, PLAIN).decode(encoding)


def is_text(text: str) -> bool:
    """Whether a word is text; False where Python smuggles bytes in it, as it does for file names that are not UTF-8."""
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)


def _plainer(character: str) -> str:
    plain = _ASCII.get(character) or "".join(part for part in normalize("NFKD", character) if category(part) != "Mn")
    # ASCII, which every encoding holds: the error does not say which one this is.
    return plain if plain.isascii() and plain.isprintable() else "?"


def _plain(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_plainer, error.object[error.start : error.end])), error.end


codecs.register_error(PLAIN, _plain)
