"""Phone numbers as typed in a tax office: which of them a network takes, in which form, and why the others not."""

import re
from collections.abc import Callable

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberType

from relances.rules.numeros import Numero, Refus, Verdict, candidats, destination, doute, lire, normalise
from relances.rules.numeros_plans import judge
from relances.rules.numeros_saisie import fold, one

GABON, NORTH_AMERICA, ANYWHERE = frozenset({"GA"}), frozenset({"US", "CA"}), frozenset[str]()
MOBILE = Numero("24166123456")
MIGRATED = {"01": "11", "02": "62", "04": "74", "05": "65", "06": "66", "07": "77"}
SEPARATORS = [" ", ".", "-", "/", " - ", " . ", "\t", "\n", "\u00a0", "\u202f", "\u2009", "–", "\u2011", "／", "．"]

ACCEPTED = {
    "066123456": MOBILE,
    "66123456": MOBILE,
    "066 12 34 56": MOBILE,
    "+24166123456": MOBILE,
    "0024166123456": MOBILE,
    "+241066123456": MOBILE,
    "(+241) 66.12-34/56": MOBILE,
    "tél. 066 12 34 56": MOBILE,
    "Tél : 066 12 34 56": MOBILE,
    "tel:066123456": MOBILE,
    "TEL 066123456": MOBILE,
    "066123456.": MOBILE,
    "066123456 / NULL": MOBILE,
    "(00 241) 66 12 34 56": MOBILE,
    "(+241) (0) 66 12 34 56": MOBILE,
    "066.123456": MOBILE,
    "p:+24166123456": MOBILE,
    "whatsapp:+24166123456": MOBILE,
    "'066123456": MOBILE,
    "\u202a+241 66 12 34 56\u202c": MOBILE,
    "０６６１２３４５６": MOBILE,
    "＋２４１　６６　１２　３４　５６": MOBILE,
    "٠٦٦١٢٣٤٥٦": MOBILE,
    "+۲۴۱۶۶۱۲۳۴۵۶": MOBILE,
    "(066) 12 34 56": MOBILE,
    "+241 (0)66 12 34 56": MOBILE,
    "+(241) 66 12 34 56": MOBILE,
    "0 66 12 34 56": MOBILE,
    "0 6 6 1 2 3 4 5 6": MOBILE,
    "06 61 23 456": MOBILE,
    "066 123 456": MOBILE,
    "66123456.0": MOBILE,
    "066123456 /": MOBILE,
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
    "03123456": Refus.INVALIDE,
    "12345678901234567890": Refus.INVALIDE,
    "+33612345678": Refus.HORS_REGION,
    "0033612345678": Refus.HORS_REGION,
    "": Refus.ABSENT,
    "0": Refus.ABSENT,
    "-": Refus.ABSENT,
    "NEANT 17": Refus.ABSENT,
    "000000000": Refus.ABSENT,
    "٠٠٠٠٠٠": Refus.ABSENT,
    "NULL": Refus.ABSENT,
}
# What a person who reads the cell would not dial without asking: each of them was sent to somebody.
DOUBTFUL = [
    "077 12 34 5O",  # a letter for a zero
    "O77 12 34 56",
    "074 12 3A 56",
    "077 l2 34 56",
    "077123456 (fils)",
    "077123456 Mme",
    "Paris : +33 6 12 34 56 78",
    "077123456 poste 12",
    "077123456x12",
    "077 12 34 56 / 57",  # a second number, cut short
    "077 12 34 56-57",
    "077123456/57",
    "06612345/46",
    "066123456 077",
    "066123456, 12",
    "066123456 ou non",
    "066 12 34 5",  # a digit lost: not an old number to convert
    "066 12 345",
    "0661 2345",
    "0 6 6 1 2 3 4 5",
    "+241 066 12 345",
    "066 12 34 5 6",  # apart from the others: of this number, or of the next?
    "06 61 23 45 6",
    "06 61 23 45 67",
    "06/12/2025",  # a date
    "07-05-1985",
    "66.12.2025",
    "077123456 - 06/12/2025",
    "661234.56",  # an amount
    "0.66123456",
    "66123.456",
    "066123456 / 07712345",  # a second number that its column cut short
    "+390612345678 9",
    "241 (0)02 12 34 56",  # two zeros
    "+1 (0)514 555 1234",
    "+4930123456/7",
    "\u202e65432166",  # not shown in the order of its digits
    "066.12.34.5",
    "066123456.0",  # no spreadsheet keeps the zero of a number that it gives decimals
    "-066123456",
    "(66123456)",
    "066 (12) 34 56",
    "(066 12 34 56",
    "066+123456",
    "++24166123456",
    "066_12_34_56",
    "066~123456",
    "²66123456",
    "0661234५6",
    "+49 30 1234567/68",
]


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


@pytest.mark.parametrize("typed", DOUBTFUL)
def test_what_does_not_surely_read_as_one_number_is_none(typed: str) -> None:
    assert gabonese(typed) == Refus.DOUTEUX
    assert lire(typed) == Refus.DOUTEUX


