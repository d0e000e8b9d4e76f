"""``politique.toml``: what it says, and the sentence for each way to get it wrong."""

import re
import tomllib
from datetime import date, time
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relances.policy.politique import DEFAULT_FILE, load_policy
from relances.rules.errors import Blocked
from relances.rules.fenetre import TOUJOURS, Fenetre
from relances.rules.models import Canal
from relances.rules.politique import (
    BaseFiscale,
    Disjoncteur,
    Envoi,
    Modele,
    Niveau,
    Plafonds,
    Politique,
    Qualite,
    Repli,
    Selection,
    Texte,
)
from tests.support import one_sentence

DEFAULT = DEFAULT_FILE.read_text(encoding="utf-8")
FIELDS = sorted(set(re.findall(r"^(\w+) = ", DEFAULT, re.MULTILINE)))
GUEST = {"lecture_max", "ecriture_max", "silence_max", "soldes_max"}
NEWER = {"echeance_min", "echeance_horizon_jours", *GUEST}  # an operator's own policy may lack them
ENVOI = "[envoi]\n# "
BELOW_ENVOI = ["envoi.disjoncteur", "envoi.repli"]
TABLES = ["source", "qualite", "selection", "texte", "tarif", "plafond", "fenetre", "envoi", *BELOW_ENVOI, "niveau"]
MODELE = """
[[modele_whatsapp]]
niveau = 1
langue = "fr"
content_sid = "HX0123456789abcdef0123456789abcdef"
variables = ["nom", "montant", "nom"]
"""


def load(folder: Path, document: str) -> Politique:
    file = folder / "politique.toml"
    file.write_text(document, encoding="utf-8")
    return load_policy(file)


def refusal(folder: Path, document: str) -> str:
    with pytest.raises(Blocked) as refused:
        load(folder, document)
    return one_sentence(refused.value)


def replace(pattern: str, by: str, document: str = DEFAULT) -> str:
    """The product's policy with its first match written otherwise."""
    changed, replaced = re.subn(pattern, by, document, count=1, flags=re.MULTILINE)
    assert replaced == 1
    return changed


def line_of(document: str, text: str) -> int:
    """The line of the first occurrence of a text."""
    before, found, _ = document.partition(text)
    assert found
    return before.count("\n") + 1


# --- what it says ---


@pytest.mark.parametrize("field", sorted(NEWER))
def test_a_policy_older_than_a_field_keeps_what_the_product_says(tmp_path: Path, field: str) -> None:
    assert load(tmp_path, replace(rf"^{field} = .*$", "")) == load_policy()


@pytest.mark.parametrize("written", ["2015-06-30", '"2015-06-30"'])
def test_a_day_may_be_within_quotes(tmp_path: Path, written: str) -> None:
    document = replace("^echeance_min = 2000-01-01", f"echeance_min = {written}")
    assert load(tmp_path, document).qualite.echeance_min == date(2015, 6, 30)


@pytest.mark.parametrize("field", [*sorted(GUEST), "[base_fiscale]"])
def test_a_policy_older_than_the_limits_in_the_tax_database_has_the_usual_ones(tmp_path: Path, field: str) -> None:
    lines = DEFAULT.splitlines(keepends=True)
    gone = GUEST | {field} if field == "[base_fiscale]" else {field}
    document = "".join(line for line in lines if line.split(" = ")[0].strip() not in gone)
    assert load(tmp_path, document).base_fiscale == BaseFiscale() == load_policy().base_fiscale


