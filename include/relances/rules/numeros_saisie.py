"""A cell of telephone numbers as somebody typed it → the digits of a number in it, and how they are grouped.

A grammar, not a sieve. One digit lost or glued on is another living subscriber, so nothing is thrown away but what
surely separates digits. Whether a network has such a number is for :mod:`relances.rules.numeros_plans` to say.
"""

import re
import unicodedata
from typing import Final, NamedTuple

from relances.rules.vide import is_absent

LONGEST: Final = 100
"""Characters: a longer cell is no telephone number, and too long for an index."""

_AS_ASCII: Final = {
    **{full: chr(full - 0xFEE0) for full in range(0xFF01, 0xFF5F)},  # of full width: ０１２ ＋ － ／ （ ）
    **{first + digit: str(digit) for first in (0x0660, 0x06F0) for digit in range(10)},  # Arabic, Persian
    **dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"), "-"),
    **dict.fromkeys(map(ord, "\u2044\u2215"), "/"),
}
_UNSEEN: Final = "Cf"  # direction marks and joiners, which a telephone puts around the numbers it copies
_OVERRIDES: Final = frozenset("\u202d\u202e")  # but these: what follows is not shown in the order of its digits
_LABEL: Final = re.compile(
    r"\A(?:t[eé]l(?:[eé]phone)?(?:\s?\.\s?:?|\s?:|\s(?=[\d+(]))|(?:p|whatsapp)\s?:)\s?", re.IGNORECASE
)
_OF_A_NUMBER: Final = re.compile(r"[\d +./()-]", re.ASCII)
_BETWEEN_NUMBERS: Final = re.compile(r"[,;|&]|\b(?:ou|et|or|and)\b", re.IGNORECASE)
_DECIMAL: Final = re.compile(r"(\+?[1-9]\d{6,14})[.,]00?", re.ASCII)  # how a column of numbers is exported
_FIRST_IN_BRACKETS: Final = re.compile(r"\A(?:(\+) ?)?\( ?(\+?) ?(\d{1,5}|00 \d{1,3}) ?\)", re.ASCII)  # (+241) or (066)
_AREA_IN_BRACKETS: Final = re.compile(r"\A((?:\+ ?|00 ?)\d{1,3}|1) ?\( ?(\d{2,4}) ?\)", re.ASCII)  # +1 (514)
_HOME_ZERO: Final = re.compile(r"\A((?:\+ ?|00 ?)[2-9]\d{0,2}|241) ?\( ?0 ?\)(?= ?[1-9])", re.ASCII)
"""The zero that is dialled at home alone: +33 (0)6…"""
_YEAR: Final = re.compile(r"(?:19|20)\d\d", re.ASCII)
_GAP: Final = re.compile(r" ?[./-] ?| ")
_ONE: Final = re.compile(rf"(?:(\+) ?)?(\d+(?:(?:{_GAP.pattern})\d+)*)", re.ASCII)


class Ecrit(NamedTuple):
    """One number as written. ``international``: after a plus sign. ``groupes``: its digits, as they are grouped.

    ``choix``: a slash stands before its last group alone, where it may mean « or ». ``point``: one point is all that
    parts its digits, as in an amount.
    """

    international: bool
    groupes: tuple[str, ...]
    choix: bool = False
    point: bool = False

    @property
    def chiffres(self) -> str:
        return "".join(self.groupes)


def fold(saisie: str) -> str:
    """The cell in ASCII digits and signs, with single plain spaces, without its label or invisible characters.

    Whatever belongs to no number is left in place.
    """
    text = saisie if saisie.isascii() else _in_ascii(saisie)
    text = " ".join(text.split()).removeprefix("'")  # a spreadsheet's mark of a text
    decimal = _DECIMAL.fullmatch(text)
    return decimal[1] if decimal else text


def parts(text: str) -> list[str]:
    """The parts of a folded text between the signs and words that separate two numbers."""
    found = (part.strip(" /") for part in _BETWEEN_NUMBERS.split(text))
    return [part for part in found if not is_absent(part)]


def halves(part: str) -> list[tuple[str, str]]:
    """Every way to cut a part in two between groups of digits."""
    return [(part[: gap.start()], part[gap.end() :]) for gap in _GAP.finditer(part)]


def one(part: str) -> Ecrit | None:
    """The one number that a part is written as; None where it is none, or may be several."""
    bare = _LABEL.sub("", part).removesuffix(".")
    written = _ONE.fullmatch(_without_brackets(bare) if "(" in bare else bare)
    if written is None:
        return None
    gaps = [gap.strip() for gap in _GAP.findall(written[2])]
    choix = gaps[-1:] == ["/"] and (len(gaps) == 1 or gaps.count("/") < len(gaps))
    ecrit = Ecrit(written[1] is not None, tuple(_GAP.split(written[2])), choix, point=gaps == ["."])
    return ecrit if _is_plain(ecrit) and not _is_a_date(ecrit.groupes) else None


def stranger(text: str) -> str | None:
    """The first character that no number has, or its code where none would see it; ``text``: folded."""
    bare = (_LABEL.sub("", part.strip()) for part in _BETWEEN_NUMBERS.split(text))
    found = next((sign for part in bare for sign in part if not _OF_A_NUMBER.match(sign)), None)
    return found if found is None or found.isprintable() else f"U+{ord(found):04X}"


def _in_ascii(saisie: str) -> str:
    text = unicodedata.normalize("NFC", saisie).translate(_AS_ASCII)
    return "".join(sign for sign in text if sign in _OVERRIDES or unicodedata.category(sign) != _UNSEEN)


def _without_brackets(part: str) -> str:
    """The text without the brackets around a country code or its zero; other brackets stay, and make it no number."""
    opened = " ".join(_FIRST_IN_BRACKETS.sub(_with_one_plus, part).split())
    return " ".join(_AREA_IN_BRACKETS.sub(r"\1 \2 ", _HOME_ZERO.sub(r"\1 ", opened)).split())


def _with_one_plus(found: re.Match[str]) -> str:
    return f"{found[1] or found[2] or ''}{''.join(found[3].split())} "


def _is_plain(ecrit: Ecrit) -> bool:
    """Whether no digit stands alone but the first one dialled, or all: else one may be missing, or one too many."""
    first, alone = ecrit.groupes[0], {place for place, groupe in enumerate(ecrit.groupes) if len(groupe) == 1}
    if len(alone) == len(ecrit.groupes):
        return True
    if ecrit.international:
        expected = {0, 1} if len(first) <= 3 else set()
    elif first == "00":
        expected = {1, 2}
    elif first.startswith("00") or first == "241":
        expected = {1}
    else:
        expected = {0} if first in {"0", "1"} else set()
    return alone <= expected


def _is_a_date(groupes: tuple[str, ...]) -> bool:
    """06/12/2025 has the digits of an old number, by groups that no number has."""
    return (
        len(groupes) == 3 and len(groupes[0]) <= 2 and len(groupes[1]) <= 2 and _YEAR.fullmatch(groupes[2]) is not None
    )
