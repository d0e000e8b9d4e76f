"""``politique.toml``: what it says, and the sentence for each way to get it wrong."""

import re
from pathlib import Path

import pytest

from relances.rules.errors import Blocked
from relances.rules.policy import DEFAULT_FILE, Envoi, Niveau, Selection, load_policy
from tests.support import one_sentence

DEFAULT = DEFAULT_FILE.read_text(encoding="utf-8")
FIELDS = re.findall(r"^(\w+) = ", DEFAULT, re.MULTILINE)
TABLES = ["source", "selection", "envoi", "niveau"]


def refusal(folder: Path, document: str) -> str:
    file = folder / "politique.toml"
    file.write_text(document, encoding="utf-8")
    with pytest.raises(Blocked) as refused:
        load_policy(file)
    return one_sentence(refused.value)


def replace(pattern: str, by: str) -> str:
    document, replaced = re.subn(pattern, by, DEFAULT, count=1, flags=re.MULTILINE)
    assert replaced == 1
    return document


def test_the_policy_that_comes_with_the_product() -> None:
    policy = load_policy()
    assert (policy.source, policy.devise) == ("collecte_taxe", "XAF")
    assert policy.selection == Selection(delai_jours=7, segments_max=4, accepter_format_guide=False)
    assert policy.envoi == Envoi(
        fournisseur_sms="ventis",
        taille_lot=10_000,
        tentatives_max=5,
        premier_delai=30,
        delai_max=3600,
        attente_reconciliation=300,
    )
    assert policy.niveaux == (Niveau(1, 0), Niveau(2, 30), Niveau(3, 90))


@pytest.mark.parametrize(("days", "level"), [(-1, 1), (0, 1), (29, 1), (30, 2), (89, 2), (90, 3), (4000, 3)], ids=str)
def test_a_level_begins_on_its_day(days: int, level: int) -> None:
    assert load_policy().niveau(days) == level


def test_before_the_first_level_the_first_applies(tmp_path: Path) -> None:
    file = tmp_path / "politique.toml"
    file.write_text(replace("a_partir_de_jours = 0", "a_partir_de_jours = 15"))
    assert load_policy(file).niveau(14) == 1


@pytest.mark.parametrize("field", sorted(set(FIELDS)))
def test_a_missing_field_is_named(tmp_path: Path, field: str) -> None:
    message = refusal(tmp_path, replace(rf"^{field} = .*$", ""))
    assert message.startswith("politique.toml : ")
    assert field in message


@pytest.mark.parametrize("value", ["[]", "''", "-1", "1.5"])
@pytest.mark.parametrize("field", sorted(set(FIELDS)))
def test_a_field_of_another_kind_is_named(tmp_path: Path, field: str, value: str) -> None:
    message = refusal(tmp_path, replace(rf"^{field} = .*$", f"{field} = {value}"))
    assert message.startswith("politique.toml : ")
    assert field in message


@pytest.mark.parametrize(
    "field", ["segments_max", "taille_lot", "tentatives_max", "premier_delai", "delai_max", "numero"]
)
def test_zero_is_refused_where_it_makes_no_sense(tmp_path: Path, field: str) -> None:
    assert f"{field} doit être un entier d'au moins 1" in refusal(tmp_path, replace(rf"^{field} = .*$", f"{field} = 0"))


def test_true_is_not_a_number(tmp_path: Path) -> None:
    assert "selection.delai_jours doit être" in refusal(tmp_path, replace("delai_jours = 7", "delai_jours = true"))


@pytest.mark.parametrize("table", TABLES)
def test_a_missing_table_is_named(tmp_path: Path, table: str) -> None:
    document, removed = re.subn(rf"^\[+{table}\]+\n(?:[^\[\n].*\n|\n)*", "", DEFAULT, flags=re.MULTILINE)
    assert removed
    assert f"[{table}]" in refusal(tmp_path, document)


@pytest.mark.parametrize("table", TABLES)
def test_a_mistyped_name_is_refused_with_the_names_there_are(tmp_path: Path, table: str) -> None:
    message = refusal(tmp_path, replace(rf"^(\[+{table}\]+)$", r"\1\nfaute = 1"))
    assert f"{table}.faute doit être l'un de : " in message


def test_a_mistyped_table_is_refused(tmp_path: Path) -> None:
    assert "envois doit être l'un de : envoi, niveau" in refusal(tmp_path, f"{DEFAULT}\n[envois]\n")


def test_levels_that_are_no_tables_are_refused(tmp_path: Path) -> None:
    document = "niveau = [1, 2]\n" + DEFAULT.partition("[[niveau]]")[0]
    assert "[[niveau]]" in refusal(tmp_path, document)


@pytest.mark.parametrize(
    "change", [("numero = 2", "numero = 1"), ("jours = 30", "jours = 0"), ("jours = 90", "jours = 3")]
)
def test_levels_grow_in_number_and_in_days(tmp_path: Path, change: tuple[str, str]) -> None:
    assert "[[niveau]] doit être des numéros et des retards croissants" in refusal(tmp_path, replace(*change))


def test_what_is_no_toml_is_refused_with_its_line(tmp_path: Path) -> None:
    assert "line 3" in refusal(tmp_path, "[source]\nnom = 'x'\ndevise = \n")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Blocked, match=r"absente\.toml est illisible"):
        load_policy(tmp_path / "absente.toml")


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "politique.toml"
    file.write_bytes(DEFAULT.encode("latin-1"))
    with pytest.raises(Blocked, match=r"politique\.toml est illisible"):
        load_policy(file)
