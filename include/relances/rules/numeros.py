"""Phone numbers as typed in a tax office of Gabon → what a network takes, or why not."""

import re
from typing import Final

import phonenumbers

from relances.rules.codes import Refus
from relances.rules.numeros_plans import Numero, Verdict, gabonese_number, judge
from relances.rules.numeros_saisie import LONGEST, fold, halves, one, parts, stranger
from relances.rules.values import is_absent

__all__ = [
    "LECTURE", "Numero", "Refus", "Verdict", "candidats", "destination", "doute", "lire", "normalise", "reach",
]  # fmt: skip

# How nearly all cells are: what the grammar reads too, only quicker.
_TOGETHER: Final = re.compile(r"(?:(?:\+|00)?241)?(?:0?([1-9]\d{7})|(0[1-7]\d{6}))", re.ASCII)
_IN_PAIRS: Final = re.compile(r"(?:(?:\+|00)?241 )?(?:0?([1-9]\d)|(0[1-7]))([ ./-])(\d\d)\3(\d\d)\3(\d\d)", re.ASCII)
_SCIENTIFIC: Final = re.compile(r"\d([.,]\d+)?E\+?\d+", re.ASCII | re.IGNORECASE)
_NORTH_AMERICA: Final = frozenset({"US", "CA"})
_TEN_DIGITS: Final = re.compile(r"1?([2-9]\d{9})", re.ASCII)
_OF_AMERICA: Final = frozenset(
    {(10,), (11,), (3, 3, 4), (3, 7), (1, 10), (1, 3, 3, 4), (1, 3, 7)}
)  # how it groups them
_ABSENT_BELOW: Final = 6  # digits: shorter than any number is a placeholder, not a mistyped number

LECTURE: Final = f"2 {phonenumbers.__version__}"
"""The version of :func:`lire` and of the plans it knows: what another one read is read again."""


def lire(saisie: str) -> Verdict:
    """What was typed, as the number of a telephone that takes messages, or why there is none.

    Of a cell that holds several, the first that takes messages.
    """
    national = _plain(saisie)
    if national is not None:
        return gabonese_number(national)
    return _first([verdict for _, verdict in _read(saisie)])


def candidats(saisie: str) -> list[str]:
    """The numbers that a cell holds, each as typed: itself where it is one, or cannot be read."""
    if _plain(saisie) is not None:
        return [saisie]
    read = _read(saisie)
    return [typed for typed, _ in read] if len(read) > 1 else [saisie]


def doute(saisie: str) -> str:
    """Why a cell is ``numero_douteux``, in words that quote one sign of it at most."""
    sign = stranger(fold(saisie))
    if sign is not None:
        return f"« {sign} » n'a pas sa place dans un numéro"
    return "il manque un chiffre, il y en a un de trop, ou deux numéros se suivent sans se séparer nettement"


def reach(lecture: Verdict, pays: frozenset[str]) -> Verdict:
    """The number, if a fournisseur of these countries reaches it (ISO codes; none: any); else why not."""
    match lecture:
        case Numero(attribue=False):
            # Zoom's guide shows +1 555 123 4567, which no plan assigns: of its countries, the length alone is asked.
            return lecture if lecture.pays in pays else Refus.INVALIDE
        case Numero():
            return lecture if not pays or lecture.pays in pays else Refus.HORS_REGION
        case _:
            return lecture


def normalise(saisie: str, pays: frozenset[str]) -> Verdict:
    """What was typed, as a number of one of these countries (ISO codes; none: any), or why there is none."""
    return reach(lire(saisie), pays)


def destination(saisie: str, pays: frozenset[str]) -> Verdict:
    """What was typed, as a number of these countries, for somebody who chose the fournisseur by name.

    Where it reaches North America alone, ten bare digits are one of its numbers.
    """
    ten = _ten_digits(saisie) if pays and pays <= _NORTH_AMERICA else None
    return normalise(saisie if ten is None else f"+1{ten}", pays)


def _ten_digits(saisie: str) -> str | None:
    """The ten digits of an American number written without its country, as Americans do."""
    ecrit = one(fold(saisie)) if len(saisie) <= LONGEST else None
    if ecrit is None or ecrit.international or tuple(map(len, ecrit.groupes)) not in _OF_AMERICA:
        return None
    found = _TEN_DIGITS.fullmatch(ecrit.chiffres)
    return found[1] if found is not None else None


def _plain(saisie: str) -> str | None:
    """The eight digits of a Gabonese number written plainly; None for any other writing."""
    together = _TOGETHER.fullmatch(saisie)
    if together is not None:
        return together[1] or together[2]
    pairs = _IN_PAIRS.fullmatch(saisie)
    return f"{pairs[1] or pairs[2]}{pairs[4]}{pairs[5]}{pairs[6]}" if pairs is not None else None


def _read(saisie: str) -> list[tuple[str, Verdict]]:
    """Each number of the cell, as typed and as read; the cell itself where it holds none for sure."""
    refus = _unreadable(saisie)
    if refus is not None:
        return [(saisie, refus)]
    read: list[tuple[str, Verdict]] = []
    for part in (found := parts(fold(saisie))):
        numbers = _numbers(part)
        if numbers is None:
            return [(saisie, _verdict(part) if len(found) == 1 else Refus.DOUTEUX)]
        read += numbers
    if not read or len({numero.migre for _, numero in read if isinstance(numero, Numero)}) > 1:
        return [(saisie, Refus.DOUTEUX)]  # of two plans in one cell, the shorter number may be the other kind cut short
    return list(dict.fromkeys(read))


def _unreadable(saisie: str) -> Refus | None:
    text = fold(saisie) if len(saisie) <= LONGEST else None
    # A spreadsheet's 2,41066123E+11: its digits would be a stranger's number.
    if text is None or _SCIENTIFIC.fullmatch(text):
        return Refus.INVALIDE
    digits = [sign for sign in text if sign.isascii() and sign.isdecimal()]
    return Refus.ABSENT if len(digits) < _ABSENT_BELOW or set(digits) == {"0"} else None


def _numbers(part: str) -> list[tuple[str, Verdict]] | None:
    """The whole numbers that the part is made of, in the only way that there is; None where there is no such way."""
    ways = _ways(part)
    return ways[0] if len(ways) == 1 else None


def _ways(part: str) -> list[list[tuple[str, Verdict]]]:
    if is_absent(part):
        return [[]]
    verdict = _verdict(part)
    if _is_whole(verdict):
        return [[(part, verdict)]]
    ways = []
    for first, rest in halves(part):
        whole = _verdict(first)
        if _is_whole(whole):
            ways += [[(first, whole), *others] for others in _ways(rest)]
    return ways


def _verdict(part: str) -> Verdict:
    ecrit = one(part)
    return Refus.DOUTEUX if ecrit is None else judge(ecrit)


def _is_whole(verdict: Verdict) -> bool:
    """Whether a plan has such a number for sure, so that it may stand beside another."""
    match verdict:
        case Numero(attribue=True, format_guide=False) | Refus.LIGNE_FIXE:
            return True
        case _:
            return False


def _first(verdicts: list[Verdict]) -> Verdict:
    return next((verdict for verdict in verdicts if isinstance(verdict, Numero)), verdicts[0])
