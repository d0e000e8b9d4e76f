"""The folder of templates: which file speaks to whom, and all of them read before anything is sent."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from relances.policy.gabarits import DEFAULT_FOLDER
from relances.policy.politique import load_policy
from relances.rules.errors import Blocked
from relances.rules.gabarits import Gabarits
from relances.rules.models import Canal
from relances.rules.redaction import count_segments, is_gsm7
from relances.rules.values import Values, values
from tests.support import load_gabarits, one_sentence

SAID = Values("Marie ONDO", "15 000 FCFA", "Marché", "18/12/2025")
NAMES = [niveau.gabarit for niveau in load_policy().niveaux]

Write = Callable[..., Gabarits]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write templates for SMS, by their file's name, and open them."""
    folder = tmp_path / "gabarits" / "sms"
    folder.mkdir(parents=True)

    def to_folder(langue: str = "fr", **texts: str | bytes) -> Gabarits:
        for name, text in texts.items():
            content = text if isinstance(text, bytes) else text.encode()
            (folder / f"{name.replace('_', '.')}.txt").write_bytes(content)
        return load_gabarits(folder.parent, langue)

    return to_folder


def refusal(gabarits: Gabarits, gabarit: str = "niveau1", *langues: str) -> str:
    with pytest.raises(Blocked) as refused:
        gabarits.check(Canal.SMS, gabarit, langues)
    return one_sentence(refused.value)


# --- the templates of the product ---


@pytest.mark.parametrize("langue", ["fr", "en"])
@pytest.mark.parametrize("gabarit", NAMES)
@pytest.mark.parametrize(
    ("nom", "montant", "libelle"),
    [
        ("Marie-Thérèse NDONG", Decimal(15_000), "Taxe de marché"),
        ("ETS MBOUMBA", Decimal(1_250_000), "Patente"),
        (None, Decimal(500), None),
    ],
)
def test_a_plausible_reminder_fits_one_sms(
    gabarit: str, langue: str, nom: str | None, montant: Decimal, libelle: str | None
) -> None:
    said = values(nom, montant, "XAF", [libelle], date(2025, 12, 18), langue=langue)
    text = load_gabarits().render(Canal.SMS, gabarit, langue, said)
    assert is_gsm7(text)
    assert count_segments(text) == 1


@pytest.mark.parametrize("langue", ["fr", "en"])
@pytest.mark.parametrize("gabarit", NAMES)
@pytest.mark.parametrize("canal", Canal)
def test_every_level_says_who_owes_what_and_since_when(canal: Canal, gabarit: str, langue: str) -> None:
    gabarits = load_gabarits()
    assert gabarits.langue_of(canal, gabarit, langue) == langue
    text = gabarits.render(canal, gabarit, langue, SAID)
    assert text.startswith("Mairie de Libreville"), "un message dit d'abord qui écrit"
    assert all(value in text for value in SAID)


def test_no_file_of_the_product_is_beside_its_policy() -> None:
    found = {path.relative_to(DEFAULT_FOLDER).as_posix() for path in DEFAULT_FOLDER.rglob("*.txt")}
    assert found == {f"{canal}/{name}.{langue}.txt" for canal in Canal for name in NAMES for langue in ("fr", "en")}


# --- languages ---


@pytest.mark.parametrize("langue", ["en", "EN", " en ", "en-GB", "en_US", "English", "Anglais", "anglais"])
def test_a_language_is_known_however_it_is_spelled(write: Write, langue: str) -> None:
    assert write(niveau1_fr="x", niveau1_en="x").langue_of(Canal.SMS, "niveau1", langue) == "en"


@pytest.mark.parametrize("langue", ["fr", "FR", "fr-FR", "français", "FRANÇAIS", "French"])
def test_french_is_known_however_it_is_spelled(write: Write, langue: str) -> None:
    assert write("en", niveau1_fr="x", niveau1_en="x").langue_of(Canal.SMS, "niveau1", langue) == "fr"


@pytest.mark.parametrize("langue", [None, "", " ", "xx", "es", "..", "../../etc/passwd", "f", "a" * 5000, "\x00", "é"])
@pytest.mark.parametrize("default", ["fr", "en"])
def test_a_language_without_a_template_gives_way_to_the_default(write: Write, langue: str | None, default: str) -> None:
    assert write(default, niveau1_fr="x", niveau1_en="x").langue_of(Canal.SMS, "niveau1", langue) == default


def test_a_language_counts_for_the_templates_that_have_it(write: Write) -> None:
    gabarits = write(niveau1_fr="x", niveau1_en="x", niveau2_fr="x")
    assert gabarits.langue_of(Canal.SMS, "niveau2", "en") == "fr"
    assert gabarits.langue_of(Canal.WHATSAPP, "niveau1", "en") == "fr"


