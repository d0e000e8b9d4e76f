"""How many segments an SMS is billed as, and the plainer letters that make it fewer."""

import re
from functools import lru_cache
from typing import Final
from unicodedata import category, normalize

from relances.rules.lettres import PLAINER

_BASIC: Final = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_RUNS: Final = re.compile(f"[{re.escape(_BASIC)}]+")  # five times as fast as to look at characters one by one
_EXTENDED: Final = frozenset("^{}\\[~]|€\f")  # an escape and a character: two septets that stay together


def is_gsm7(text: str) -> bool:
    """True where the text needs no Unicode: 160 characters a message instead of 70."""
    return _EXTENDED.issuperset(_beyond(text))


def foreign(text: str) -> frozenset[str]:
    """The characters for which the text needs Unicode."""
    return frozenset(_beyond(text)) - _EXTENDED


def count_segments(text: str) -> int:
    """Messages billed for the text; 1 for an empty one."""
    beyond = _beyond(text)
    if _EXTENDED.issuperset(beyond):
        return _count(text, frozenset(beyond), single=160, part=153)
    return _count(text, _surrogates(beyond), single=70, part=67)


def _beyond(text: str) -> str:
    """The text without the letters of the basic table."""
    return _RUNS.sub("", text)


def _count(text: str, wide: frozenset[str], *, single: int, part: int) -> int:
    """``wide``: the characters that take two places."""
    places = len(text) + sum(character in wide for character in text) if wide else len(text)
    if places <= single:
        return 1
    return -(-places // part) if places == len(text) else _pack(text, wide, part)


def _pack(text: str, wide: frozenset[str], part: int) -> int:
    """Fill parts in order; a character never straddles two."""
    parts, used = 1, 0
    for character in text:
        width = 2 if character in wide else 1
        if used + width > part:
            parts, used = parts + 1, 0
        used += width
    return parts


def _surrogates(text: str) -> frozenset[str]:
    return frozenset(character for character in set(text) if ord(character) > 0xFFFF)


_QUOTED: Final = re.compile(r"«[^\S\n]*([^«»\n]*?)[^\S\n]*»")  # the spaces inside belong to « », not to ""


def simplify(texte: str) -> str:
    """The text in plainer letters where that makes it GSM-7 and no longer to bill; else as it was."""
    if is_gsm7(texte):
        return texte
    plain = normalize("NFC", texte)
    if "«" in plain:
        plain = _QUOTED.sub(r'"\1"', plain)
    for character in foreign(plain):
        plain = plain.replace(character, _plainer(character))
    worth = plain and is_gsm7(plain) and count_segments(plain) <= count_segments(texte)
    return plain if worth else texte


@lru_cache(maxsize=1024)
def _plainer(character: str) -> str:
    """The nearest of GSM-7; the character itself where there is none."""
    plain = PLAINER.get(character) or "".join(part for part in normalize("NFKD", character) if category(part) != "Mn")
    return plain if is_gsm7(plain) else character
