"""Cells that a spreadsheet shows as they are: it runs none as a formula and rounds none as a number."""

import re
from decimal import Decimal
from typing import Final, TypeAlias

Valeur: TypeAlias = str | int | Decimal | None

_FORMULA: Final = "=+\\-@＝＋－＠"  # those of full width too: Excel reads them alike
_RUN: Final = re.compile(rf"[{_FORMULA}]")
_RUN_AFTER_A_COMMA: Final = re.compile(rf'(,[\s"]*)(?=[{_FORMULA}])')  # where it separates, a cell begins there
_MANGLED: Final = re.compile(r"0\d+|\d{11,}|\d+(?:[.,]\d+)?E[+-]?\d+|\d+(?:[-/]\d+){1,2}", re.IGNORECASE)
"""The zero would go, or the last digits; 12E3 would become 12000, and 3-12 the third of December."""


def cellule(valeur: Valeur) -> str:
    """One line of text. An apostrophe goes before what a spreadsheet would run or mangle; decimals take a comma."""
    match valeur:
        case None:
            return ""
        case Decimal():
            texte = f"{valeur:.2f}".removesuffix(".00").replace(".", ",")
        case _:
            texte = " ".join(str(valeur).split())  # neither tab nor line break
    texte = _RUN_AFTER_A_COMMA.sub(r"\1'", texte)
    return f"'{texte}" if _RUN.match(texte) or _MANGLED.fullmatch(texte) else texte
