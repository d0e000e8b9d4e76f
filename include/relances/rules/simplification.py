"""Plainer letters for an SMS: French that stays readable within the 160 characters of GSM 03.38."""

import re
from functools import lru_cache
from typing import Final
from unicodedata import category, normalize

from relances.rules.lettres import PLAINER
from relances.rules.segments import count_segments, foreign, is_gsm7

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
    """The nearest character of GSM-7; the same one where there is none."""
    plain = PLAINER.get(character) or "".join(part for part in normalize("NFKD", character) if category(part) != "Mn")
    return plain if is_gsm7(plain) else character