def test_each_language_has_its_text(write: Write) -> None:
    gabarits = write(niveau1_fr="Bonjour {{ nom }}", niveau1_en="Hello {{ nom }}")
    assert gabarits.render(Canal.SMS, "niveau1", "fr", SAID) == "Bonjour Marie ONDO"
    assert gabarits.render(Canal.SMS, "niveau1", "en", SAID) == "Hello Marie ONDO"


# --- read before anything is sent ---


@pytest.mark.parametrize("canal", Canal)
def test_the_product_s_templates_are_in_order(canal: Canal) -> None:
    for name in NAMES:
        load_gabarits().check(canal, name, ["fr", "en"])


def test_every_language_there_is_is_read(write: Write) -> None:
    gabarits = write(niveau1_fr="Bonjour", niveau1_en="Hello\n{{ nmae }}")
    assert refusal(gabarits).startswith("gabarits/sms/niveau1.en.txt, ligne 2 : variable inconnue « nmae »")


def test_a_template_that_no_level_names_may_be_unfinished(write: Write) -> None:
    write(niveau1_fr="Bonjour", brouillon_fr="{{ ").check(Canal.SMS, "niveau1")


@pytest.mark.parametrize("other", ["niveau1", "niveau1.fr.txt~", "niveau1.copie.txt", "niveau1.FR.txt", "niveau1.fr"])
def test_a_file_of_another_name_is_no_template(write: Write, tmp_path: Path, other: str) -> None:
    (tmp_path / "gabarits" / "sms" / other).write_text("{{ ", encoding="utf-8")
    write(niveau1_fr="Bonjour").check(Canal.SMS, "niveau1")


def test_a_missing_template_is_named_with_those_there_are(write: Write) -> None:
    assert refusal(write(niveau2_fr="x", niveau2_en="x")).startswith(
        "le gabarit gabarits/sms/niveau1.fr.txt manque ; créez-le, ou corrigez dans politique.toml [[niveau]] gabarit "
        "ou [texte] langue (présents : niveau2.en, niveau2.fr) — "
    )


def test_the_default_language_is_required(write: Write) -> None:
    assert "gabarits/sms/niveau1.fr.txt manque" in refusal(write(niveau1_en="Hello"))


def test_a_language_asked_for_is_required(write: Write) -> None:
    message = refusal(write(niveau1_fr="Bonjour"), "niveau1", "es")
    assert "gabarits/sms/niveau1.es.txt manque" in message
    assert "[[modele_whatsapp]] langue" in message


def test_a_canal_without_any_template_is_told(write: Write) -> None:
    with pytest.raises(Blocked, match=r"whatsapp/niveau1\.fr\.txt manque .* \(présents : aucun\)"):
        write(niveau1_fr="x").check(Canal.WHATSAPP, "niveau1")


def test_another_encoding_is_told_with_its_line(write: Write) -> None:
    gabarits = write(niveau1_fr=b"Bonjour {{ nom }}\n" + "Réglez".encode("cp1252"))
    assert refusal(gabarits).startswith("gabarits/sms/niveau1.fr.txt, ligne 2 : un caractère n'est pas en UTF-8 ; ")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_both_ways_to_save_utf_8_are_read(write: Write, encoding: str) -> None:
    gabarits = write(niveau1_fr="Réglez {{ nom }}".encode(encoding))
    assert gabarits.render(Canal.SMS, "niveau1", "fr", SAID) == "Réglez Marie ONDO"


def test_a_folder_in_place_of_a_template_is_told(write: Write, tmp_path: Path) -> None:
    (tmp_path / "gabarits" / "sms" / "niveau1.fr.txt").mkdir()
    assert refusal(write()).startswith(
        "gabarits/sms/niveau1.fr.txt ne peut être lu ; vérifiez que c'est bien un fichier, et le droit de le lire — "
    )


@pytest.mark.parametrize("in_its_place", [Path.touch, lambda folder: folder.symlink_to(folder)], ids=["file", "loop"])
def test_a_folder_of_templates_that_cannot_be_read_is_told(
    tmp_path: Path, in_its_place: Callable[[Path], None]
) -> None:
    (tmp_path / "gabarits").mkdir()
    in_its_place(tmp_path / "gabarits" / "sms")
    assert refusal(load_gabarits(tmp_path / "gabarits")).startswith(
        "gabarits/sms ne peut être lu ; vérifiez que c'est bien un dossier, et le droit de le lire — "
    )
