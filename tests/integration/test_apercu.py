"""The preview: who would be reminded and who not, with nothing sent, written back or left behind."""

import csv
import logging
import re
import stat
import subprocess
import sys
from collections import Counter
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest

from demo import create_base_fictive
from relances.rules.errors import Blocked
from relances.rules.fenetre import LIBREVILLE
from relances.rules.request import DEFAULTS, Request
from relances.store.apercu import Apercus
from tests import jour
from tests.conftest import NewDatabase
from tests.integration.asked import preview, show
from tests.integration.conftest import Connect
from tests.integration.office import Office
from tests.integration.provider import Provider
from tests.integration.world import Row, ask, request
from tests.support import gabonese_numbers, one_sentence, postgres_connection

CONTRIBUABLES = 100
TABLES = ("execution", "creance_extraite", "exclusion", "relance", "relance_creance", "tentative", "numero_signale")

pytestmark = pytest.mark.usefixtures("great_expectations", "connect", "etaxe_url")


@pytest.fixture(scope="module")
def tax_application(new_database: NewDatabase) -> str:
    url = new_database("etaxe")
    create_base_fictive(url, contribuables=CONTRIBUABLES, date_reference=datetime.now(LIBREVILLE).date())
    return url


@pytest.fixture
def etaxe_url(
    connect: Connect, tax_application: str, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """The sample tax database, behind its connection."""
    monkeypatch.setenv("AIRFLOW_CONN_ETAXE_DB", postgres_connection(tax_application))
    monkeypatch.setenv("RELANCES_DATA_DOCS", str(tmp_path_factory.mktemp("docs")))
    return tax_application


def content(url: str) -> dict[str, list[Row]]:
    return {table: ask(url, f"SELECT * FROM relances.{table} ORDER BY 1, 2") for table in TABLES}  # noqa: S608


def tax_content(url: str) -> list[list[Row]]:
    return [ask(url, f"SELECT * FROM {table} ORDER BY id") for table in ("relance", "dossier_impaye")]  # noqa: S608


def real_run() -> None:
    """A run of today whose few relances wait to be sent."""
    asked = Request.of("passage-1", {**DEFAULTS, "limite": 3}, datetime.now(LIBREVILLE).date())
    jour.extract(asked)
    jour.validate(asked)
    jour.create_relances(asked)
    jour.report(asked)


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def names(etaxe_url: str) -> set[str]:
    return {" ".join(row["nom"].split()) for row in ask(etaxe_url, "SELECT nom FROM contribuable")}


def test_it_shows_a_text_of_each_niveau_with_its_real_amount_and_names_nobody(
    relances_url: str, etaxe_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        told = preview({}, None)
    said = told + "\n".join(record.getMessage() for record in caplog.records)
    assert [name for name in names(etaxe_url) if name in said] == []
    assert gabonese_numbers(said) == []

    relances = ask(relances_url, "SELECT niveau, texte FROM relances.relance")
    assert set(re.findall(r"^Niveau (\d), SMS par ventis", told, re.MULTILINE)) == {str(r["niveau"]) for r in relances}
    quoted = [line.removeprefix("> ") for line in told.splitlines() if line.startswith("> ")]
    assert all("[nom]" in line for line in quoted)
    patterns = [re.escape(line).replace(re.escape("[nom]"), ".+") for line in quoted]
    assert all(any(re.fullmatch(pattern, r["texte"]) for r in relances) for pattern in patterns)


def test_nothing_is_sent_and_nothing_changes_but_its_own_rows(
    relances_url: str, etaxe_url: str, provider: Provider
) -> None:
    real_run()
    before, taxes, heard = content(relances_url), tax_content(etaxe_url), provider.stats()
    preview({}, None)
    after = content(relances_url)
    assert {name: [row for row in after[name] if row in rows] for name, rows in before.items()} == before
    assert tax_content(etaxe_url) == taxes
    assert provider.stats() == heard
    [simulated] = [row for row in after["execution"] if row["simulation"]]
    assert simulated["run_id"].startswith("apercu__")
    added = [row for row in after["relance"] if row not in before["relance"]]
    assert {(row["execution_id"], row["statut"], row["code"]) for row in added} == {
        (simulated["id"], "annulee", "simulation")
    }


def test_what_is_asked_for_is_what_is_simulated(relances_url: str, etaxe_url: str) -> None:
    code = ask(etaxe_url, "SELECT code FROM type_taxe WHERE actif ORDER BY code LIMIT 1")[0]["code"]
    preview({"limite": 3, "categories": [code], "jours_retard_min": 0}, None)
    assert len(ask(relances_url, "SELECT id FROM relances.relance")) <= 3
    assert {row["categorie"] for row in ask(relances_url, "SELECT categorie FROM relances.creance_extraite")} == {code}


def test_its_table_has_everybody_once_for_each_decision_for_its_owner_s_eyes_alone(
    relances_url: str, etaxe_url: str, tmp_path: Path
) -> None:
    path = tmp_path / "apercu.csv"
    ask(
        relances_url,
        "INSERT INTO relances.execution "
        "(run_id, occasion, date_relance, source, simulation, jour_passage, parametres, commencee_le) "
        "VALUES ('apercu__vieux', 'x', now(), 'x', true, now(), '{}', now() - interval '2 days')",
    )
    told = preview({}, path)
    assert ask(relances_url, "SELECT run_id FROM relances.execution WHERE run_id = 'apercu__vieux'") == []
    rows = table(path)
    assert f"{len(rows)} lignes écrites dans {path}" in told
    extracted = ask(relances_url, "SELECT contribuable_id, montant_du FROM relances.creance_extraite")
    assert sum(int(row["creances"]) for row in rows) == len(extracted)
    assert {row["contribuable_id"] for row in rows} == {row["contribuable_id"] for row in extracted}
    amounts = Decimal(sum(row["montant_du"] or 0 for row in extracted))
    assert sum(Decimal(row["montant"].replace(",", ".").lstrip("'")) for row in rows) == amounts

    relances = ask(relances_url, "SELECT contribuable_id, segments, cout FROM relances.relance")
    reminded = {row["contribuable_id"]: row for row in rows if row["decision"] == "à relancer"}
    assert {key: (row["segments"], row["cout"]) for key, row in reminded.items()} == {
        row["contribuable_id"]: (str(row["segments"]), f"{row['cout']:.0f}") for row in relances
    }
    codes = Counter(row["code"] for row in ask(relances_url, "SELECT code FROM relances.exclusion"))
    told_codes = Counter[str]()
    for row in rows:
        if row["decision"] == "exclue":
            assert row["raison"]
            told_codes[row["code"]] += int(row["creances"])
    assert told_codes == codes

    assert {row["nom"] for row in rows} <= names(etaxe_url)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "à supprimer après usage" in told


def test_previews_of_more_than_a_day_are_forgotten_and_nothing_else(office: Office, relances_url: str) -> None:
    office.owe(3)
    office.owes(4, telephones=["NEANT"])
    for run_id, simulation in (("apercu__1", True), ("essai", True), ("passage-1", False), ("apercu__2", True)):
        office.run(request(run_id, simulation=simulation))
    ask(
        relances_url,
        "UPDATE relances.execution SET commencee_le = commencee_le - interval '25 hours' WHERE run_id <> 'apercu__2'",
    )
    before = content(relances_url)
    [old] = [row["id"] for row in before["execution"] if row["run_id"] == "apercu__1"]
    assert {row["execution_id"] for row in before["relance"]} >= {old}
    with psycopg.connect(relances_url, autocommit=True) as relances:
        assert Apercus(relances).forget_old() == 1
    after = content(relances_url)
    assert after["execution"] == [row for row in before["execution"] if row["id"] != old]
    for name in ("creance_extraite", "exclusion", "relance"):
        assert after[name] == [row for row in before[name] if row["execution_id"] != old]
    living = {row["id"] for row in after["relance"]}
    assert after["relance_creance"] == [row for row in before["relance_creance"] if row["relance_id"] in living]


def test_a_run_that_exists_is_shown_and_left_as_it_is(relances_url: str, tmp_path: Path) -> None:
    real_run()
    before = content(relances_url)
    told = show("passage-1", tmp_path / "passage.csv")
    assert told.startswith("# Relances du ")
    assert "Exemples de textes" not in told
    assert "en attente d'envoi" in {row["decision"] for row in table(tmp_path / "passage.csv")}
    assert content(relances_url) == before


def test_a_run_is_shown_as_it_is_or_not_at_all(relances_url: str) -> None:
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "relances.cli",
        "apercu",
        "--passage=passage-1",
        "--limite=2",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert "--passage montre un passage tel qu'il est ; retirez" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_text_is_shown_in_each_language_once_however_that_was_typed(
    office: Office, relances_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for contribuable, langue in enumerate(["fr", "en", "English", None], start=1):
        office.owes(contribuable, langue=langue, libelle="Taxe")
    office.run(request(simulation=True))
    told = show("passage-1", None)
    assert re.findall(r"^Niveau (\d), SMS par ventis, en « (\w+) »", told, re.MULTILINE) == [("1", "en"), ("1", "fr")]


def test_a_simulation_by_a_fournisseur_that_is_gone_says_which_there_are(office: Office, relances_url: str) -> None:
    office.owe(1)
    office.run(request(simulation=True))
    ask(relances_url, "UPDATE relances.relance SET fournisseur = 'pigeon'")
    with pytest.raises(Blocked) as refused:
        show("passage-1", None)
    assert "fournisseur inconnu : pigeon (connus : ventis" in one_sentence(refused.value)
    assert "refaites la simulation" in str(refused.value)


def test_after_the_day_s_run_a_simulation_says_that_all_was_said(office: Office, relances_url: str) -> None:
    office.owe(3)
    office.run(request("matin"))
    ask(relances_url, "UPDATE relances.relance SET statut = 'envoyee', envoyee_le = now(), reference = 'r'")
    office.run(request("soir", simulation=True))
    assert "- **0 contribuables seraient relancés**\n- 3 créances déjà relancées" in show("soir", None)


def test_a_run_that_does_not_exist_is_named(relances_url: str) -> None:
    with pytest.raises(Blocked, match="le passage inconnu n'a rien extrait"):
        show("inconnu", None)


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"date_relance": "2999-01-01"}, "paramètre date_relance"),
        ({"jours_retard_min": -1}, "paramètre jours_retard_min"),
        ({"type_relance": "whatsapp", "fournisseur": "ventis"}, "ventis n'envoie pas de whatsapp"),
    ],
)
def test_what_cannot_be_asked_is_refused_before_anything_is_done(
    relances_url: str, tmp_path: Path, asked: dict[str, object], sentence: str
) -> None:
    with pytest.raises(Blocked) as refused:
        preview(asked, tmp_path / "apercu.csv")
    assert sentence in one_sentence(refused.value)
    assert ask(relances_url, "SELECT id FROM relances.execution") == []
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written_is_named_before_anything_is_done(relances_url: str, tmp_path: Path) -> None:
    with pytest.raises(Blocked) as refused:
        preview({}, tmp_path / "absent" / "apercu.csv")
    assert "absent" in one_sentence(refused.value)
    assert ask(relances_url, "SELECT id FROM relances.execution") == []


def test_the_command_says_who_would_be_reminded_who_not_and_what_it_would_cost(relances_url: str) -> None:
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "relances.cli",
        "apercu",
        "--limite=2",
        "--jours-retard-min=0",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("# Simulation du ")
    assert "- **2 contribuables seraient relancés**" in done.stdout
    for section in ("Bilan : équilibré", "Relances et coût", "Exclues, par raison", "À corriger"):
        assert f"## {section}\n" in done.stdout
    assert "rien n'est envoyé" in done.stdout