def test_the_policy_that_comes_with_the_product() -> None:
    policy = load_policy()
    assert (policy.source, policy.devise) == ("collecte_taxe", "XAF")
    assert policy.qualite == Qualite(Decimal(50_000_000), 0.5, 5, 0.5, 5)
    assert policy.selection == Selection(
        montant_minimum=Decimal(500),
        maximum_par_semaine=3,
        regrouper=True,
        categories_exclues=frozenset(),
        oubli_injoignable_jours=90,
        accepter_format_guide=False,
    )
    assert policy.texte == Texte("fr", segments_max=4, simplifier=True)
    assert policy.tarifs == {"ventis": 25, "zoom": 30, "twilio": 35}
    assert policy.plafonds == Plafonds(None, None, None, None)
    assert policy.fenetre == Fenetre(frozenset(range(6)), time(8), time(19), jours_feries=False)
    assert policy.envoi == Envoi(
        fournisseurs_sms=("ventis", "zoom"),
        fournisseurs_whatsapp=("twilio",),
        taille_lot=2_000,
        tentatives_max=5,
        premier_delai=30,
        delai_max=3600,
        attente_reconciliation=300,
        delai_incertitude=86_400,
        delai_absence=600,
        jours_suivi=3,
        expiration_heures=72,
        disjoncteur=Disjoncteur(part=0.5, echantillon=20, pause=60, pause_max=1800),
        repli=Repli(autre_canal=False, delai_heures=24),
    )
    assert policy.niveaux == (
        Niveau(1, 0, Canal.SMS, None, "niveau1", 7),
        Niveau(2, 30, Canal.SMS, None, "niveau2", 7),
        Niveau(3, 90, Canal.SMS, None, "niveau3", 7),
    )
    assert policy.modeles_whatsapp == ()
    assert policy.sans_effet == ()


