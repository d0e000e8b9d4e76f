"""The words of a relance: values as a tax office writes them, templates a person may edit without harm."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from relances.rules.errors import Blocked
from relances.rules.models import Canal
from relances.rules.policy_file import load_policy
from relances.rules.segments import count_segments, is_gsm7
from relances.rules.texts import Gabarits, Values, values
from tests.support import one_sentence

SAID = Values(nom="Marie ONDO", montant="15 000 FCFA", objet="Marché", echeance="18/12/2025")

Write = Callable[..., Gabarits]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write templates, by their file's name, and open them."""

    def to_folder(**texts: str) -> Gabarits:
        (tmp_path / "sms").mkdir()
        for name, text in texts.items():
            (tmp_path / "sms" / f"{name.replace('_', '.')}.txt").write_text(text, encoding="utf-8")
        return Gabarits(tmp_path)

    return to_folder


def refusal(gabarits: Gabarits, langue: str | None = None) -> str:
    with pytest.raises(Blocked) as refused:
        gabarits.render(Canal.SMS, 1, langue, SAID)
    return one_sentence(refused.value)


# --- values ---


@pytest.mark.parametrize(
    ("amount", "written"),
    [("1", "1 FCFA"), ("999.6", "1 000 FCFA"), ("15000", "15 000 FCFA"), ("1234567.00", "1 234 567 FCFA")],
)
def test_an_amount_is_rounded_and_grouped_by_thousands(amount: str, written: str) -> None:
    assert values("x", Decimal(amount), "XAF", ["t"], date(2026, 1, 1)).montant == written


def test_another_currency_is_named_by_its_code() -> None:
    assert values("x", Decimal(12), "EUR", ["t"], date(2026, 1, 1)).montant == "12 EUR"


def test_a_date_is_written_day_first() -> None:
    assert values("x", Decimal(1), "XAF", ["t"], date(2025, 12, 8)).echeance == "08/12/2025"


@pytest.mark.parametrize("name", [None, "", "  \n"])
def test_who_has_no_name_is_spoken_to_all_the_same(name: str | None) -> None:
    assert values(name, Decimal(1), "XAF", ["t"], date(2026, 1, 1)).nom == "cher contribuable"


def test_names_and_labels_are_written_on_one_line() -> None:
    said = values(" Marie\n ONDO ", Decimal(1), "XAF", ["Taxe \r\n de  marché"], date(2026, 1, 1))
    assert (said.nom, said.objet) == ("Marie ONDO", "Taxe de marché")


@pytest.mark.parametrize("label", ["", "  \n"])
def test_a_debt_without_a_label_is_a_tax(label: str) -> None:
    assert values("x", Decimal(1), "XAF", [label], date(2026, 1, 1)).objet == "taxe"


def test_several_taxes_are_counted_rather_than_listed() -> None:
    assert values("x", Decimal(1), "XAF", ["a", "b", "c"], date(2026, 1, 1)).objet == "3 taxes"


# --- the templates of the product ---


@pytest.mark.parametrize("niveau", [niveau.numero for niveau in load_policy().niveaux])
@pytest.mark.parametrize(
    ("name", "amount", "label"),
    [
        ("Marie-Thérèse NDONG", Decimal(15_000), "Taxe de marché"),
        ("ETS MBOUMBA", Decimal(1_250_000), "Patente"),
        (None, Decimal(500), "Place"),
    ],
)
def test_a_plausible_reminder_fits_one_sms(niveau: int, name: str | None, amount: Decimal, label: str) -> None:
    text = Gabarits().render(Canal.SMS, niveau, "fr", values(name, amount, "XAF", [label], date(2025, 12, 18)))
    assert is_gsm7(text)
    assert len(text) <= 160
    assert count_segments(text) == 1


@pytest.mark.parametrize("niveau", [niveau.numero for niveau in load_policy().niveaux])
@pytest.mark.parametrize("canal", Canal)
def test_every_level_says_who_owes_what_and_since_when(niveau: int, canal: Canal) -> None:
    text = Gabarits().render(canal, niveau, "fr", SAID)
    assert all(said in text for said in ("Marie ONDO", "15 000 FCFA", "Marché", "18/12/2025"))


# --- a template somebody wrote ---


def test_the_contribuable_s_language_is_used_where_there_is_one(write: Write) -> None:
    gabarits = write(niveau1_fr="Bonjour {{ nom }}", niveau1_en="Hello {{ nom }}")
    assert gabarits.render(Canal.SMS, 1, "en", SAID) == "Hello Marie ONDO"


@pytest.mark.parametrize("langue", [None, "", "xx", "../../../etc/passwd", "a" * 5000])
def test_a_language_without_a_template_falls_back_to_french(write: Write, langue: str | None) -> None:
    assert write(niveau1_fr="Bonjour {{ nom }}").render(Canal.SMS, 1, langue, SAID) == "Bonjour Marie ONDO"


def test_the_text_has_no_blank_around_it(write: Write) -> None:
    assert write(niveau1_fr="\n  Bonjour\n\n").render(Canal.SMS, 1, None, SAID) == "Bonjour"


def test_a_missing_template_is_named(write: Write) -> None:
    assert "sms/niveau1.fr.txt manque" in refusal(write(niveau2_fr="x"))


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("a\n{{ nmo }}", "'nmo' is undefined"),
        ("a\n{% if %}", "Expected an expression"),
        ("a\n{{ nom|grand }}", "No filter named 'grand'"),
        ("a\n{{ nom / 2 }}", "unsupported operand"),
        ("a\n{{ 1 / 0 }}", "division by zero"),
        ("a\n{{ nom.__class__ }}", "access to attribute '__class__' of 'str' object is unsafe"),
        ("a\n{{ nom.__class__.__mro__ }}", "unsafe"),
        ("a\n{{ lipsum() }}", "'lipsum' is undefined"),
    ],
)
def test_a_wrong_template_is_named_with_its_line(write: Write, text: str, what: str) -> None:
    message = refusal(write(niveau1_fr=text))
    assert message.startswith("gabarit sms/niveau1.fr.txt, ligne 2 : ")
    assert what in message


def test_of_two_languages_the_wrong_template_is_named(write: Write) -> None:
    gabarits = write(niveau1_fr="Bonjour", niveau1_en="{{ nmae }}")
    assert refusal(gabarits, "en").startswith("gabarit sms/niveau1.en.txt, ligne 1 : ")


@pytest.mark.parametrize("text", ["", " \n", "{% if montant == '0 FCFA' %}x{% endif %}"])
def test_a_template_that_says_nothing_is_refused(write: Write, text: str) -> None:
    assert "gabarit sms/niveau1.fr.txt : son texte est vide" in refusal(write(niveau1_fr=text))


def test_a_template_in_another_encoding_is_named(write: Write, tmp_path: Path) -> None:
    gabarits = write()
    (tmp_path / "sms" / "niveau1.fr.txt").write_bytes("Réglez".encode("latin-1"))
    assert "gabarit sms/niveau1.fr.txt : enregistrez-le en UTF-8" in refusal(gabarits)


def test_a_name_is_data_and_never_a_template(write: Write) -> None:
    gabarits = write(niveau1_fr="{{ nom }}")
    said = values("{{ montant }} <b>", Decimal(1), "XAF", ["t"], date(2026, 1, 1))
    assert gabarits.render(Canal.SMS, 1, None, said) == "{{ montant }} <b>"
