"""Phone numbers as typed in a tax office → what a network takes, or why not.

Gabon's numbers have eight digits since 2019. On 6 April 2024 those beginning 01, 02, 04, 05, 06 and 07 were
switched off and became 11, 62, 74, 65, 66 and 77; they are migrated here, and the migration is recorded.
libphonenumber still calls the old ones valid, so validity alone does not decide.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType

_REGION: Final = "GA"
_COUNTRY: Final = "241"
_OLD_PLAN: Final = {"01": "11", "02": "62", "04": "74", "05": "65", "06": "66", "07": "77"}
_MOBILE: Final = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
_SEPARATORS: Final = re.compile(r"[\s.\-/()_\u00a0\u202f]+")
_PLAIN: Final = re.compile(r"(?:\+?241|00241)?(?:0?([1-9]\d{7})|(0[1-7]\d{6}))", re.ASCII)
_NOT_DIALLED: Final = re.compile(r"[^+\d]", re.ASCII)
_GUIDE: Final = re.compile(r"(?:241)?(0\d{9})", re.ASCII)
_ABSENT_BELOW: Final = 6  # digits: shorter than any number is a placeholder, not a mistyped number


class Refus(StrEnum):
    """Why a number cannot be used; also the code of the exclusion."""

    ABSENT = "telephone_absent"
    INVALIDE = "telephone_invalide"
    LIGNE_FIXE = "ligne_fixe"
    HORS_REGION = "hors_region"
    FORMAT_GUIDE = "format_guide"


@dataclass(frozen=True, slots=True)
class Numero:
    """A usable number: digits with the country code, no sign. ``migre``: it was written in the old plan.

    ``format_guide``: written with one digit too many, the way the provider's guide shows it.
    """

    chiffres: str
    migre: bool = False
    format_guide: bool = False


Verdict = Numero | Refus


def normalise(saisie: str) -> Verdict:
    """The SMS-able Gabonese mobile behind what was typed, or why there is none."""
    compact = _SEPARATORS.sub("", saisie)
    plain = _PLAIN.fullmatch(compact)
    if plain is not None:
        return _verdict(plain[1] or plain[2])
    return _normalise_unusual(compact)


def best(saisies: list[str | None] | None, *, accepter_format_guide: bool) -> Verdict:
    """The first usable number of a contribuable, else the reason of the first that is not merely absent."""
    refus = Refus.ABSENT
    for saisie in saisies or ():
        verdict = normalise(saisie or "")
        if isinstance(verdict, Numero) and verdict.format_guide and not accepter_format_guide:
            verdict = Refus.FORMAT_GUIDE
        if isinstance(verdict, Numero):
            return verdict
        if refus is Refus.ABSENT:
            refus = verdict
    return refus


def _verdict(national: str) -> Verdict:
    modern = _OLD_PLAN.get(national[:2], national[:2]) + national[2:]
    verdict = _judge(modern[:4])
    if verdict is not None:
        return verdict
    return Numero(_COUNTRY + modern, migre=modern != national)


@lru_cache(maxsize=10_000)
def _judge(prefix: str) -> Refus | None:
    # The plan decides by length and leading digits: any number of the prefix stands for all.
    number = phonenumbers.PhoneNumber(country_code=int(_COUNTRY), national_number=int(prefix + "0000"))
    if not phonenumbers.is_valid_number_for_region(number, _REGION):
        return Refus.INVALIDE
    kind = phonenumbers.number_type(number)
    if kind in _MOBILE:
        return None
    return Refus.LIGNE_FIXE if kind == PhoneNumberType.FIXED_LINE else Refus.INVALIDE


def _normalise_unusual(compact: str) -> Verdict:
    dialled = _NOT_DIALLED.sub("", compact)
    international = dialled.startswith(("+", "00"))
    digits = dialled.replace("+", "")
    if len(digits) < _ABSENT_BELOW or not digits.strip("0"):
        return Refus.ABSENT
    if international:
        digits = digits.removeprefix("00")
    number = _parse(f"+{digits}" if international else digits)
    if number is not None and number.country_code != int(_COUNTRY):
        return Refus.HORS_REGION
    if number is not None and len(national := phonenumbers.national_significant_number(number)) == 8:
        return _verdict(national)
    guide = _GUIDE.fullmatch(digits)
    if guide is not None and number is None:
        return Numero(_COUNTRY + guide.group(1), format_guide=True)
    return Refus.INVALIDE


def _parse(text: str) -> phonenumbers.PhoneNumber | None:
    """A valid number, None otherwise."""
    try:
        number = phonenumbers.parse(text, _REGION)
    except NumberParseException:
        return None
    return number if phonenumbers.is_valid_number(number) else None
