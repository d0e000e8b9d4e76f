"""A row of a campaign's file: the contact that it means, or each of its faults, by line and column."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relances.rules.colonnes import Colonnes, Erreur, Illisible, find_columns
from relances.rules.contacts import (
    OBLIGATOIRES,
    TITRES,
    Contact,
    read_contact,
    read_date,
    read_montant,
    read_telephone,
)
from relances.rules.errors import Blocked
from relances.rules.policy_file import load_policy
from relances.rules.tableur import Ligne
from tests.support import one_sentence

MAX = Decimal(50_000_000)
QUALITE = load_policy().qualite
TODAY = date(2026, 11, 21)
TITLES = ["Téléphone", "Montant dû", "Échéance", "Objet", "Nom", "Prénom", "Langue"]
GOOD = ["066123456", "15 000", "18/12/2025", "Taxe de marché", "ONDO", "Marie", "fr"]


def columns(titles: list[str]) -> Colonnes:
    return find_columns(titles, TITRES, OBLIGATOIRES, "liste.csv")


def read(cells: list[str], titles: list[str] = TITLES) -> Contact | list[Erreur]:
    return read_contact(Ligne(7, cells), columns(titles), QUALITE, TODAY)


def refused(titles: list[str]) -> str:
    with pytest.raises(Blocked) as error:
        columns(titles)
    return one_sentence(error.value)


# --- titles ---


@pytest.mark.parametrize(
    "titles",
    [
        ["telephone", "montant", "echeance", "libelle"],
        ["TÉLÉPHONE", "Montant", "ÉCHÉANCE", "Libellé"],
        ["Numéro", "Montant dû", "Date d'échéance", "Objet"],
        ["N° téléphone", "Montant dû (FCFA)", "Date échéance", "Désignation"],
        ["Tél.", "Reste à payer", "date limite", "taxe"],
    ],
)
def test_titles_are_known_whatever_their_case_and_accents(titles: list[str]) -> None:
    assert columns(titles).places == {"telephone": 0, "montant": 1, "echeance": 2, "libelle": 3}


def test_columns_come_in_any_order_with_others_beside_them() -> None:
    contact = read(
        ["x", "Taxe", "2025-12-18", "", "15000", "066123456"], ["n ", " objet ", " echeance ", "", " montant ", " tel"]
    )
    assert isinstance(contact, Contact)
    assert (contact.libelle, contact.montant_du, contact.numero.chiffres) == ("Taxe", 15_000, "24166123456")


def test_a_missing_column_names_those_found() -> None:
    message = refused(["Téléphone", "Nom", ""])
    assert "il manque les colonnes montant, echeance, libelle ; colonnes trouvées : Téléphone, Nom" in message


def test_a_file_without_titles_quotes_nobody() -> None:
    message = refused(["ONDO Marie", "066 12 34 56", "15000"])
    assert "la première ligne doit porter les titres des colonnes" in message
    assert "ONDO" not in message


def test_two_columns_for_the_same_thing_are_refused() -> None:
    assert "deux colonnes pour telephone (« Tél » et « Mobile »)" in refused(["Tél", "montant", "Mobile"])


# --- a row ---


def test_a_row_is_a_contact() -> None:
    contact = read(GOOD)
    assert isinstance(contact, Contact)
    assert (contact.numero.chiffres, contact.montant_du, contact.echeance) == (
        "24166123456",
        15_000,
        date(2025, 12, 18),
    )
    assert (contact.libelle, contact.nom, contact.prenom, contact.langue) == ("Taxe de marché", "ONDO", "Marie", "fr")


def test_what_is_optional_may_be_empty_or_not_there() -> None:
    for contact in (read([*GOOD[:4], "", "", ""]), read(GOOD[:4]), read(GOOD[:4], TITLES[:4])):
        assert isinstance(contact, Contact)
        assert (contact.nom, contact.prenom, contact.langue) == (None, None, None)


def test_every_fault_of_a_row_is_told_with_its_line_and_the_title_of_its_column() -> None:
    errors = read(["NEANT", "-5", "18-12-25", "", "x" * 101, "", "klingon"])
    assert isinstance(errors, list)
    assert [(error.ligne, error.colonne, error.valeur) for error in errors] == [
        (7, "Téléphone", "NEANT"),
        (7, "Montant dû", "-5"),
        (7, "Échéance", "18-12-25"),
        (7, "Objet", ""),
        (7, "Nom", "x" * 101),
        (7, "Langue", "klingon"),
    ]


def test_an_amount_that_its_comma_cut_in_two_is_seen() -> None:
    errors = read(["066123456", "15", "000", "18/12/2025", "Taxe"], ["telephone", "montant", "echeance", "libelle"])
    assert isinstance(errors, list)
    assert errors[0].raison.startswith("plus de cellules que de titres")


@given(st.lists(st.text(), max_size=9))
def test_any_cells_give_a_contact_or_faults_that_do_not_quote_them(cells: list[str]) -> None:
    found = read([" ".join(cell.split()) for cell in cells])
    assert isinstance(found, Contact) or all(error.raison for error in found)


def test_what_falls_due_in_two_years_may_be_imported() -> None:
    contact = read([*GOOD[:2], "21/11/2028", *GOOD[3:]])
    assert isinstance(contact, Contact)
    assert contact.echeance == date(2028, 11, 21)


def test_a_year_mistyped_is_a_fault() -> None:
    errors = read([*GOOD[:2], "18/12/2052", *GOOD[3:]])
    assert errors == [Erreur(7, "Échéance", "échéance dans plus de deux ans : vérifiez l'année", "18/12/2052")]


def test_a_contact_tells_no_one_s_number() -> None:
    assert "066123456" not in repr(read(GOOD))


# --- telephone ---


@pytest.mark.parametrize(
    ("cell", "digits"),
    [
        ("066123456", "24166123456"),
        ("66123456", "24166123456"),
        ("66123456.0", "24166123456"),
        ("24166123456,0", "24166123456"),
        ("+241 66 12 34 56", "24166123456"),
        ("06123456", "24166123456"),
        ("+33612345678", "33612345678"),
        ("33612345678", "33612345678"),
        ("15145550100", "15145550100"),
    ],
)
def test_a_telephone_is_mended(cell: str, digits: str) -> None:
    saisie, numero = read_telephone(cell)
    assert numero.chiffres == digits
    assert read_telephone(saisie) == (saisie, numero)


@pytest.mark.parametrize("cell", ["2,41E+11", "2.41066123E+11", "2,41066123456E+11", "2e11"])
def test_a_power_of_ten_has_its_own_message(cell: str) -> None:
    with pytest.raises(Illisible, match="puissance de dix ; donnez à la colonne le format texte"):
        read_telephone(cell)


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("", "pas de numéro"),
        ("NEANT", "pas de numéro"),
        ("00000000", "pas de numéro"),
        ("12", "numéro trop court"),
        ("06", "numéro trop court"),
        ("0661234", "numéro invalide"),
        ("77123456789", "numéro invalide"),
        ("011790000", "ligne fixe"),
    ],
)
def test_what_is_no_number_says_why(cell: str, why: str) -> None:
    with pytest.raises(Illisible, match=why):
        read_telephone(cell)


# --- amount ---


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("15000", "15000"),
        ("15 000", "15000"),
        ("15.000", "15000"),
        ("15,000", "15000"),
        ("1.500.000", "1500000"),
        ("15.000,50", "15000.50"),
        ("15,000.50", "15000.50"),
        ("15 000,5", "15000.5"),
        ("15000.0", "15000"),
        ("15000 FCFA", "15000"),
        ("15 000 F CFA", "15000"),
        ("15000F", "15000"),
        ("XAF 15000", "15000"),
        ("0", "0"),
    ],
)
def test_an_amount_is_read_as_it_was_meant(cell: str, amount: str) -> None:
    assert read_montant(cell, MAX) == Decimal(amount)


@pytest.mark.parametrize("cell", ["-5", "15 00", "1,5,0", "15.000.50", "quinze mille", "(15000)", "15000 EUR", "٣٠٠"])
def test_an_amount_that_may_mean_anything_is_refused(cell: str) -> None:
    with pytest.raises(Illisible, match="montant illisible"):
        read_montant(cell, MAX)


@pytest.mark.parametrize(
    ("cell", "why"),
    [("", "absent"), ("50000001", "démesuré"), ("9" * 5_000, "démesuré"), ("1,5E+04", "puissance de dix")],
)
def test_an_amount_that_cannot_be_says_why(cell: str, why: str) -> None:
    with pytest.raises(Illisible, match=why):
        read_montant(cell, MAX)


@given(st.integers(0, 50_000_000), st.sampled_from(["{:d}", "{:,d}", "{:d}.00", "{:,d} FCFA"]), st.sampled_from(" .,"))
def test_every_amount_comes_back_however_its_thousands_are_cut(amount: int, form: str, separator: str) -> None:
    assert read_montant(form.format(amount).replace(",", separator), MAX) == amount


# --- date ---


@pytest.mark.parametrize(
    "cell",
    ["18/12/2025", "18-12-2025", "18.12.2025", "2025-12-18", "2025/12/18", "2025-12-18 00:00:00", "18/12/2025 00:00"],
)
def test_a_date_is_read_day_first_or_year_first(cell: str) -> None:
    assert read_date(cell) == date(2025, 12, 18)


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("", "échéance absente"),
        ("18-12-25", "date ambiguë"),
        ("18/12/25", "date ambiguë"),
        ("12/18/2025", "cette date n'existe pas"),
        ("31/02/2025", "cette date n'existe pas"),
        ("18/12/1025", "année 1025"),
        ("45678", "date illisible"),
        ("demain", "date illisible"),
        ("18/12-2025", "date illisible"),
    ],
)
def test_what_is_no_date_says_why(cell: str, why: str) -> None:
    with pytest.raises(Illisible, match=why):
        read_date(cell)
