"""A cell of telephones that somebody typed or imported → the numbers to write to, or what is wrong with it."""

import re
from collections.abc import Callable
from typing import Final

from relances.rules.colonnes import Illisible
from relances.rules.exclusions import raison
from relances.rules.numeros import Numero, Refus, Verdict, candidats, doute, lire
from relances.rules.tableur import AS_TEXT, SCIENTIFIC

_PLUS_LOST: Final = re.compile(r"[1-589]\d{10,14}", re.ASCII)  # 6 and 7 begin a mistyped number of Gabon
_A_DIGIT: Final = re.compile(r"[1-9]")  # zeros alone hold the place of a number


def read_telephones(text: str, read: Callable[[str], Verdict] = lire) -> tuple[str, list[Numero]]:
    """The cell as mended, and those of its numbers that take messages, one at least. Raises Illisible.

    ``read``: what a single number of it is.
    """
    if SCIENTIFIC.fullmatch(text):
        raise Illisible(f"le tableur a remplacé le numéro par une puissance de dix ; {AS_TEXT}")
    verdicts = [read(typed) for typed in candidats(text)]
    numeros = [verdict for verdict in verdicts if isinstance(verdict, Numero)]
    if not numeros and _PLUS_LOST.fullmatch(text):
        text, numeros = f"+{text}", _assigned(f"+{text}")
    if not numeros:
        raise Illisible(why_not(text, verdicts[0]))
    return text, numeros


def why_not(text: str, verdict: Verdict) -> str:
    """Why a cell is not a usable number, in words that do not quote it."""
    match verdict:
        case Refus.ABSENT if _A_DIGIT.search(text):
            return "numéro trop court"
        case Refus.DOUTEUX:
            return f"numéro douteux : {doute(text)}"
        case _:
            return raison(str(verdict)).libelle


def _assigned(saisie: str) -> list[Numero]:
    """The number that a spreadsheet took the sign off, where a plan assigns it, and Gabon none that ends so.

    142 66 12 34 56 is rather a mistyped 241.
    """
    found, ends = lire(saisie), (lire(saisie[-8:]), lire(saisie[-9:]))
    if not isinstance(found, Numero) or not found.attribue or any(isinstance(end, Numero) for end in ends):
        return []
    return [found]