def test_a_file_of_an_earlier_version_goes_on_and_says_what_it_asks_in_vain(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    older = DEFAULT.replace("[envoi.repli]\n", "[envoi.repli]\nautre_fournisseur = true\napres_minutes = 30\n")
    policy = load(tmp_path, older)
    line = line_of(older, "autre_fournisseur = true")
    assert policy.sans_effet == (
        f"politique.toml, ligne {line} : envoi.repli.autre_fournisseur ne change plus rien ; supprimez la ligne",
        f"politique.toml, ligne {line + 1} : envoi.repli.apres_minutes ne change plus rien ; supprimez la ligne",
    )
    assert caplog.records == []  # who reads it says so, once
    assert policy.envoi == load_policy().envoi


def test_each_canal_has_its_fournisseurs() -> None:
    policy = load_policy()
    assert policy.envoi.fournisseurs(Canal.SMS) == ("ventis", "zoom")
    assert policy.envoi.fournisseurs(Canal.WHATSAPP) == ("twilio",)


@pytest.mark.parametrize(("days", "level"), [(-1, 1), (0, 1), (29, 1), (30, 2), (89, 2), (90, 3), (4000, 3)], ids=str)
def test_a_level_begins_on_its_day(days: int, level: int) -> None:
    assert load_policy().niveau(days).numero == level


def test_before_the_first_level_the_first_applies(tmp_path: Path) -> None:
    policy = load(tmp_path, replace("a_partir_de_jours = 0", "a_partir_de_jours = 15"))
    assert policy.niveau(14).numero == 1


def test_the_longest_delay_is_that_of_any_level(tmp_path: Path) -> None:
    assert load(tmp_path, replace("delai_jours = 7", "delai_jours = 21")).delai_max_jours == 21


def test_a_level_may_name_its_canal_and_its_fournisseur(tmp_path: Path) -> None:
    levels = replace('canal = "sms"', 'canal = "whatsapp"\nfournisseur = "twilio"')
    assert load(tmp_path, levels).niveaux[0] == Niveau(1, 0, Canal.WHATSAPP, "twilio", "niveau1", 7)


def test_the_limits_in_comments_are_limits_as_they_stand(tmp_path: Path) -> None:
    limits = re.sub(r"^# (relances_par_|budget_par_)", r"\1", DEFAULT, flags=re.MULTILINE)
    assert load(tmp_path, limits).plafonds == Plafonds(100_000, 100_000, Decimal(2_500_000), Decimal(2_500_000))


def test_any_limit_is_one(tmp_path: Path) -> None:
    assert not load_policy().plafonds.any
    assert load(tmp_path, replace("# budget_par_jour", "budget_par_jour")).plafonds.any


def test_amounts_are_what_is_written_to_the_last_digit(tmp_path: Path) -> None:
    assert load(tmp_path, replace("ventis = 25", "ventis = 25.1")).tarifs["ventis"] == Decimal("25.1")


@pytest.mark.parametrize(
    ("written", "read"), [('"07:30"', time(7, 30)), ("07:30:00", time(7, 30)), ('"00:00"', time(0))], ids=str
)
def test_an_hour_is_a_text_or_toml_s_own(tmp_path: Path, written: str, read: time) -> None:
    assert load(tmp_path, replace('"08:00"', written)).fenetre.debut == read


def test_a_window_may_be_open_at_any_moment(tmp_path: Path) -> None:
    fenetre = """
        [fenetre]
        jours = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"]
        debut = "00:00"
        fin = "24:00"
        jours_feries = true

        """
    assert load(tmp_path, replace(r"^\[fenetre\]\n(?:.+\n)*", fenetre)).fenetre == TOUJOURS


def test_a_file_saved_on_windows_is_read_the_same(tmp_path: Path) -> None:
    file = tmp_path / "politique.toml"
    file.write_bytes(DEFAULT.replace("\n", "\r\n").encode("utf-8-sig"))
    assert load_policy(file) == load_policy()


# --- where it is wrong ---


@pytest.mark.parametrize("field", sorted(set(FIELDS) - NEWER))
def test_a_missing_field_is_named_with_the_line_of_its_table(tmp_path: Path, field: str) -> None:
    before, missing, after = re.split(rf"^({field} = .*)$", DEFAULT, maxsplit=1, flags=re.MULTILINE)
    assert missing
    header = before[: before.rindex("\n[") + 1].count("\n") + 1
    message = refusal(tmp_path, before + after)
    assert message.startswith(f"politique.toml, ligne {header} : ")
    assert f".{field} manque : attendu " in message


@pytest.mark.parametrize("value", ["['']", "[1]", "''", "-1", "1e400", "nan", "99999999999", "{a = 1}"])
@pytest.mark.parametrize("field", FIELDS)
def test_a_field_of_another_kind_is_named_with_its_line(tmp_path: Path, field: str, value: str) -> None:
    document = replace(rf"^{field} = .*$", f"{field} = {value}")
    message = refusal(tmp_path, document)
    assert message.startswith(f"politique.toml, ligne {line_of(document, f'{field} = {value}')} : ")
    assert f".{field} doit être " in message


@pytest.mark.parametrize("table", TABLES)
def test_a_missing_table_is_named(tmp_path: Path, table: str) -> None:
    below = "" if table in BELOW_ENVOI else r"(?:\.\w+)?"
    document, removed = re.subn(rf"^\[+{table}{below}\]+\n(?:[^\[\n].*\n|\n)*", "", DEFAULT, flags=re.MULTILINE)
    assert removed
    message = refusal(tmp_path, document)
    where = f", ligne {line_of(document, ENVOI)}" if table in BELOW_ENVOI else ""
    assert message.startswith(f"politique.toml{where} : {table} manque : attendu ")
    assert f"[{table}]" in message


@pytest.mark.parametrize("table", TABLES)
def test_an_unknown_name_is_refused_with_its_line_and_the_names_there_are(tmp_path: Path, table: str) -> None:
    document = replace(rf"^(\[+{table}\]+)$", r"\1\n\nfaute = 1")
    message = refusal(tmp_path, document)
    assert message.startswith(f"politique.toml, ligne {line_of(document, 'faute = 1')} : {table}.faute est inconnu ; ")
    assert "noms connus : " in message


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("delai_jours", "delai_jour"),
        ("montant_minimum", "montant_minimun"),
        ("zoom", "zom"),
        ("jours_feries", "jour_feries"),
        ("pause_max", "pause_maxi"),
        ("autre_canal", "autres_canal"),
    ],
)
def test_a_mistyped_name_is_told_the_nearest(tmp_path: Path, field: str, typed: str) -> None:
    message = refusal(tmp_path, replace(rf"^{field} = ", f"{typed} = "))
    assert f".{typed} est inconnu ; vouliez-vous dire {field} ? noms connus : " in message


def test_a_mistyped_table_is_told_the_nearest(tmp_path: Path) -> None:
    document = f"{DEFAULT}\n[plafonds]\n"
    line = line_of(document, "[plafonds]")
    expected = f"politique.toml, ligne {line} : plafonds est inconnu ; vouliez-vous dire plafond ? noms connus : source"
    assert expected in refusal(tmp_path, document)


@pytest.mark.parametrize("number", [0, 1, 2])
def test_each_level_has_its_own_line(tmp_path: Path, number: int) -> None:
    *before, last = re.split(r"^canal = .*\n", DEFAULT, flags=re.MULTILINE)
    kept = [*before, last]
    canaux = ['canal = "sms"\n'] * 3
    canaux[number] = 'canal = "pigeon"\n'
    document = "".join(part + canal for part, canal in zip(kept, [*canaux, ""], strict=True))
    line = line_of(document, "pigeon")
    expected = f"politique.toml, ligne {line} : niveau.canal doit être l'un de : sms, whatsapp — "
    assert refusal(tmp_path, document).startswith(expected)


