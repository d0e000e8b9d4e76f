"""How many SMS a text is billed as (GSM 03.38, 3GPP TS 23.038 and 23.040)."""

from typing import Final

_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED: Final = frozenset("^{}\\[~]|€\f")  # an escape and a character: two septets that stay together
_GSM7: Final = _BASIC | _EXTENDED


def is_gsm7(text: str) -> bool:
    """True where the text needs no Unicode: 160 characters a message instead of 70."""
    return _GSM7.issuperset(text)


def count_segments(text: str) -> int:
    """Messages billed for the text; 1 for an empty one."""
    if is_gsm7(text):
        return _count(text, _EXTENDED.intersection(text), single=160, part=153)
    return _count(text, _surrogates(text), single=70, part=67)


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
