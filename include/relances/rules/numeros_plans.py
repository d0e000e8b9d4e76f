"""The digits of a telephone number → what a network takes, or why it takes none: the numbering plans.

Gabon's numbers have eight digits since 2019. On 6 April 2024 those beginning 01, 02, 04, 05, 06 and 07 were
switched off and became 11, 62, 74, 65, 66 and 77; they are migrated here, and the migration is recorded.
libphonenumber still calls the old ones valid, so validity alone does not decide.
"""

import re
from functools import lru_cache
from itertools import accumulate
from typing import Final, NamedTuple

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from relances.rules.codes import Refus
from relances.rules.numeros_saisie import Ecrit

_REGION: Final = "GA"
_COUNTRY: Final = "241"
_OLD_PLAN: Final = {"01": "11", "02": "62", "04": "74", "05": "65", "06": "66", "07": "77"}
_MOBILE: Final = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
_GABONESE: Final = re.compile(r"(?P<country>241|00241)?(?P<national>0?[1-9]\d{7}|0[1-7]\d{6})", re.ASCII)
_GUIDE: Final = re.compile(r"(?:241|00241)?(0[1-7]\d{8})", re.ASCII)
_LENGTHS: Final = range(8, 16)  # digits with the country code: what a relance may hold


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


def judge(ecrit: Ecrit) -> Verdict:
    """The number of a telephone that takes messages, or why there is none.

    A number without its country is Gabonese: in a tax office of Gabon, ten digits are a mistyped number rather
    than an American one. Gabonese numbers must be mobile.
    """
    digits = ecrit.chiffres
    if ecrit.international and not digits.startswith(_COUNTRY):
        return _foreign(ecrit, digits)
    gabonese = _GABONESE.fullmatch(digits)
    if gabonese is None:
        return _of_another_length(ecrit)
    national = gabonese["national"]
    if _is_too_short(ecrit.groupes, national) or _has_a_tail(ecrit.groupes) or _is_an_amount(ecrit):
        return Refus.DOUTEUX
    return gabonese_number(national[-8:])


def gabonese_number(national: str) -> Verdict:
    """The Gabonese number of these eight digits, of the plan of today or of before 2024; else why there is none."""
    modern = _OLD_PLAN.get(national[:2], national[:2]) + national[2:]
    refus = _refused(modern[:4])
    return Numero(_COUNTRY + modern, migre=modern != national) if refus is None else refus


def _is_too_short(groupes: tuple[str, ...], national: str) -> bool:
    """Whether a digit was lost: as many as in the old plan, but in groups of another shape (077 12 345).

    Those of the old plan stand together, or the two of an operator are apart.
    """
    if len(national) != 8 or not national.startswith("0"):
        return False
    ends = list(accumulate(map(len, groupes)))
    country = ends[-1] - len(national)
    return next(end - country for end in ends if end > country) not in {2, len(national)}


def _has_a_tail(groupes: tuple[str, ...]) -> bool:
    """Whether the first groups are a whole number already, so that the rest is of another one, or an extension."""
    return any(_is_whole(groupes[:end]) for end in range(1, len(groupes)))


def _is_an_amount(ecrit: Ecrit) -> bool:
    """Whether a point makes it an amount (661234.56, 0.66123456): in a number, it follows two or three digits."""
    return ecrit.point and not 2 <= len(ecrit.groupes[0]) <= 3


def _is_whole(groupes: tuple[str, ...]) -> bool:
    found = _GABONESE.fullmatch("".join(groupes))
    if found is None or gabonese_number(found["national"][-8:]) is Refus.INVALIDE:
        return False
    return not _is_too_short(groupes, found["national"])


@lru_cache(maxsize=10_000)
def _refused(prefix: str) -> Refus | None:
    if prefix.startswith("0"):
        return Refus.INVALIDE  # 03, which nothing replaced in April 2024
    # The plan decides by length and leading digits: any number of the prefix stands for all.
    number = phonenumbers.PhoneNumber(country_code=int(_COUNTRY), national_number=int(prefix + "0000"))
    if not phonenumbers.is_valid_number_for_region(number, _REGION):
        return Refus.INVALIDE
    kind = phonenumbers.number_type(number)
    if kind in _MOBILE:
        return None
    return Refus.LIGNE_FIXE if kind == PhoneNumberType.FIXED_LINE else Refus.INVALIDE


def _of_another_length(ecrit: Ecrit) -> Verdict:
    digits = ecrit.chiffres
    if _has_a_tail(ecrit.groupes):
        return Refus.DOUTEUX
    if guide := _GUIDE.fullmatch(digits):
        return Numero(_COUNTRY + guide[1], format_guide=True)
    abroad = digits.startswith("00") and not digits.startswith(f"00{_COUNTRY}")
    return _foreign(ecrit, digits[2:]) if abroad else Refus.INVALIDE


def _foreign(ecrit: Ecrit, digits: str) -> Verdict:
    """A foreign number. ``digits``: the country code first."""
    if ecrit.choix:  # abroad a number may have one length or another: +49 30 1234567/68
        return Refus.DOUTEUX
    number = _parse(digits)
    if number is None:
        return Refus.INVALIDE
    chiffres = phonenumbers.format_number(number, PhoneNumberFormat.E164).removeprefix("+")
    country = str(number.country_code)
    # The library drops other digits than the zero that is dialled at home: the 1 of +1 1 514 555 1234.
    if len(chiffres) not in _LENGTHS or digits not in {chiffres, f"{country}0{chiffres.removeprefix(country)}"}:
        return Refus.INVALIDE
    pays = phonenumbers.region_code_for_number(number)
    if pays is not None and phonenumbers.is_valid_number(number):
        return Numero(chiffres, pays)
    main = phonenumbers.region_code_for_country_code(number.country_code or 0)
    return Numero(chiffres, main, attribue=False)


def _parse(digits: str) -> phonenumbers.PhoneNumber | None:
    """A number as long as those of its country; None otherwise."""
    try:
        number = phonenumbers.parse(f"+{digits}")
    except NumberParseException:
        return None
    length = phonenumbers.is_possible_number_with_reason(number)
    return number if length == phonenumbers.ValidationResult.IS_POSSIBLE else None
