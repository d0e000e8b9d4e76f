"""Phone numbers as typed in a tax office: which of them a network takes, in which form, and why the others not."""

import re

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberType

from relances.rules.phones import Numero, Refus, best, normalise

MOBILE = Numero("24166123456")
MIGRATED = {"01": "11", "02": "62", "04": "74", "05": "65", "06": "66", "07": "77"}
SEPARATORS = [" ", ".", "-", "/", "(", ")", "_", "\t", "\n", "\u00a0", "\u202f", "\u200b", "\u202a", "–"]

ACCEPTED = {
    "066123456": MOBILE,
    "66123456": MOBILE,
    "066 12 34 56": MOBILE,
    "+24166123456": MOBILE,
    "0024166123456": MOBILE,
    "+241066123456": MOBILE,
    "(+241) 66.12-34/56": MOBILE,
    "tél. 066 12 34 56": MOBILE,
    "077123456": Numero("24177123456"),
    "06612345": Numero("24166612345", migre=True),
    "07280150": Numero("24177280150", migre=True),
    "02123456": Numero("24162123456", migre=True),
    "04123456": Numero("24174123456", migre=True),
    "05123456": Numero("24165123456", migre=True),
    "+24106612345": Numero("24166612345", migre=True),
    "0661234567": Numero("2410661234567", format_guide=True),
    "+2410661234567": Numero("2410661234567", format_guide=True),
    "2410661234567": Numero("2410661234567", format_guide=True),
    "002410661234567": Numero("2410661234567", format_guide=True),
}
REFUSED = {
    "011723456": Refus.LIGNE_FIXE,
    "01723456": Refus.LIGNE_FIXE,
    "+24111723456": Refus.LIGNE_FIXE,
    "6612345": Refus.INVALIDE,
    "99999999": Refus.INVALIDE,
    "066123456 077123456": Refus.INVALIDE,
    "12345678901234567890": Refus.INVALIDE,
    "+33612345678": Refus.HORS_REGION,
    "0033612345678": Refus.HORS_REGION,
    "Paris : +33 6 12 34 56 78": Refus.HORS_REGION,
    "": Refus.ABSENT,
    "0": Refus.ABSENT,
    "-": Refus.ABSENT,
    "NEANT 17": Refus.ABSENT,
    "000000000": Refus.ABSENT,
    "٠٦٦١٢٣٤٥٦": Refus.ABSENT,
}


@pytest.mark.parametrize(("typed", "number"), ACCEPTED.items())
def test_a_usable_number_is_written_as_the_network_takes_it(typed: str, number: Numero) -> None:
    assert normalise(typed) == number


@pytest.mark.parametrize(("typed", "reason"), REFUSED.items())
def test_an_unusable_number_has_its_reason(typed: str, reason: Refus) -> None:
    assert normalise(typed) == reason


@given(st.text() | st.text(alphabet="0123456789+ .-()/") | st.from_regex(r"(\+|00)?(241)?0?\d{6,10}", fullmatch=True))
def test_no_text_is_an_error_and_what_is_accepted_has_the_stated_form(typed: str) -> None:
    verdict = normalise(typed)
    if isinstance(verdict, Refus):
        return
    digits = 10 if verdict.format_guide else 8
    assert re.fullmatch(rf"241\d{{{digits}}}", verdict.chiffres, re.ASCII)


@given(st.from_regex(r"(\+241|00241|241)?0?[0-7]\d{7,8}", fullmatch=True))
def test_a_number_already_normalised_stays_as_it_is(typed: str) -> None:
    verdict = normalise(typed)
    if isinstance(verdict, Numero):
        assert normalise(verdict.chiffres) == Numero(verdict.chiffres, format_guide=verdict.format_guide)


@given(st.sampled_from([*ACCEPTED, *REFUSED]), st.data())
def test_separators_change_no_verdict(typed: str, data: st.DataObject) -> None:
    separator = st.text(alphabet=SEPARATORS, max_size=2)
    spaced = "".join(data.draw(separator) + character for character in typed) + data.draw(separator)
    assert normalise(spaced) == normalise(typed)


def test_the_prefix_alone_decides_as_phonenumbers_does_for_every_prefix_of_the_plan() -> None:
    endings = ("0000", "1234", "9999")
    numbers = [f"{prefix:04d}{ending}" for prefix in range(10_000) for ending in endings]
    differing = [number for number in numbers if normalise(f"+241{number}") != _by_phonenumbers(number)]
    assert differing == []


def _by_phonenumbers(typed: str) -> Numero | Refus:
    """The same verdict, from the whole number and the library alone."""
    national = MIGRATED.get(typed[:2], typed[:2]) + typed[2:]
    number = phonenumbers.parse(f"+241{national}")
    if not phonenumbers.is_valid_number(number) or len(phonenumbers.national_significant_number(number)) != 8:
        return Refus.INVALIDE
    if phonenumbers.number_type(number) == PhoneNumberType.FIXED_LINE:
        return Refus.LIGNE_FIXE
    return Numero(f"241{national}", migre=national != typed)


def test_the_first_usable_number_of_a_contribuable_is_taken() -> None:
    assert best(["NEANT", "011723456", "066123456", "077123456"], accepter_format_guide=False) == MOBILE


def test_without_a_usable_number_the_reason_is_that_of_the_first_which_is_one() -> None:
    assert best([None, "-", "+33612345678", "011723456"], accepter_format_guide=False) == Refus.HORS_REGION


@pytest.mark.parametrize("numbers", [None, [], [None], ["", "NEANT"]])
def test_a_contribuable_without_a_number_is_told_apart(numbers: list[str | None] | None) -> None:
    assert best(numbers, accepter_format_guide=False) == Refus.ABSENT


def test_a_number_in_the_guides_format_is_set_aside_by_default() -> None:
    assert best(["0661234567"], accepter_format_guide=False) == Refus.FORMAT_GUIDE


def test_a_number_in_the_guides_format_is_taken_where_the_policy_says_so() -> None:
    assert best(["0661234567"], accepter_format_guide=True) == Numero("2410661234567", format_guide=True)
