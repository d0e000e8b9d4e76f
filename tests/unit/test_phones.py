"""Phone numbers as typed in a tax office: which of them a network takes, in which form, and why the others not."""

import re
from collections.abc import Callable

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberType

from relances.rules.phones import Numero, Refus, Verdict, destination, lire, normalise

GABON, NORTH_AMERICA, ANYWHERE = frozenset({"GA"}), frozenset({"US", "CA"}), frozenset[str]()
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


def gabonese(typed: str) -> Verdict:
    return normalise(typed, GABON)


# --- Gabon ---


@pytest.mark.parametrize(("typed", "number"), ACCEPTED.items())
def test_a_usable_number_is_written_as_the_network_takes_it(typed: str, number: Numero) -> None:
    assert gabonese(typed) == number


@pytest.mark.parametrize(("typed", "reason"), REFUSED.items())
def test_an_unusable_number_has_its_reason(typed: str, reason: Refus) -> None:
    assert gabonese(typed) == reason


@given(st.text() | st.text(alphabet="0123456789+ .-()/") | st.from_regex(r"(\+|00)?(241)?0?\d{6,10}", fullmatch=True))
def test_no_text_is_an_error_and_what_is_accepted_has_the_stated_form(typed: str) -> None:
    verdict = gabonese(typed)
    if isinstance(verdict, Refus):
        return
    digits = 10 if verdict.format_guide else 8
    assert re.fullmatch(rf"241\d{{{digits}}}", verdict.chiffres, re.ASCII)


@given(st.from_regex(r"(\+241|00241|241)?0?[0-7]\d{7,8}", fullmatch=True))
def test_a_number_already_normalised_stays_as_it_is(typed: str) -> None:
    verdict = gabonese(typed)
    if isinstance(verdict, Numero):
        assert gabonese(verdict.chiffres) == Numero(verdict.chiffres, format_guide=verdict.format_guide)


@given(st.sampled_from([*ACCEPTED, *REFUSED]), st.data())
def test_separators_change_no_verdict(typed: str, data: st.DataObject) -> None:
    separator = st.text(alphabet=SEPARATORS, max_size=2)
    spaced = "".join(data.draw(separator) + character for character in typed) + data.draw(separator)
    assert gabonese(spaced) == gabonese(typed)


def test_the_prefix_alone_decides_as_phonenumbers_does_for_every_prefix_of_the_plan() -> None:
    endings = ("0000", "1234", "9999")
    numbers = [f"{prefix:04d}{ending}" for prefix in range(10_000) for ending in endings]
    differing = [number for number in numbers if gabonese(f"+241{number}") != _by_phonenumbers(number)]
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


# --- North America ---

AMERICAN = {
    "+15551234567": "15551234567",
    "+1 (555) 123-4567": "15551234567",
    "0015551234567": "15551234567",
    "+15145551234": "15145551234",
}


def chiffres(verdict: Verdict) -> str:
    assert isinstance(verdict, Numero), verdict
    return verdict.chiffres


@pytest.mark.parametrize(("typed", "digits"), AMERICAN.items())
@pytest.mark.parametrize("read", [normalise, destination])
def test_an_american_number_is_known_by_its_country_code(
    read: Callable[[str, frozenset[str]], Verdict], typed: str, digits: str
) -> None:
    assert chiffres(read(typed, NORTH_AMERICA)) == digits


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("5551234567", "15551234567"),
        ("5145551234", "15145551234"),
        ("514 555-1234", "15145551234"),
        ("15145551234", "15145551234"),
    ],
)
def test_ten_bare_digits_are_american_only_for_who_asked_for_an_american_fournisseur(typed: str, digits: str) -> None:
    assert chiffres(destination(typed, NORTH_AMERICA)) == digits
    assert normalise(typed, NORTH_AMERICA) == Refus.INVALIDE
    assert destination(typed, GABON) == Refus.INVALIDE
    assert destination(typed, ANYWHERE) == Refus.INVALIDE


@given(st.from_regex(r"1?[0-9]{10}", fullmatch=True))
def test_no_bare_digits_go_to_america_unasked(typed: str) -> None:
    assert isinstance(normalise(typed, NORTH_AMERICA), Refus)


@pytest.mark.parametrize("typed", ["0661234567", "066123456", "+2410661234567", "2410661234567", "24166123456"])
def test_digits_of_gabon_are_never_american(typed: str) -> None:
    assert destination(typed, NORTH_AMERICA) == Refus.HORS_REGION


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("+18765551234", Refus.HORS_REGION),  # Jamaica shares the country code
        ("+33612345678", Refus.HORS_REGION),
        ("+1555123456", Refus.INVALIDE),
        ("+155512345678", Refus.INVALIDE),
        ("+1 5551234", Refus.INVALIDE),
        ("1234567890", Refus.INVALIDE),
        ("", Refus.ABSENT),
    ],
)
def test_what_is_no_american_number_has_its_reason(typed: str, reason: Refus) -> None:
    assert destination(typed, NORTH_AMERICA) == reason


@pytest.mark.parametrize("typed", ["2,41066E+11", "2,41066123E+11", " 2.4166123456E11", "2E+11"])
def test_the_digits_of_a_number_that_a_spreadsheet_rounded_are_nobody_s(typed: str) -> None:
    assert lire(typed) == Refus.INVALIDE


@given(st.from_regex(r"\+?[0-9 ]{0,30}", fullmatch=True) | st.text(max_size=300))
def test_whatever_was_typed_a_number_is_one_that_the_database_takes(typed: str) -> None:
    verdict = lire(typed)
    assert isinstance(verdict, Refus) or re.fullmatch(r"[1-9][0-9]{7,14}", verdict.chiffres)


def test_a_number_longer_than_any_network_takes_is_none() -> None:
    assert lire("+4930123456789012") == Refus.INVALIDE
    assert lire("6" * 10_000) == Refus.INVALIDE


# --- anywhere ---


@pytest.mark.parametrize("typed", [*ACCEPTED, "011723456", "99999999", "NEANT 17"])
def test_where_any_country_is_reached_gabonese_numbers_are_read_as_for_an_sms(typed: str) -> None:
    assert normalise(typed, ANYWHERE) == gabonese(typed)


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("+33 6 12 34 56 78", "33612345678"),
        ("0033612345678", "33612345678"),
        ("+33 1 42 68 53 00", "33142685300"),
        ("+237 6 71 23 45 67", "237671234567"),
        ("+14155238886", "14155238886"),
    ],
)
def test_where_any_country_is_reached_a_valid_number_is_taken_with_its_country(typed: str, digits: str) -> None:
    assert chiffres(normalise(typed, ANYWHERE)) == digits


@pytest.mark.parametrize("typed", ["+15551234567", "+33012345678", "+999123456789", "+6834002"])
def test_where_any_country_is_reached_a_number_that_no_plan_has_is_refused(typed: str) -> None:
    assert normalise(typed, ANYWHERE) == Refus.INVALIDE


@given(st.from_regex(r"(\+|00)[1-9]\d{5,16}", fullmatch=True), st.sampled_from([GABON, NORTH_AMERICA, ANYWHERE]))
def test_every_accepted_number_is_one_that_a_relance_may_hold(typed: str, pays: frozenset[str]) -> None:
    verdict = destination(typed, pays)
    if isinstance(verdict, Numero):
        assert re.fullmatch(r"[1-9]\d{7,14}", verdict.chiffres, re.ASCII)
