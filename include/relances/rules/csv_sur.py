"""Cells that a spreadsheet shows as they are: it runs none as a formula and rounds none as a number."""

import re
from decimal import Decimal
from typing import Final, TypeAlias

Valeur: TypeAlias = str | int | Decimal | None

_FORMULA: Final = tuple("=+-@＝＋－＠")  # those of full width too: Excel reads them alike
_MANGLED: Final = re.compile(r"0\d+|\d{11,}")  # its zero would go, or its last digits


def cellule(valeur: Valeur) -> str:
    """One line of text. An apostrophe goes before what a spreadsheet would run or mangle; decimals take a comma."""
    match valeur:
        case None:
            return ""
        case Decimal():
            texte = f"{valeur:.2f}".removesuffix(".00").replace(".", ",")
        case _:
            texte = " ".join(str(valeur).split())  # neither tab nor line break
    return f"'{texte}" if texte.startswith(_FORMULA) or _MANGLED.fullmatch(texte) else texte
