"""``politique.toml``: what it says, and the sentence for each way to get it wrong."""

import re
import tomllib
from pathlib import Path

import pytest

from relances.rules.errors import Blocked
from relances.rules.models import Canal
from relances.rules.policy import Envoi, Modele, Niveau, Politique, Selection
from relances.rules.policy_file import DEFAULT_FILE, load_policy
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
    assert policy.selection == Selection(
        delai_jours=7, oubli_injoignable_jours=90, segments_max=4, accepter_format_guide=False
    )
    assert policy.envoi == Envoi(
        fournisseurs_sms=("ventis", "zoom"),
        fournisseurs_whatsapp=("twilio",),
        taille_lot=10_000,
        tentatives_max=5,
        premier_delai=30,
        delai_max=3600,
        attente_reconciliation=300,
        delai_incertitude=86_400,
        delai_absence=600,
        jours_suivi=3,
    )
    assert policy.niveaux == (Niveau(1, 0), Niveau(2, 30), Niveau(3, 90))
    assert policy.modeles_whatsapp == ()


def test_each_canal_has_its_fournisseurs() -> None:
    policy = load_policy()
    assert policy.fournisseurs(Canal.SMS) == ("ventis", "zoom")
    assert policy.fournisseurs(Canal.WHATSAPP) == ("twilio",)


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


@pytest.mark.parametrize("value", ["[]", "['']", "[1]", "''", "-1", "1.5"])
@pytest.mark.parametrize("field", sorted(set(FIELDS)))
def test_a_field_of_another_kind_is_named(tmp_path: Path, field: str, value: str) -> None:
    message = refusal(tmp_path, replace(rf"^{field} = .*$", f"{field} = {value}"))
    assert message.startswith("politique.toml : ")
    assert field in message


@pytest.mark.parametrize(
    "field",
    [
        "oubli_injoignable_jours",
        "segments_max",
        "taille_lot",
        "tentatives_max",
        "premier_delai",
        "delai_max",
        "delai_incertitude",
        "delai_absence",
        "jours_suivi",
        "numero",
    ],
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
    assert "envois doit être l'un de : envoi, modele_whatsapp, niveau" in refusal(tmp_path, f"{DEFAULT}\n[envois]\n")


def test_levels_that_are_no_tables_are_refused(tmp_path: Path) -> None:
    document = "niveau = [1, 2]\n" + DEFAULT.partition("[[niveau]]")[0]
    assert "[[niveau]]" in refusal(tmp_path, document)


@pytest.mark.parametrize(
    "change", [("numero = 2", "numero = 1"), ("jours = 30", "jours = 0"), ("de_jours = 90", "de_jours = 3")]
)
def test_levels_grow_in_number_and_in_days(tmp_path: Path, change: tuple[str, str]) -> None:
    assert "[[niveau]] doit être des numéros et des retards croissants" in refusal(tmp_path, replace(*change))


def test_a_fournisseur_named_twice_is_refused(tmp_path: Path) -> None:
    message = refusal(tmp_path, replace(r"^fournisseurs_sms = .*$", "fournisseurs_sms = ['ventis', 'ventis']"))
    assert "envoi.fournisseurs_sms doit être une liste d'au moins un nom, sans répétition" in message


# --- approved templates ---

MODELE = """
[[modele_whatsapp]]
niveau = 1
langue = "fr"
content_sid = "HX0123456789abcdef0123456789abcdef"
variables = ["nom", "montant", "nom"]
"""


def with_modeles(folder: Path, *modeles: str) -> Politique:
    file = folder / "politique.toml"
    file.write_text(DEFAULT + "".join(modeles), encoding="utf-8")
    return load_policy(file)


def test_the_example_in_the_file_is_a_template_as_it_stands() -> None:
    example = DEFAULT.partition("#\n# [[modele")[2]
    assert tomllib.loads("[[modele" + example.replace("\n# ", "\n"))


def test_an_approved_template_has_its_variables_in_their_order(tmp_path: Path) -> None:
    expected = Modele(1, "fr", "HX0123456789abcdef0123456789abcdef", ("nom", "montant", "nom"))
    assert with_modeles(tmp_path, MODELE).modele(Canal.WHATSAPP, 1, "fr") == expected


def test_a_template_may_have_no_variable(tmp_path: Path) -> None:
    policy = with_modeles(tmp_path, MODELE.replace('["nom", "montant", "nom"]', "[]"))
    assert policy.modeles_whatsapp[0].variables == ()


def test_a_template_is_that_of_its_niveau_and_of_whatsapp(tmp_path: Path) -> None:
    policy = with_modeles(tmp_path, MODELE)
    assert policy.modele(Canal.WHATSAPP, 2, "fr") is None
    assert policy.modele(Canal.SMS, 1, "fr") is None


@pytest.mark.parametrize(("langue", "found"), [("en", "en"), ("fr", "fr"), ("pt", "fr"), (None, "fr")])
def test_without_a_template_in_its_language_one_is_written_to_in_french(
    tmp_path: Path, langue: str | None, found: str
) -> None:
    modele = with_modeles(tmp_path, MODELE, MODELE.replace('"fr"', '"en"')).modele(Canal.WHATSAPP, 1, langue)
    assert modele is not None
    assert modele.langue == found


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (('"montant"', '"prenom"'), "modele_whatsapp.variables doit être une liste prise dans : nom, montant, objet"),
        (("niveau = 1", "niveau = 9"), "modele_whatsapp.niveau doit être l'un de : 1, 2, 3"),
        (("niveau = 1", "niveau = 'un'"), "modele_whatsapp.niveau doit être un entier"),
        (('content_sid = "HX', 'sid = "HX'), "modele_whatsapp.sid doit être l'un de : content_sid, langue"),
        (('langue = "fr"', ""), "modele_whatsapp.langue doit être un texte"),
        (("variables = [", "variables = [1, "), "modele_whatsapp.variables doit être une liste de noms"),
    ],
)
def test_a_wrong_template_is_named_with_its_field(tmp_path: Path, change: tuple[str, str], expected: str) -> None:
    assert expected in refusal(tmp_path, DEFAULT + MODELE.replace(*change))


def test_two_templates_for_one_niveau_and_language_are_refused(tmp_path: Path) -> None:
    assert "[[modele_whatsapp]] doit être unique" in refusal(tmp_path, DEFAULT + MODELE + MODELE)


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