def test_a_field_missing_from_one_level_is_told_the_line_of_that_level(tmp_path: Path) -> None:
    document = replace('gabarit = "niveau2"\n', "")
    line = line_of(document, "[[niveau]]\nnumero = 2")
    expected = f"politique.toml, ligne {line} : niveau.gabarit manque : attendu le nom d'un gabarit, "
    assert refusal(tmp_path, document).startswith(expected)


@pytest.mark.parametrize("name", ["/srv/x", "../x", "x/y", "", ".", "collecte_taxe/../contacts", "Collecte", "a" * 64])
def test_a_tax_system_is_named_and_no_path(tmp_path: Path, name: str) -> None:
    message = refusal(tmp_path, replace('nom = "collecte_taxe"', f'nom = "{name}"'))
    assert "source.nom doit être le nom d'un dossier de store/sources" in message


@pytest.mark.parametrize("name", ["/srv/x", "../x", "x/y", "", "..", ".cache", "a" * 64])
def test_a_template_is_named_and_no_path(tmp_path: Path, name: str) -> None:
    message = refusal(tmp_path, replace('gabarit = "niveau2"', f'gabarit = "{name}"'))
    assert "niveau.gabarit doit être le nom d'un gabarit" in message


def test_a_value_over_several_lines_is_told_its_first(tmp_path: Path) -> None:
    document = replace(r"^jours = .*$", 'jours = [\n  "lundi",\n  # et\n  "mardy",\n]')
    message = refusal(tmp_path, document)
    assert message.startswith(f"politique.toml, ligne {line_of(document, 'jours = [')} : fenetre.jours doit être ")
    assert "lundi, mardi, mercredi" in message


def test_levels_written_on_one_line_are_told_that_line(tmp_path: Path) -> None:
    document = "\n\nniveau = [{numero = 1, niveau = 2}]\n" + DEFAULT.partition("[[niveau]]")[0]
    assert refusal(tmp_path, document).startswith("politique.toml, ligne 3 : niveau.niveau est inconnu")


def test_the_line_is_right_in_a_file_saved_on_windows(tmp_path: Path) -> None:
    document = replace("regrouper = true", "regrouper = 1")
    file = tmp_path / "politique.toml"
    file.write_bytes(document.replace("\n", "\r\n").encode())
    with pytest.raises(Blocked, match=f"ligne {line_of(document, 'regrouper = 1')} : selection.regrouper doit être"):
        load_policy(file)


