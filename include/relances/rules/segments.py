"""How many SMS a text is billed as (GSM 03.38, 3GPP TS 23.038 and 23.040)."""

import re
from typing import Final

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
    """The segments of a text whose characters in ``wide`` take two places."""
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
