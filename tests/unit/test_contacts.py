"""A row of a campaign's file: the contact that it means, or each of its faults, by line and column."""

from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from relances.policy.politique import load_policy
from relances.rules.colonnes import Colonnes, Erreur, Illisible, find_columns
from relances.rules.contacts import (
    OBLIGATOIRES,
    TITRES,
    Contact,
    read_contact,
)
from relances.rules.dates import read_date
from relances.rules.errors import Blocked
from relances.rules.montants import read_montant
from relances.rules.numeros_cellule import read_telephones
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
    assert (contact.libelle, contact.montant_du, contact.numeros[0]) == ("Taxe", 15_000, "24166123456")


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
    assert (contact.numeros[0], contact.montant_du, contact.echeance) == (
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


@pytest.mark.parametrize(
    "echeance", ["18/12/2052", "23/11/2028", "31/12/1999", "18/12/1025", "0001-01-31", "9999-12-31"]
)
def test_a_year_mistyped_is_a_fault(echeance: str) -> None:
    errors = read([*GOOD[:2], echeance, *GOOD[3:]])
    why = (
        "échéance invraisemblable : attendue du 01/01/2000 au 22/11/2028 (qualite.echeance_min et "
        "echeance_horizon_jours de la politique)"
    )
    assert errors == [Erreur(7, "Échéance", why, echeance)]


@pytest.mark.parametrize("nothing", ["NULL", "nan", "None", "#N/A", "\\N", "-", "(null)"])
def test_words_that_exports_write_for_nothing_are_empty_cells(nothing: str) -> None:
    contact = read([*GOOD[:4], nothing, nothing, nothing])
    assert isinstance(contact, Contact)
    assert (contact.nom, contact.prenom, contact.langue) == (None, None, None)
    errors = read([nothing] * 7)
    assert isinstance(errors, list)
    assert [(error.colonne, error.valeur) for error in errors] == [(title, nothing) for title in TITLES[:4]]
    assert [error.raison for error in errors][1:] == ["montant absent", "échéance absente", "libellé absent"]


@pytest.mark.parametrize(
    ("cell", "langue"),
    [
        *((each, "fr") for each in ("FR", "fr_FR", "fr-FR", "fr_CA.UTF-8", "fra", "French", "Français")),
        *((each, "en") for each in ("EN", "en-US", "en_GB", "en-001", "eng", "English", "anglais")),
    ],
)
def test_a_language_is_read_as_computers_write_it(cell: str, langue: str) -> None:
    contact = read([*GOOD[:6], cell])
    assert isinstance(contact, Contact)
    assert contact.langue == langue


@pytest.mark.parametrize("cell", ["es-ES", "fr-en", "fr-", "fr/en", "fr_FRANCE", "x"])
def test_another_language_is_a_fault(cell: str) -> None:
    errors = read([*GOOD[:6], cell])
    assert isinstance(errors, list)
    assert [error.raison for error in errors] == ["langue inconnue : fr, en, ou rien"]


@pytest.mark.parametrize(
    "libelle", ["N.C.", "NA", "Inconnu", "non renseigné", "null/null", "nan, nan", "Vide", "-", "0"]
)
def test_a_libelle_that_says_nothing_is_absent(libelle: str) -> None:
    [error] = read([*GOOD[:3], libelle, *GOOD[4:]])
    assert isinstance(error, Erreur)
    assert (error.colonne, error.raison) == ("Objet", "libellé absent")


def test_a_civility_in_its_own_column_is_kept() -> None:
    contact = read([*GOOD[:4], "ONDO", "Mme", "fr"])
    assert isinstance(contact, Contact)
    assert (contact.nom, contact.prenom) == ("ONDO", "Mme")


def test_a_name_that_an_export_put_a_word_in_is_the_rest_of_it() -> None:
    contact = read([*GOOD[:4], "NULL ONDO", "Nil", "fr"])
    assert isinstance(contact, Contact)
    assert (contact.nom, contact.prenom) == ("ONDO", "Nil")


@pytest.mark.parametrize("column", range(7))
def test_text_that_was_misread_is_a_fault_of_its_cell(column: int) -> None:
    cells = [*GOOD]
    cells[column] = "marchÃ©"
    [error] = read(cells)
    assert isinstance(error, Erreur)
    assert error.raison.startswith("texte mal lu avant d'arriver ici, « marchÃ© » au lieu de « marché » ; exportez de")
    assert error.colonne == TITLES[column]


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
    saisie, numeros = read_telephones(cell)
    assert [numero.chiffres for numero in numeros] == [digits]
    assert read_telephones(saisie) == (saisie, numeros)


@pytest.mark.parametrize("cell", ["2,41E+11", "2.41066123E+11", "2,41066123456E+11", "2e11"])
def test_a_power_of_ten_has_its_own_message(cell: str) -> None:
    with pytest.raises(Illisible, match="puissance de dix ; donnez à la colonne le format texte"):
        read_telephones(cell)


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
        read_telephones(cell)


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
        ("0,00 F", "0"),
        ("150 000 F.CFA", "150000"),
        ("150.000 Frs CFA", "150000"),
        ("15000 frs", "15000"),
        ("15000 Francs", "15000"),
        ("15 000 francs CFA.", "15000"),
        ("15000 F.C.F.A.", "15000"),
        ("15000f", "15000"),
        ("15000 F.", "15000"),
        ("FCFA 15000", "15000"),
        ("cfa15\u00a0000", "15000"),
        ("F CFA 15\u202f000", "15000"),
        ("15'000", "15000"),
        ("15\u2019000", "15000"),
        ("15000,0000", "15000"),
        ("15000.000", "15000"),
        ("15 000,00", "15000"),
        ("15 000,0000", "15000"),
        ("15,000,000.00", "15000000"),
        ("15000," + "0" * 50_000, "15000"),
        ("15000,-", "15000"),
        ("15.000,-", "15000"),
        ("15 000,–", "15000"),
        ("15,000.--", "15000"),
        ("15.000,- FCFA", "15000"),
        ("XAF 15000.-", "15000"),
        ("0,-", "0"),
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


@pytest.mark.parametrize(
    "cell", ["0,500", "010.000", "15000,123", "15000,120", "15 000,000", "1.50.000", "15 00", "1 2 3", "15.", "1.50,-"]
)
def test_an_amount_that_may_be_two_is_refused(cell: str) -> None:
    with pytest.raises(Illisible, match="montant illisible : il peut se lire de plusieurs façons"):
        read_montant(cell, MAX)


@pytest.mark.parametrize(
    "cell", ["-15000", "(15 000)", "15000-", "\u221215000", "- 15000 FCFA", "-15000,-", "15000- F"]
)
def test_what_is_less_than_nothing_is_no_debt(cell: str) -> None:
    with pytest.raises(Illisible, match="montant illisible : il est négatif"):
        read_montant(cell, MAX)


@pytest.mark.parametrize("cell", ["15000 €", "$15", "15000 USD", "EUR 15000", "15 euros", "15000 XOF", "10 dollars"])
def test_another_currency_is_never_converted(cell: str) -> None:
    with pytest.raises(Illisible, match="montant illisible : il est dans une autre monnaie que le franc CFA"):
        read_montant(cell, MAX)


@pytest.mark.parametrize(
    "cell", ["15000 / 20000", "15000 + 500", "12 000 - 15 000", "15k", "1,5 million", "15000 FF", "15000 F 000", "１５"]
)
def test_what_is_no_amount_is_refused(cell: str) -> None:
    with pytest.raises(Illisible, match="montant illisible"):
        read_montant(cell, MAX)


@given(st.text(st.sampled_from("0123456789 .,'’-()FfrsCfaXAF€\u00a0")) | st.text())
@example("9" * 100_000)
@example("(" + "1" * 100_000)
@example("1 " * 50_000 + "-")
def test_any_cell_is_an_amount_or_not(cell: str) -> None:
    with suppress(Illisible):
        assert 0 <= read_montant(cell, MAX) <= MAX


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


@pytest.mark.parametrize("day", ["2025-12-18", "18/12/2025"])
@pytest.mark.parametrize(
    "hour",
    [
        *(
            " 14:30",
            " 14:30:05",
            "T10:30:00Z",
            " 10:30:00+01",
            "T00:00:00.000+02:00",
            " 23:59:59.999999 -0500",
            " 14h30",
        ),
        *(" 14h", " à 9:05", " 2:30 PM", " 10:30 UTC", "Z", "+01:00", "T10:30+01:00[Africa/Libreville]"),
    ],
)
def test_a_date_is_the_day_that_it_says_whatever_its_hour(day: str, hour: str) -> None:
    assert read_date(day + hour) == date(2025, 12, 18)


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("18/12/2025 2:30 PM", date(2025, 12, 18)),
        ("2025-12-01 2:30 PM", date(2025, 12, 1)),
        ("01/1/2026 1:00 AM", date(2026, 1, 1)),
        ("1/12/2026 14:00", date(2026, 12, 1)),
    ],
)
def test_a_day_that_can_be_no_month_or_that_is_its_month_leaves_no_doubt(cell: str, day: date) -> None:
    assert read_date(cell) == day