# --- what makes no sense ---


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("part_telephones = 0.5", "part_telephones = 50"), "qualite.part_telephones doit être un nombre de 0 à 1"),
        (("ecart_volume = 0.5", "ecart_volume = 50"), "qualite.ecart_volume doit être un nombre de 0.01 à 10"),
        (("ecart_volume = 0.5", "ecart_volume = 0"), "qualite.ecart_volume doit être un nombre de 0.01 à 10"),
        *(
            (
                ("echeance_min = 2000-01-01", f"echeance_min = {wrong}"),
                "qualite.echeance_min doit être un jour de 1900-01",
            )
            for wrong in ("1899-12-31", "2100-01-02", "2000-01-01T00:00:00", "'2000'", "'2000-02-30'", "10:00:00")
        ),
        (
            ("echeance_horizon_jours = 732", "echeance_horizon_jours = 3651"),
            "qualite.echeance_horizon_jours doit être un entier de 0 à 3650",
        ),
        (("lecture_max = 300", "lecture_max = 0"), "base_fiscale.lecture_max doit être un nombre de 1 à 86400"),
        (("ecriture_max = 1", "ecriture_max = 61"), "base_fiscale.ecriture_max doit être un nombre de 0.1 à 60"),
        (("silence_max = 60", "silence_max = '60'"), "base_fiscale.silence_max doit être un nombre de 1 à 86400"),
        (("soldes_max = 60", "soldes_max = 1"), "base_fiscale.soldes_max doit être un nombre de 2 à 3600"),
        (("montant_max = 50000000", "montant_max = 0"), "qualite.montant_max doit être un nombre de 1 à 1000000000"),
        (("fraicheur_jours = 5", "fraicheur_jours = true"), "qualite.fraicheur_jours doit être un entier de 0 à 3650"),
        (("par_semaine = 3", "par_semaine = 0"), "selection.maximum_par_semaine doit être un entier de 1 à 1000"),
        (("regrouper = true", "regrouper = 'oui'"), "selection.regrouper doit être true ou false"),
        (('devise = "XAF"', 'devise = "FCFA"'), 'source.devise doit être une devise en trois lettres, comme "XAF"'),
        (('langue = "fr"', 'langue = "français"'), 'texte.langue doit être une langue en deux lettres, comme "fr"'),
        (("segments_max = 4", "segments_max = 0"), "texte.segments_max doit être un entier de 1 à 255"),
        (("ventis = 25", "ventis = -25"), "tarif.ventis doit être un nombre de 0 à 1000000"),
        (("# budget_par_jour = 2500000", "budget_par_jour = 0"), "plafond.budget_par_jour doit être un nombre de 1 à"),
        (("# relances_par_jour = 100000", "relances_par_jour = 0"), "plafond.relances_par_jour doit être un entier de"),
        (("taille_lot = 2000", "taille_lot = 0"), "envoi.taille_lot doit être un entier de 1 à 1000000"),
        (("delai_max = 3600", "delai_max = 29"), "envoi.delai_max doit être au moins premier_delai (30)"),
        (
            ("incertitude = 86400", "incertitude = 599"),
            "envoi.delai_incertitude doit être au moins delai_absence (600)",
        ),
        (("part = 0.5 ", "part = 50 "), "envoi.disjoncteur.part doit être un nombre de 0.01 à 1"),
        (("part = 0.5 ", "part = 0 "), "envoi.disjoncteur.part doit être un nombre de 0.01 à 1"),
        (("echantillon = 20", "echantillon = 0"), "envoi.disjoncteur.echantillon doit être un entier de 1 à 1000"),
        (("pause = 60", "pause = 0"), "envoi.disjoncteur.pause doit être un entier de 1 à"),
        (("pause_max = 1800", "pause_max = 59"), "envoi.disjoncteur.pause_max doit être au moins pause (60)"),
        (("autre_canal = false", "autre_canal = 'sms'"), "envoi.repli.autre_canal doit être true ou false"),
        (("delai_heures = 24", "delai_heures = 0"), "envoi.repli.delai_heures doit être un entier de 1 à 8760"),
        (("numero = 1", "numero = 0"), "niveau.numero doit être un entier de 1 à 99"),
    ],
    ids=lambda change: change[1] if isinstance(change, tuple) else "",
)
def test_a_value_that_makes_no_sense_is_refused(tmp_path: Path, change: tuple[str, str], expected: str) -> None:
    document = replace(*change)
    message = refusal(tmp_path, document)
    assert message.startswith(f"politique.toml, ligne {line_of(document, change[1])} : {expected}")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("numero = 2", "numero = 1"), "numero doit être plus grand que celui du niveau précédent (1)"),
        (("numero = 3", "numero = 1"), "numero doit être plus grand que celui du niveau précédent (2)"),
        (("jours = 30", "jours = 0"), "a_partir_de_jours doit être plus grand que celui du niveau précédent (0)"),
        (("jours = 90", "jours = 3"), "a_partir_de_jours doit être plus grand que celui du niveau précédent (30)"),
    ],
)
def test_levels_that_overlap_are_refused(tmp_path: Path, change: tuple[str, str], expected: str) -> None:
    pattern, by = change
    document = replace(rf"{pattern}$", f"{by}  # ici")
    expected = f"politique.toml, ligne {line_of(document, '# ici')} : niveau.{expected}"
    assert refusal(tmp_path, document).startswith(expected)


def test_levels_that_are_no_tables_are_refused(tmp_path: Path) -> None:
    document = "niveau = [1, 2]\n" + DEFAULT.partition("[[niveau]]")[0]
    assert "ligne 1 : niveau doit être des tables [[niveau]]" in refusal(tmp_path, document)


@pytest.mark.parametrize("fournisseur", ["twilio", "vintis"])
def test_the_fournisseur_of_a_level_is_one_of_its_canal(tmp_path: Path, fournisseur: str) -> None:
    document = replace('canal = "sms"', f'canal = "sms"\nfournisseur = "{fournisseur}"')
    assert "niveau.fournisseur doit être l'un de : ventis, zoom" in refusal(tmp_path, document)


