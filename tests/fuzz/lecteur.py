"""A person who reads a cell of telephone numbers, written apart from the product's reader, to judge it.

They transcribe digit by digit, dial what they are sure of, and ask where they are not.
"""

import re
import unicodedata
from itertools import pairwise

PLAN_OF_2024 = {"01": "11", "02": "62", "04": "74", "05": "65", "06": "66", "07": "77"}
BETWEEN_DIGITS = set(" .-/()+") | set("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2044\u2215")
NOTHING = re.compile(r"(?<![^\s,/-])(n[eé]ant|null|nan|none|aucun)(?![^\s,/-])", re.IGNORECASE)
LABEL = re.compile(r"(^|[\s,/.-])\s*(t[eé]l([eé]phone)?(\s?\.\s?:?|\s?:|\s)|(p|whatsapp)\s?:)", re.IGNORECASE)


def would_dial(cell: str, number: str) -> bool:
    """Whether somebody who reads the cell may dial the number (digits with the country code)."""
    text = "".join(map(_written, unicodedata.normalize("NFC", cell))).strip().removeprefix("'")
    if decimal := re.fullmatch(r"(\+?[1-9]\d{6,14})[.,]00?", text):
        text = decimal[1]
    if not _is_all_of_numbers(text):
        return False
    groups = [(found.group(), found.start()) for found in re.finditer(r"\d+", text)]
    return any(
        _says(text, groups[first:last], number) and _is_told(text, groups[:first]) and _is_told(text, groups[last:])
        for first in range(len(groups))
        for last in range(first + 1, len(groups) + 1)
    )


def _written(sign: str) -> str:
    """The sign as a person copies it out."""
    digit = unicodedata.decimal(sign, None)
    if digit is not None:
        return str(digit)
    if unicodedata.category(sign) == "Cf":
        return ""
    if sign.isspace():
        return " "
    return chr(ord(sign) - 0xFEE0) if 0xFF01 <= ord(sign) <= 0xFF5E else sign


def _is_all_of_numbers(text: str) -> bool:
    listed = re.sub(r"[;|&]|\b(ou|et|or|and)\b", ",", text, flags=re.IGNORECASE)
    listed = NOTHING.sub("", listed)
    bare = re.sub(r"[0-9]", "", LABEL.sub(r"\1", listed))
    return set(bare) <= BETWEEN_DIGITS | {","}


def _is_told(text: str, groups: list[tuple[str, int]]) -> bool:
    """Whether what is left beside a number is nothing, or whole numbers: else its digits belong to it, or to nobody."""
    return not groups or any(
        _digits_may_be_dialled("".join(group for group, _ in groups[:end])) and _is_told(text, groups[end:])
        for end in range(1, len(groups) + 1)
    )


def _digits_may_be_dialled(digits: str) -> bool:
    return bool(re.fullmatch(r"((00)?241)?0?[1-9]\d{7}|((00)?241)?0[1-7]\d{6}|(00)?[1-9]\d{7,14}", digits))


def _says(text: str, groups: list[tuple[str, int]], number: str) -> bool:
    digits = "".join(group for group, _ in groups)
    signed = text[: groups[0][1]].rstrip(" (").endswith("+")
    if _has_a_loose_digit([group for group, _ in groups], signed=signed):
        return False
    if number.startswith("241"):
        return _gabonese(digits, [group for group, _ in groups], number.removeprefix("241"))
    abroad = digits if signed else digits.removeprefix("00")
    # The zero that is dialled at home is left out from abroad.
    return (signed or digits.startswith("00")) and (
        abroad == number or any(abroad == f"{number[:end]}0{number[end:]}" for end in (1, 2, 3))
    )


def _gabonese(digits: str, groups: list[str], national: str) -> bool:
    said = re.sub(r"^(00)?241", "", digits) if len(digits) > 9 else digits
    if len(national) == 10:
        return said == national
    if said.removeprefix("0") == national and len(said.removeprefix("0")) == 8:
        return True
    ends = {len(digits) - len(said) + 2, len(digits)}
    cuts = [sum(map(len, groups[:end])) for end in range(1, len(groups) + 1)]
    first = next(cut for cut in cuts if cut > len(digits) - len(said))
    return len(said) == 8 and first in ends and PLAN_OF_2024.get(said[:2], "") + said[2:] == national


def _has_a_loose_digit(groups: list[str], *, signed: bool) -> bool:
    """A digit by itself may be of this number or of nothing, but in the places where numbers have one."""
    if all(len(group) == 1 for group in groups):
        return False
    country = 1 if signed or groups[0].startswith("00") or groups[0] == "241" else 0
    country += groups[0] == "00"
    loose = [place for place, group in enumerate(groups) if len(group) == 1]
    return any(place > country for place in loose) or any(b - a == 1 for a, b in pairwise(loose) if not signed)
