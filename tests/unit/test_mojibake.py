"""Text that was misread before it came is seen for what it is; what somebody may have written is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relances.rules.mojibake import damage

FRENCH = "Élodie « Ça » – 3 € … l’été, où, naïve, œuvre, n° 12, FORÊT, gîte"


@pytest.mark.parametrize("read_as", ["cp1252", "mac_roman", "cp850", "cp437", "cp1250"])
@pytest.mark.parametrize("word", ["marché", "l’eau", "père", "N° 12", "CŒUR", "15 000 €", "hôtel", "MARCHÉ", "reçu"])
def test_utf_8_that_was_taken_for_another_encoding_is_told_with_what_it_was(read_as: str, word: str) -> None:
    misread = word.encode().decode(read_as, "ignore")
    said = damage(f"Taxe {misread} due")
    assert said is not None
    assert f"au lieu de « {word.rsplit(maxsplit=1)[-1] if word[0].isdigit() else word.split(maxsplit=1)[0]} »" in said


@pytest.mark.parametrize("text", ["march\ufffd", "march\x8e", "\x85", "voilÃ\xa0", "taxe Ã payer", "MARCHÃ‰", "ÃƒÂ©"])
def test_what_was_lost_is_told(text: str) -> None:
    assert (damage(text) or "").startswith("texte mal lu avant d'arriver ici, « ")


@pytest.mark.parametrize(
    ("word", "encoding"),
    [
        *((word, "mac_roman") for word in ("d’étal", "l’École", "L’ÉTAT", "d’âge", "‘École", "“Étal", "d’îles")),
        *((word, "cp1252") for word in ("MARCHÉ…", "CAFÉ»", "ANDRÉ”", "DÛ…")),
    ],
)
def test_another_encoding_that_is_utf_8_by_accident_is_told_with_what_it_was(word: str, encoding: str) -> None:
    said = damage(f"Taxe {word.encode(encoding).decode()} due")
    assert said is not None
    assert f"au lieu de « {word} »" in said


@pytest.mark.parametrize("word", ["Pаris", "ΑBC", "MBՎ", "Վa", "Иvan", "aא", "عa", "e\u0301я"])
def test_nobody_writes_a_word_in_two_alphabets(word: str) -> None:
    assert damage(f"ONDO {word}") is not None


@pytest.mark.parametrize("text", ["Վ" * 100_000, "aՎ" * 50_000, "a\u0300" * 50_000, "É" * 100_000])
def test_a_huge_cell_is_judged_at_once(text: str) -> None:
    assert (damage(text) is None) == ("aՎ" not in text)


@pytest.mark.parametrize(
    "text",
    [
        *("Армения", "l’Иванов", "ONDO محمد", "ONDO-Παπαδόπουλος", "ABC公司", "Kɔfi Bɛ Ŋgɔ", "Ndʼong", "2ᵉ", "12 µm"),
        *(FRENCH, "M. BÂ\xa0» SOCIÉTÉ\xa0: «ÉTÉ»", "SÃO TOMÉ, São João", "Dvořák Łukasz Bălan ĂȚĂ"),
        *("محمد", "张伟", "😀 ½", "Å", "", "x"),
    ],
)
def test_what_somebody_may_have_written_is_let_be(text: str) -> None:
    assert damage(text) is None


def test_no_number_beside_is_shown() -> None:
    said = damage("066123456Ã©066123456 ONDO")
    assert said is not None
    assert "66123456" not in said
    assert "ONDO" not in said


@given(st.text(st.characters(codec="cp1252", categories=["L", "N", "P", "S"]), min_size=1))
def test_any_text_is_told_in_one_printable_line(text: str) -> None:
    for misread in (text, text.encode().decode("cp1252", "replace")):
        said = damage(misread)
        assert said is None or said.isprintable()
