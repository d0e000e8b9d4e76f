"""How many SMS a text is billed as (GSM 03.38, 3GPP TS 23.038 and 23.040)."""

from typing import Final

_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED: Final = frozenset("^{}\\[~]|€\f")  # an escape and a character: two septets that stay together


def is_gsm7(text: str) -> bool:
    """True where the text needs no Unicode: 160 characters a message instead of 70."""
    return set(text) <= _BASIC | _EXTENDED


def count_segments(text: str) -> int:
    """Messages billed for the text; 1 for an empty one."""
    if is_gsm7(text):
        return _pack([2 if character in _EXTENDED else 1 for character in text], single=160, part=153)
    return _pack([2 if ord(character) > 0xFFFF else 1 for character in text], single=70, part=67)


def _pack(widths: list[int], *, single: int, part: int) -> int:
    """Fill parts in order; a character never straddles two."""
    if sum(widths) <= single:
        return 1
    parts, used = 1, 0
    for width in widths:
        if used + width > part:
            parts, used = parts + 1, 0
        used += width
    return parts