@pytest.mark.parametrize("groups", [["066", "12", "34", "56"], ["66", "12", "34", "56"], ["066", "123", "456"]])
@pytest.mark.parametrize("separator", SEPARATORS)
def test_separators_between_the_groups_change_no_verdict(groups: list[str], separator: str) -> None:
    assert gabonese(separator.join(groups)) == MOBILE
    assert gabonese(separator.join(["+241", *groups])) == MOBILE


@pytest.mark.parametrize("separator", SEPARATORS)
def test_a_number_of_the_old_plan_is_known_by_its_pairs(separator: str) -> None:
    assert gabonese(separator.join(["06", "61", "23", "45"])) == Numero("24166612345", migre=True)


@given(
    st.from_regex(re.compile(r"((\+|00)?241 ?)?(0?[1-9]\d|0[1-7])([ ./-]?)\d\d\4\d\d\4\d\d", re.ASCII), fullmatch=True)
)
def test_the_quick_way_reads_as_the_grammar_does(typed: str) -> None:
    ecrit = one(fold(typed))
    assert ecrit is not None
    assert lire(typed) == judge(ecrit)


def test_the_prefix_alone_decides_as_phonenumbers_does_for_every_prefix_of_the_plan() -> None:
    endings = ("0000", "1234", "9999")
    numbers = [f"{prefix:04d}{ending}" for prefix in range(10_000) for ending in endings]
    differing = [number for number in numbers if gabonese(f"+241{number}") != _by_phonenumbers(number)]
    assert differing == []


def _by_phonenumbers(typed: str) -> Numero | Refus:
    """The same verdict, from the whole number and the library alone, which knows nothing of April 2024."""
    national = MIGRATED.get(typed[:2], typed[:2]) + typed[2:]
    if national.startswith("0"):
        return Refus.INVALIDE
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
        ("(514) 555-1234", "15145551234"),
    ],
)
def test_ten_bare_digits_are_american_only_for_who_asked_for_an_american_fournisseur(typed: str, digits: str) -> None:
    assert chiffres(destination(typed, NORTH_AMERICA)) == digits
    assert normalise(typed, NORTH_AMERICA) == Refus.INVALIDE
    assert destination(typed, GABON) == Refus.INVALIDE
    assert destination(typed, ANYWHERE) == Refus.INVALIDE


@pytest.mark.parametrize("typed", ["66 12 34 56 78", "66 123 456.00", "24166 12345"])
def test_digits_that_no_american_groups_so_are_none_of_theirs(typed: str) -> None:
    assert isinstance(destination(typed, NORTH_AMERICA), Refus)


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
        ("+1 1 555 123 4567", Refus.INVALIDE),
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
        ("+33 (0)6 12 34 56 78", "33612345678"),
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


# --- a cell of several numbers ---


@pytest.mark.parametrize(
    ("typed", "numbers"),
    [
        ("066123456 / 077123456", ["066123456", "077123456"]),
        ("066123456/077123456", ["066123456", "077123456"]),
        ("066123456 077123456", ["066123456", "077123456"]),
        ("066123456-077123456", ["066123456", "077123456"]),
        ("066123456;077123456", ["066123456", "077123456"]),
        ("066 12 34 56, 077 12 34 56", ["066 12 34 56", "077 12 34 56"]),
        ("066 12 34 56 077 12 34 56", ["066 12 34 56", "077 12 34 56"]),
        ("066123456 ou 077123456", ["066123456", "077123456"]),
        ("066123456 et 077123456", ["066123456", "077123456"]),
        ("066123456\n077123456", ["066123456", "077123456"]),
        ("tel:066123456, whatsapp:+24177123456", ["tel:066123456", "whatsapp:+24177123456"]),
        ("Tél : 066123456 / Tél : 077123456", ["Tél : 066123456", "Tél : 077123456"]),
        ("+241 66 12 34 56 / +33 6 12 34 56 78", ["+241 66 12 34 56", "+33 6 12 34 56 78"]),
        ("011723456 / 066123456", ["011723456", "066123456"]),
        ("66123456 77123456 74123456", ["66123456", "77123456", "74123456"]),
    ],
)
def test_two_whole_numbers_are_two_candidates(typed: str, numbers: list[str]) -> None:
    assert candidats(typed) == numbers


def test_of_two_numbers_the_first_that_takes_messages_is_read() -> None:
    assert lire("011723456 / 066123456") == MOBILE


@pytest.mark.parametrize("typed", ["066123456", "066 12 34 56", "066123456 / 066123456", "NEANT", *DOUBTFUL])
def test_what_is_no_two_numbers_is_one_cell(typed: str) -> None:
    assert candidats(typed) == [typed]


@given(st.lists(st.sampled_from(["066123456", "66 12 34 57", "+241 77 12 34 58", "NEANT"]), max_size=4))
def test_a_candidate_is_a_cell_of_its_own(typed: list[str]) -> None:
    for candidate in candidats(" / ".join(typed)):
        assert candidats(candidate) == [candidate]


def test_a_doubt_names_one_sign_at_most() -> None:
    assert doute("077 12 34 5O") == "« O » n'a pas sa place dans un numéro"
    assert "M" in doute("077123456 Mme")
    assert "Mme" not in doute("077123456 Mme")
    assert "chiffre" in doute("077 12 345")
    assert doute("066123456\x1b[31m") == "« U+001B » n'a pas sa place dans un numéro"
