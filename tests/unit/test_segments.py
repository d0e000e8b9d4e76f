"""How many SMS a text is billed as."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relances.rules.redaction import count_segments, foreign, is_gsm7
from tests.bench.segments import by_smpplib, by_smsutil, texts

ESCAPE = "\x1b"
SEPTETS = (  # the table of 3GPP TS 23.038, column by column
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ" + ESCAPE + "ÆæßÉ"
    " !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = "\f^{}\\[~]|€"
GSM_TEXT = st.text(alphabet=SEPTETS.replace(ESCAPE, "") + EXTENSION, max_size=700)
RUNS = st.lists(st.tuples(st.sampled_from(SEPTETS + EXTENSION + "`ê’😀"), st.integers(1, 160)), max_size=6).map(
    lambda runs: "".join(character * length for character, length in runs)
)
ANY_TEXT = st.text(alphabet=st.sampled_from("aé€ê😀 "), max_size=300) | st.text(max_size=200)


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 152 + "€" + "a" * 10, 2),
        ("a" * 152 + "€" + "a" * 152, 3),
        ("ê" * 70, 1),
        ("ê" * 71, 2),
        ("ê" * 134, 2),
        ("ê" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
    ],
    ids=lambda value: repr(value[:3]) if isinstance(value, str) else None,
)
def test_the_reference_values(text: str, segments: int) -> None:
    assert count_segments(text) == segments


def test_one_circumflex_triples_the_price_of_an_ordinary_reminder() -> None:
    assert (count_segments("e" * 143), count_segments("e" * 142 + "ê")) == (1, 3)


def test_the_seven_bit_alphabet_is_the_standard_s() -> None:
    assert len(SEPTETS) == 128
    known = {character for character in map(chr, range(0x10000)) if is_gsm7(character)}
    assert known == set(SEPTETS + EXTENSION) - {ESCAPE}


@given(GSM_TEXT | ANY_TEXT)
def test_a_text_is_gsm7_where_no_character_is_foreign_to_it(text: str) -> None:
    assert foreign(text) == set(text) - (set(SEPTETS + EXTENSION) - {ESCAPE})
    assert is_gsm7(text) == (not foreign(text))


# --- beside two independent libraries; tests.bench.segments says where they depart from the standard ---


@settings(max_examples=500)
@given(RUNS)
def test_the_count_is_that_of_smsutil(text: str) -> None:
    assert count_segments(text) == by_smsutil(text)


@settings(max_examples=500)
@given(RUNS)
def test_the_count_is_that_of_smpplib_unless_it_cuts_a_character(text: str) -> None:
    theirs, whole = by_smpplib(text)
    assert count_segments(text) == theirs or (not whole and count_segments(text) > theirs)


def test_ten_thousand_texts_are_counted_as_by_both() -> None:
    for text in texts(10_000):
        theirs, whole = by_smpplib(text)
        assert count_segments(text) == by_smsutil(text)
        assert count_segments(text) == theirs or not whole


@pytest.mark.parametrize("text", ["a" * 152 + "€" + "a" * 152, "a" * 66 + "😀" + "a" * 66])
def test_where_smpplib_cuts_a_character_it_counts_a_part_too_few(text: str) -> None:
    assert (count_segments(text), by_smsutil(text), by_smpplib(text)) == (3, 3, (2, False))


# --- beside the plainest way to count ---


@given(GSM_TEXT | ANY_TEXT)
def test_the_count_is_that_of_filling_parts_one_unit_after_the_other(text: str) -> None:
    assert count_segments(text) == _reference(text)


@given(GSM_TEXT | ANY_TEXT)
def test_the_count_is_never_below_what_the_length_alone_needs(text: str) -> None:
    longest = 160 if is_gsm7(text) else 70
    assert count_segments(text) >= max(1, -(-len(text) // longest))


@given(ANY_TEXT, ANY_TEXT, st.characters(codec="utf-8"))
def test_a_character_more_never_lowers_the_count(before: str, after: str, character: str) -> None:
    assert count_segments(before + character + after) >= count_segments(before + after)


def _reference(text: str) -> int:
    """Lay the widths of the characters end to end, and cut where one would straddle."""
    if set(text) <= set(SEPTETS + EXTENSION) - {ESCAPE}:
        widths, single, part = [2 if character in EXTENSION else 1 for character in text], 160, 153
    else:
        widths, single, part = [len(character.encode("utf-16-be")) // 2 for character in text], 70, 67
    if sum(widths) <= single:
        return 1
    ends = [0]
    for width in widths:
        end = ends[-1]
        room = part - end % part if end % part else part
        ends.append(end + width if width <= room else end + room + width)
    return -(-ends[-1] // part)