@pytest.mark.parametrize(
    "cell", ["1/12/2026 12:00:00 AM", "12/1/2026 2:30pm", "01-12-2026T02:30 PM", "1.12.2026 à 2:30 PM +01"]
)
def test_hours_of_a_spreadsheet_in_english_leave_the_month_in_doubt(cell: str) -> None:
    with pytest.raises(Illisible, match="date ambiguë : avec AM ou PM, le mois est peut-être avant le jour"):
        read_date(cell)


@given(st.text(st.sampled_from("0123456789/-.:T Z+h")) | st.text())
@example("1/1/2025" + " 1:00" * 30_000)
def test_any_cell_is_a_day_or_not(cell: str) -> None:
    with suppress(Illisible):
        assert read_date(cell).year <= 9999


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("", "échéance absente"),
        ("18-12-25", "date ambiguë"),
        ("18/12/25", "date ambiguë"),
        ("12/18/2025", "cette date n'existe pas"),
        ("31/02/2025", "cette date n'existe pas"),
        ("NULL", "échéance absente"),
        ("NaT", "échéance absente"),
        ("2025-12-18 25:00", "date illisible"),
        ("2025-12-18 10:75", "date illisible"),
        ("2025-12-18T24:00:00", "date illisible"),
        ("18/12/2025 13:00 PM", "date illisible"),
        ("2025-12-18T10:30:00+99:00", "date illisible"),
        ("18/12/25 10:30", "date ambiguë"),
        ("-infinity", "date illisible"),
        ("0001-01-31 BC", "date illisible"),
        ("45678", "date illisible"),
        ("demain", "date illisible"),
        ("18/12-2025", "date illisible"),
    ],
)
def test_what_is_no_date_says_why(cell: str, why: str) -> None:
    with pytest.raises(Illisible, match=why):
        read_date(cell)
