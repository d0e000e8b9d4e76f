"""What a message may say, as a tax office writes it, whatever the tax database holds."""

import unicodedata
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relances.rules.values import Values, clean, values

JOUR = date(2025, 12, 18)
ODD_SPACES = "\u00a0\u202f\u2009\u3000\u2028\t\r\n\x0b\x1f"
UNSEEN = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u202a\u202e\u2066\u2069\u200f\u061c\u034f\u3164\ufe0f\ue000\x00\x7f\x1b"
TYPED = st.text(st.sampled_from(ODD_SPACES + UNSEEN + "aé e\u0301ç😀{}%") | st.characters(), max_size=40)


def said(
    nom: str | None = "x",
    montant: str = "1",
    devise: str = "XAF",
    libelles: tuple[str | None, ...] = ("t",),
    langue: str = "fr",
) -> Values:
    return values(nom, Decimal(montant), devise, libelles, JOUR, langue=langue)


# --- amounts and dates ---


@pytest.mark.parametrize(
    ("amount", "written"),
    [("1", "1 FCFA"), ("999.6", "1 000 FCFA"), ("15000", "15 000 FCFA"), ("1234567.00", "1 234 567 FCFA")],
)
def test_an_amount_is_rounded_and_grouped_by_thousands(amount: str, written: str) -> None:
    assert said(montant=amount).montant == written


def test_another_currency_is_named_by_its_code() -> None:
    assert said(montant="12", devise="EUR").montant == "12 EUR"


@pytest.mark.parametrize("langue", ["fr", "en"])
def test_an_amount_and_a_date_are_written_alike_in_every_language(langue: str) -> None:
    written = said(montant="15000", langue=langue)
    assert (written.montant, written.echeance) == ("15 000 FCFA", "18/12/2025")


# --- names and labels ---


@pytest.mark.parametrize("nom", [None, "", "  \n", "\u200b\ufeff", "\u3164"])
@pytest.mark.parametrize(("langue", "spoken"), [("fr", "cher contribuable"), ("en", "dear taxpayer")])
def test_who_has_no_name_is_spoken_to_all_the_same(nom: str | None, langue: str, spoken: str) -> None:
    assert said(nom, langue=langue).nom == spoken


@pytest.mark.parametrize("libelle", [None, "", "  \n", "\u00ad"])
@pytest.mark.parametrize(("langue", "taxe"), [("fr", "taxe"), ("en", "tax")])
def test_a_debt_without_a_label_is_a_tax(libelle: str | None, langue: str, taxe: str) -> None:
    assert said(libelles=(libelle,), langue=langue).objet == taxe


@pytest.mark.parametrize("langue", ["fr", "en"])
def test_several_taxes_are_counted_rather_than_listed(langue: str) -> None:
    assert said(libelles=("a", None, "c"), langue=langue).objet == "3 taxes"


def test_names_and_labels_are_written_on_one_line() -> None:
    written = said(" Marie\n ONDO ", libelles=("Taxe \r\n de\u00a0 marché",))
    assert (written.nom, written.objet) == ("Marie ONDO", "Taxe de marché")


@pytest.mark.parametrize("unseen", UNSEEN)
def test_what_no_eye_can_see_is_left_out(unseen: str) -> None:
    assert clean(f"ON{unseen}DO") == "ONDO"


@pytest.mark.parametrize("space", ODD_SPACES)
def test_every_space_is_an_ordinary_one(space: str) -> None:
    assert clean(f"Marie{space}ONDO") == "Marie ONDO"


def test_an_accent_typed_apart_joins_its_letter() -> None:
    assert clean("The\u0301re\u0300se") == "Thérèse"


@pytest.mark.parametrize("text", ["Élodie MOUSSAVOU-ÏTOUA", "ŒUVRES « Ça »", "N° 12 – 3 €", "😀 محمد"])
def test_what_an_eye_can_see_is_kept(text: str) -> None:
    assert clean(text) == text


@given(TYPED)
def test_a_cleaned_text_is_visible_on_one_line_and_stays_as_it_is(text: str) -> None:
    cleaned = clean(text)
    assert cleaned.isprintable()
    assert cleaned == cleaned.strip()
    assert "  " not in cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    assert clean(cleaned) == cleaned