def test_a_fournisseur_named_twice_is_refused(tmp_path: Path) -> None:
    message = refusal(tmp_path, replace(r"^fournisseurs_sms = .*$", "fournisseurs_sms = ['ventis', 'ventis']"))
    assert "envoi.fournisseurs_sms doit être une liste d'au moins un nom, sans répétition" in message


def test_a_fournisseur_serves_one_canal(tmp_path: Path) -> None:
    message = refusal(tmp_path, replace(r"^fournisseurs_whatsapp = .*$", "fournisseurs_whatsapp = ['twilio', 'zoom']"))
    assert "envoi.fournisseurs_whatsapp doit être sans zoom, qui est un fournisseur de sms" in message


def test_a_fournisseur_without_its_price_is_refused(tmp_path: Path) -> None:
    document = replace("^zoom = 30\n", "")
    expected = f"politique.toml, ligne {line_of(document, '[tarif]')} : tarif.zoom manque : attendu un nombre de 0 à"
    assert refusal(tmp_path, document).startswith(expected)


def test_the_price_of_a_fournisseur_that_nothing_names_is_refused(tmp_path: Path) -> None:
    message = refusal(tmp_path, replace("^zoom = 30$", "zoom = 30\npigeon = 5"))
    assert "tarif.pigeon est inconnu ; noms connus : ventis, zoom, twilio" in message


# --- a window that never opens ---


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ((r"^jours = .*$", "jours = []"), "jours doit être une liste d'au moins un de : lundi, mardi"),
        ((r"^jours = .*$", "jours = ['Lundi']"), "jours doit être une liste prise dans : lundi, mardi"),
        ((r"^jours = .*$", "jours = 'lundi'"), "jours doit être une liste prise dans : lundi, mardi"),
        (('"19:00"', '"08:00"'), "fin doit être après debut (08:00) : sans cela la fenêtre ne s'ouvre jamais"),
        (('"19:00"', '"07:00"'), "fin doit être après debut (08:00) : sans cela la fenêtre ne s'ouvre jamais"),
        (('"08:00"', '"24:00"'), "fin doit être après debut"),
    ],
)
def test_a_window_that_never_opens_is_refused(tmp_path: Path, change: tuple[str, str], expected: str) -> None:
    assert f"fenetre.{expected}" in refusal(tmp_path, replace(*change))


@pytest.mark.parametrize(
    "hour", ['"8:00"', '"08h00"', '"25:00"', '"08:60"', '"08:00+02:00"', '"0800"', '"٠٨:٠٠"', "8", "2026-01-01"]
)
def test_an_hour_is_written_in_one_way(tmp_path: Path, hour: str) -> None:
    assert 'fenetre.debut doit être une heure comme "08:00"' in refusal(tmp_path, replace('"08:00"', hour))


# --- approved templates ---


def with_modeles(folder: Path, *modeles: str) -> Politique:
    return load(folder, DEFAULT + "".join(modeles))


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


@pytest.mark.parametrize(("langue", "found"), [("en", "en"), ("fr", "fr"), ("pt", "fr")])
def test_without_a_template_in_its_language_one_is_written_to_in_the_office_s(
    tmp_path: Path, langue: str, found: str
) -> None:
    modele = with_modeles(tmp_path, MODELE, MODELE.replace('"fr"', '"en"')).modele(Canal.WHATSAPP, 1, langue)
    assert modele is not None
    assert modele.langue == found


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (('"montant"', '"prenom"'), "variables doit être une liste prise dans : nom, montant, objet"),
        (("variables = [", "variables = [1, "), "variables doit être une liste prise dans : nom, montant, objet"),
        (("niveau = 1", "niveau = 9"), "niveau doit être l'un des niveaux : 1, 2, 3"),
        (("niveau = 1", "niveau = 'un'"), "niveau doit être un entier"),
        (('content_sid = "HX', 'content_side = "HX'), "content_side est inconnu ; vouliez-vous dire content_sid ?"),
        (('langue = "fr"', 'langue = "FR"'), "langue doit être une langue en deux lettres"),
    ],
)
def test_a_wrong_template_is_named_with_its_field(tmp_path: Path, change: tuple[str, str], expected: str) -> None:
    modele = MODELE.replace(*change)
    document = DEFAULT + modele
    where = line_of(document, modele) + modele[: modele.index(change[1])].count("\n")
    message = refusal(tmp_path, document)
    assert message.startswith(f"politique.toml, ligne {where} : modele_whatsapp.{expected}")


