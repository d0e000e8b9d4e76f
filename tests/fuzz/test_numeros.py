"""No cell becomes a number that a person who reads it would not dial."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from relances.rules.numeros import Numero, Refus, candidats, destination, doute, lire
from relances.rules.numeros_saisie import LONGEST
from tests.fuzz import fuzz
from tests.fuzz.lecteur import would_dial

SIGNS = "0123456789" * 4 + "  ..--//()+,;:OolISBx'&|_~#*?\n\t\u00a0\u202f\u2009\u200b\u202a–—／．０６٠٦۶५²½€éEe"
WORDS = [
    "tel:",
    "Tél. ",
    "p:",
    "whatsapp:",
    " ou ",
    " et ",
    " / ",
    " (fils)",
    " Mme",
    "poste 12",
    "NEANT",
    "241",
    "+241 ",
]
FORMS = [
    "0{p}{n}", "{p}{n}", "+241{p}{n}", "00241 {p}{n}", "0{p} {a} {b} {c}", "{p}-{a}-{b}-{c}", "(+241) {p}.{a}.{b}.{c}",
    "0{o}{n}", "0{o} {a} {b} {c}", "+241 (0){p} {a} {b} {c}", "0{p}/{a}/{b}/{c}", "0117{n}", "+33 6 {a} {b} {c} 78",
    "0{p} {a} {b} {c} / 0{p} {c} {b} {a}", "0{p}{n};0{p}{n}", "0{p} {a} {b} {c}/{a}", "{p}{n}.0",
    "+1 (514) 5{a}-{b}{c}",
]  # fmt: skip

digits = st.integers(0, 999_999).map(lambda number: f"{number:06d}")


@st.composite
def numbers(draw: st.DrawFn) -> str:
    """A number as people write one."""
    (p, o), n = draw(st.sampled_from([("62", "2"), ("65", "5"), ("66", "6"), ("74", "4"), ("77", "7")])), draw(digits)
    return draw(st.sampled_from(FORMS)).format(p=p, o=o, n=n, a=n[:2], b=n[2:4], c=n[4:])


@st.composite
def mistyped(draw: st.DrawFn) -> str:
    """A number with some signs put in, taken out or changed."""
    text = draw(numbers())
    for _ in range(draw(st.integers(0, 3))):
        at, kept = draw(st.integers(0, len(text))), draw(st.integers(0, 1))
        put = draw(st.sampled_from(SIGNS) | st.sampled_from(WORDS) | st.just(""))
        text = text[:at] + put + text[at + kept :]
    return text


cells = numbers() | mistyped() | st.text(SIGNS, max_size=24) | st.text(max_size=40)


@fuzz
@given(cells)
@example("077 12 34 5O")
@example("066 12 34 5")
@example("06 61 23 45 6")
@example("066123456/57")
def test_no_cell_becomes_a_number_that_a_person_would_not_dial(cell: str) -> None:
    for candidate in candidats(cell):
        verdict = lire(candidate)
        assert isinstance(verdict, Refus) or would_dial(cell, verdict.chiffres)
    verdict = lire(cell)
    assert isinstance(verdict, Refus) or would_dial(cell, verdict.chiffres)


@fuzz
@given(cells)
def test_a_cell_is_cut_into_numbers_that_are_no_longer_cut(cell: str) -> None:
    numbers = candidats(cell)
    assert all(candidats(number) == [number] for number in numbers)
    if len(numbers) > 1:
        assert all(isinstance(lire(number), Numero) or lire(number) is Refus.LIGNE_FIXE for number in numbers)
        assert any(isinstance(lire(number), Numero) for number in numbers) == isinstance(lire(cell), Numero)


@fuzz
@given(cells)
def test_who_asks_for_american_numbers_gets_no_others(cell: str) -> None:
    verdict = destination(cell, frozenset({"US", "CA"}))
    assert isinstance(verdict, Refus) or (verdict.pays in {"US", "CA"} and verdict.chiffres[1:] in _transcribed(cell))


def _transcribed(cell: str) -> str:
    return "".join(str(int(sign)) for sign in cell if sign.isdecimal())


@fuzz
@given(cells)
def test_a_doubt_is_told_without_the_number(cell: str) -> None:
    said = doute(cell)
    assert "U+" in said or sum(map(str.isdigit, said)) <= 1


@pytest.mark.parametrize(
    "cell", ["6 " * LONGEST, "066123456 " * 1_000, "1" * 5_000_000, "+" * 100, "/ " * 50, "0-" * 50]
)
def test_no_cell_takes_long(cell: str) -> None:
    assert isinstance(lire(cell), Refus)
    assert candidats(cell) == [cell]
