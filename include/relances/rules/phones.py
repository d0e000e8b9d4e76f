"""Phone numbers as typed in a tax office of Gabon → what a network takes, or why not.

Gabon's numbers have eight digits since 2019. On 6 April 2024 those beginning 01, 02, 04, 05, 06 and 07 were
switched off and became 11, 62, 74, 65, 66 and 77; they are migrated here, and the migration is recorded.
libphonenumber still calls the old ones valid, so validity alone does not decide.
"""

import re
from enum import StrEnum
from functools import lru_cache
from typing import Final, NamedTuple

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

_REGION: Final = "GA"
_COUNTRY: Final = "241"
_OLD_PLAN: Final = {"01": "11", "02": "62", "04": "74", "05": "65", "06": "66", "07": "77"}
_MOBILE: Final = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
_SEPARATORS: Final = re.compile(r"[\s.\-/()_\u00a0\u202f]+")
_PLAIN: Final = re.compile(r"(?:\+?241|00241)?(?:0?([1-9]\d{7})|(0[1-7]\d{6}))", re.ASCII)
_NOT_DIALLED: Final = re.compile(r"[^+\d]", re.ASCII)
_SCIENTIFIC: Final = re.compile(r"\d([.,]\d+)?E\+?\d+", re.ASCII | re.IGNORECASE)
_GUIDE: Final = re.compile(r"(?:241)?(0\d{9})", re.ASCII)
_NORTH_AMERICA: Final = frozenset({"US", "CA"})
_TEN_DIGITS: Final = re.compile(r"1?([2-9]\d{9})", re.ASCII)
_ABSENT_BELOW: Final = 6  # digits: shorter than any number is a placeholder, not a mistyped number
_LENGTHS: Final = range(8, 16)  # digits with the country code: what a relance may hold


class Refus(StrEnum):
    """Why a number cannot be used; also the code of the exclusion."""

    ABSENT = "telephone_absent"
    INVALIDE = "telephone_invalide"
    LIGNE_FIXE = "ligne_fixe"
    HORS_REGION = "hors_region"
    FORMAT_GUIDE = "format_guide"
    INJOIGNABLE = "injoignable"
    OPPOSITION = "opposition"


class Numero(NamedTuple):
    """A number: digits with the country code, no sign, and the ISO code of its country.

    ``migre``: it was written in the old plan. ``format_guide``: with one digit too many, the way the provider's guide
    shows it. ``attribue``: a plan assigns it; else its length alone is right.
    """

    chiffres: str
    pays: str = _REGION
    migre: bool = False
    format_guide: bool = False
    attribue: bool = True


Verdict = Numero | Refus

LECTURE: Final = f"1 {phonenumbers.__version__}"
"""The version of :func:`lire` and of the plans it knows: what another one read is read again."""


def lire(saisie: str) -> Verdict:
    """What was typed, as the number of a telephone that takes messages, or why there is none.

    A number without its country is Gabonese: in a tax office of Gabon, ten digits are a mistyped number rather
    than an American one. Gabonese numbers must be mobile.
    """
    compact = _SEPARATORS.sub("", saisie)
    plain = _PLAIN.fullmatch(compact)
    return _verdict(plain[1] or plain[2]) if plain is not None else _read_unusual(saisie)


def reach(lecture: Verdict, pays: frozenset[str]) -> Verdict:
    """The same for a fournisseur of these countries (ISO codes; none: any)."""
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
    """The same for who asked by name for a fournisseur of these countries.

    Where it reaches North America alone, ten bare digits are one of its numbers.
    """
    ten = _TEN_DIGITS.fullmatch(_SEPARATORS.sub("", saisie)) if pays and pays <= _NORTH_AMERICA else None
    return normalise(f"+1{ten[1]}" if ten else saisie, pays)


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


def _read_unusual(saisie: str) -> Verdict:
    if _SCIENTIFIC.fullmatch(saisie.strip()):
        return Refus.INVALIDE  # a spreadsheet's 2,41066123E+11: its digits would be a stranger's number
    dialled = _NOT_DIALLED.sub("", saisie)
    international = dialled.startswith(("+", "00"))
    digits = dialled.replace("+", "")
    if len(digits) < _ABSENT_BELOW or not digits.strip("0"):
        return Refus.ABSENT
    if international:
        digits = digits.removeprefix("00")
    number = _parse(f"+{digits}" if international else digits)
    if number is not None and number.country_code != int(_COUNTRY):
        return _foreign(number)
    return _gabonese(number, digits)


def _gabonese(number: phonenumbers.PhoneNumber | None, digits: str) -> Verdict:
    if number is not None and phonenumbers.is_valid_number(number):
        national = phonenumbers.national_significant_number(number)
        return _verdict(national) if len(national) == 8 else Refus.INVALIDE
    guide = _GUIDE.fullmatch(digits)
    return Numero(_COUNTRY + guide[1], format_guide=True) if guide else Refus.INVALIDE


def _foreign(number: phonenumbers.PhoneNumber) -> Verdict:
    chiffres = phonenumbers.format_number(number, PhoneNumberFormat.E164).removeprefix("+")
    if len(chiffres) not in _LENGTHS:
        return Refus.INVALIDE
    pays = phonenumbers.region_code_for_number(number)
    if pays is not None and phonenumbers.is_valid_number(number):
        return Numero(chiffres, pays)
    main = phonenumbers.region_code_for_country_code(number.country_code or 0)
    return Numero(chiffres, main, attribue=False)


def _parse(text: str) -> phonenumbers.PhoneNumber | None:
    """A number as long as those of its country, None otherwise."""
    try:
        number = phonenumbers.parse(text, _REGION)
    except NumberParseException:
        return None
    length = phonenumbers.is_possible_number_with_reason(number)
    return number if length == phonenumbers.ValidationResult.IS_POSSIBLE else None