def test_two_templates_for_one_niveau_and_language_are_refused(tmp_path: Path) -> None:
    line = (DEFAULT + MODELE).count("\n") + 3
    expected = f"politique.toml, ligne {line} : modele_whatsapp.niveau doit être unique pour une langue"
    assert refusal(tmp_path, DEFAULT + MODELE + MODELE).startswith(expected)


# --- what is no policy at all ---


@pytest.mark.parametrize(
    ("document", "line"),
    [
        ("[source]\nnom = 'x'\ndevise = \n", 3),
        ("[fenetre]\ndebut = 08:00\n", 2),
        ("[source]\nnom = collecte_taxe\n", 2),
        ("[source]\nnom = 'x'\nnom = 'y'\n", 3),
        ("[source]\n\n[source]\n", 3),
        ("[source]\nnom = [\n'x',\n", 4),
        (f"a = {'9' * 5_000}\n", 2),
    ],
    ids=["no value", "bare hour", "no quotes", "name twice", "table twice", "no end", "endless number"],
)
def test_what_is_no_toml_is_refused_with_its_line(tmp_path: Path, document: str, line: int) -> None:
    message = refusal(tmp_path, document)
    assert message.startswith(f"politique.toml, ligne {line} : attendu [table] ou nom = valeur, les textes entre ")


@pytest.mark.parametrize(
    ("value", "cure"),
    [
        ("1 000", "écrivez 1000, sans espace"),
        ("1\u202f000\u00a0000\t# l'an", "écrivez 1000000, sans espace"),
        ("0,5", "écrivez 0.5, avec un point"),
        ("1 000,5", "attendu [table] ou nom = valeur"),
        ('"collecte_taxe', "guillemet fermant oublié"),
        ('["lundi, "mardi"]', "guillemet fermant oublié"),
        ("'collecte_taxe  # nom", "guillemet fermant oublié"),
        ("collecte_taxe  # pas d'accent", "attendu [table] ou nom = valeur"),
        ('"l\'heure" 8', "attendu [table] ou nom = valeur"),
    ],
)
def test_a_slip_in_a_value_has_its_own_cure(tmp_path: Path, value: str, cure: str) -> None:
    for end in ("\ndevise = 'XAF'\n", ""):
        assert refusal(tmp_path, f"[source]\nnom = {value}{end}").startswith(f"politique.toml, ligne 2 : {cure}")


def test_an_empty_file_lacks_its_first_table(tmp_path: Path) -> None:
    assert "politique.toml : source manque" in refusal(tmp_path, "")


def test_a_file_in_another_encoding_is_refused_with_the_line_of_its_first_accent(tmp_path: Path) -> None:
    file = tmp_path / "politique.toml"
    file.write_bytes(b"[source]\nnom = 'x'\n# \xe9tat\n")
    with pytest.raises(Blocked, match=r"politique\.toml, ligne 3 : enregistrez le fichier en UTF-8"):
        load_policy(file)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, len(DEFAULT)), st.integers(0, 20), st.text("[]\"'=#,.0aé\n \t", max_size=4))
def test_a_slip_of_the_keyboard_is_one_sentence_or_a_policy(tmp_path: Path, at: int, cut: int, typed: str) -> None:
    document = DEFAULT[:at] + typed + DEFAULT[at + cut :]
    refused = None
    try:
        load(tmp_path, document)
    except Blocked as error:
        refused = one_sentence(error)
    if refused is not None:
        where = re.match(r"politique\.toml(?:, ligne (\d+))? : ", refused)
        assert where
        assert int(where[1] or 1) <= document.count("\n") + 1


def test_a_file_that_cannot_be_read_is_named_with_what_names_it(tmp_path: Path) -> None:
    for path, wrong in ((tmp_path / "absente.toml", "n'existe pas"), (tmp_path, "ne peut être lu")):
        with pytest.raises(Blocked) as refused:
            load_policy(path)
        said = one_sentence(refused.value)
        assert f"la politique {path} {wrong}" in said
        assert "corrigez RELANCES_POLITIQUE" in said
