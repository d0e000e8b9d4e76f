"""Plainer letters for an SMS: French that stays readable within the 160 characters of GSM 03.38."""

from typing import Final

from relances.rules.segments import is_gsm7

_PLAIN: Final = str.maketrans(
    {
        "â": "a", "ê": "e", "î": "i", "ô": "o", "û": "u", "ë": "e", "ï": "i", "ÿ": "y", "ç": "c",
        "À": "A", "Â": "A", "È": "E", "Ê": "E", "Ë": "E", "Î": "I", "Ï": "I", "Ô": "O", "Ù": "U", "Û": "U", "Ÿ": "Y",
        "œ": "oe", "Œ": "OE", "’": "'", "‘": "'", "“": '"', "”": '"', "«": '"', "»": '"', "–": "-", "—": "-",
        "…": "...", "\u00a0": " ", "\u202f": " ", "\u2009": " ",
    }
)  # fmt: skip


def simplify(texte: str) -> str:
    """The text in plainer letters where that makes it GSM-7; else as it was, since nothing would be saved."""
    if is_gsm7(texte):
        return texte
    plain = texte.translate(_PLAIN)
    return plain if is_gsm7(plain) else texte
