"""The diagnostic and the test message, over real databases and the simulators of every provider."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from demo import create_base_fictive
from relances.rules.errors import Blocked
from relances.services.message_test import TEXT
from relances.store.diagnostic import STATEMENTS
from relances_providers.messaging import Finding, Verdict
from relances_providers.provider_info import PROVIDERS
from tests.chat import TOKEN
from tests.conftest import NewDatabase
from tests.integration.asked import diagnose, message_test
from tests.integration.conftest import Connect
from tests.integration.provider import Provider
from tests.integration.world import TODAY, ask
from tests.support import one_sentence, postgres_connection, write_policy

FOURNISSEURS = [provider.name for provider in PROVIDERS]
NUMEROS = {"ventis": "066 12 34 56", "zoom": "+1 514 555 1234", "twilio": "+24166123456"}

pytestmark = pytest.mark.usefixtures("etaxe_url", "all_connected")


@pytest.fixture(scope="module")
def tax_application(new_database: NewDatabase) -> str:
    url = new_database("etaxe")
    create_base_fictive(url, contribuables=1, date_reference=TODAY)
    return url


@pytest.fixture
def etaxe_url(tax_application: str, connect: Connect, monkeypatch: pytest.MonkeyPatch) -> str:
    """The tax application's database, behind its connection."""
    monkeypatch.setenv("AIRFLOW_CONN_ETAXE_DB", postgres_connection(tax_application))
    return tax_application


@pytest.fixture
def all_connected(connect: Connect) -> None:
    for fournisseur in FOURNISSEURS:
        connect(fournisseur)


@pytest.fixture
def agent(all_connected: None, etaxe_url: str, relances_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Both databases, as a user who may read everything and write nothing."""
    ask(etaxe_url, "CREATE ROLE agent LOGIN")
    for url, schema in ((etaxe_url, "public"), (relances_url, "relances")):
        ask(url, f"GRANT USAGE ON SCHEMA {schema} TO agent; GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO agent")
    for name, url in (("ETAXE_DB", etaxe_url), ("RELANCES_DB", relances_url)):
        monkeypatch.setenv(f"AIRFLOW_CONN_{name}", postgres_connection(make_conninfo(url, user="agent")))
    yield
    for url in (etaxe_url, relances_url):
        ask(url, "DROP OWNED BY agent")
    ask(etaxe_url, "DROP ROLE agent")


def bad() -> dict[tuple[str, str], str]:
    """What is to be mended, by connection and part."""
    return {
        (diagnostic.conn_id, diagnostic.finding.part): diagnostic.finding.text
        for diagnostic in diagnose()
        if diagnostic.finding.verdict is Verdict.BAD
    }


def test_a_house_in_order_has_nothing_to_mend_and_nothing_is_sent(provider: Provider) -> None:
    assert bad() == {}
    assert {diagnostic.conn_id for diagnostic in diagnose()} == {
        "etaxe_db",
        "relances_db",
        *(f"{name}_default" for name in FOURNISSEURS),
    }
    assert provider.ledger() == []


def test_a_setting_that_changes_nothing_any_more_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write_policy(tmp_path / "politique.toml")
    older = file.read_text(encoding="utf-8").replace("[envoi.repli]\n", "[envoi.repli]\nautre_fournisseur = true\n")
    file.write_text(older, encoding="utf-8")
    monkeypatch.setenv("RELANCES_POLITIQUE", str(file))
    [said] = [diagnostic for diagnostic in diagnose() if diagnostic.conn_id == "politique"]
    assert "autre_fournisseur ne change plus rien" in str(said)
    assert bad() == {}


def test_a_provider_that_nobody_connected_is_one_line_that_asks_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AIRFLOW_CONN_ZOOM_DEFAULT")

    [zoom] = [diagnostic for diagnostic in diagnose() if diagnostic.conn_id == "zoom_default"]
    assert zoom.finding.verdict is Verdict.UNSEEN
    assert bad() == {}


def test_no_provider_at_all_is_to_be_mended(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in FOURNISSEURS:
        monkeypatch.delenv(f"AIRFLOW_CONN_{name.upper()}_DEFAULT")

    assert bad().keys() == {("fournisseurs", "connexion")}


def test_everything_is_examined_whatever_is_bad(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    connect("ventis", keycloak_host="nulle part")
    connect("twilio", sender="")
    monkeypatch.setenv("AIRFLOW_CONN_ETAXE_DB", postgres_connection("postgresql://nobody@127.0.0.1:1/etaxe"))
    monkeypatch.delenv("AIRFLOW_CONN_RELANCES_DB")

    found = bad()

    assert found.keys() == {
        ("etaxe_db", "accès"),
        ("relances_db", "accès"),
        ("ventis_default", "champs"),
        ("twilio_default", "champs"),
    }
    for text in found.values():
        one_sentence(Exception(text))


def test_a_schema_never_made_says_how_to_make_it(new_database: NewDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_RELANCES_DB", postgres_connection(new_database("vide")))

    assert "révision absente" in bad()["relances_db", "schéma"]
    assert "relances migrer" in bad()["relances_db", "schéma"]


def test_a_schema_of_an_older_or_a_newer_program_is_told_apart(relances_url: str) -> None:
    ask(relances_url, "UPDATE relances.migration SET version_num = '0001'")
    assert "relances migrer" in bad()["relances_db", "schéma"]

    ask(relances_url, "UPDATE relances.migration SET version_num = '9999'")
    assert "plus récente que ce programme" in bad()["relances_db", "schéma"]


def test_another_database_than_the_tax_application_is_seen_by_its_tables(
    new_database: NewDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_ETAXE_DB", postgres_connection(new_database("autre")))

    found = bad()

    assert {part for _, part in found} == {*STATEMENTS, "keys.sql"}
    assert 'relation "type_taxe" does not exist' in found["etaxe_db", "categories.sql"]


def test_a_table_that_would_be_looked_through_for_each_result_is_named(etaxe_url: str) -> None:
    ask(etaxe_url, "ALTER TABLE relance DROP CONSTRAINT relance_pkey")
    try:
        found = bad()
    finally:
        ask(etaxe_url, "ALTER TABLE relance ADD CONSTRAINT relance_pkey PRIMARY KEY (id)")

    assert found.keys() == {("etaxe_db", "keys.sql")}
    assert "ALTER TABLE … ADD PRIMARY KEY (id)" in found["etaxe_db", "keys.sql"]
    assert "clé de relance :" in found["etaxe_db", "keys.sql"]


@pytest.mark.usefixtures("agent")
def test_rights_that_are_lacking_are_named(etaxe_url: str) -> None:
    found = bad()

    assert found.keys() == {("etaxe_db", "write_back.sql"), ("relances_db", "droits")}
    assert "permission denied for table relance" in found["etaxe_db", "write_back.sql"]
    assert "relances.tentative (INSERT, UPDATE, DELETE)" in found["relances_db", "droits"]


@pytest.mark.usefixtures("agent")
def test_a_sequence_that_an_insert_would_draw_from_is_named_before_any_insert(etaxe_url: str) -> None:
    ask(etaxe_url, "GRANT INSERT, UPDATE ON relance, dossier_impaye TO agent")
    assert "relance_id_seq (USAGE)" in bad()["etaxe_db", "write_back.sql"]

    ask(etaxe_url, "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO agent")
    assert ("etaxe_db", "write_back.sql") not in bad()


def test_a_database_that_takes_no_writes_is_said(etaxe_url: str) -> None:
    name = conninfo_to_dict(etaxe_url)["dbname"]
    ask(etaxe_url, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    try:
        assert "en lecture seule" in bad()["etaxe_db", "accès"]
    finally:
        with psycopg.connect(etaxe_url, options="-c default_transaction_read_only=off") as connection:
            connection.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only")


@pytest.mark.parametrize("fournisseur", FOURNISSEURS)
def test_a_test_message_is_sent_once_and_its_id_is_said(fournisseur: str, provider: Provider) -> None:
    [sent, *status] = message_test(fournisseur, NUMEROS[fournisseur], "Bonjour")

    [entry] = provider.ledger()
    assert entry["text"] == "Bonjour"
    assert sent.finding.verdict is Verdict.GOOD
    assert entry["uuid"].replace("-", "") in sent.finding.text.replace("-", "")  # Twilio writes it in one piece
    assert "••••" in sent.finding.text
    assert [diagnostic.finding.part for diagnostic in status] == ([] if fournisseur == "ventis" else ["statut"])


def test_the_diagnostic_sends_one_message_when_it_is_given_a_phone(provider: Provider) -> None:
    found = diagnose("ventis", NUMEROS["ventis"])

    assert found[-1].finding.part == "message"
    assert [entry["text"] for entry in provider.ledger()] == [TEXT]


@pytest.mark.parametrize("fournisseur", FOURNISSEURS)
def test_without_a_phone_a_test_message_goes_to_the_number_that_the_connection_keeps(
    fournisseur: str, provider: Provider, connect: Connect
) -> None:
    connect(fournisseur, secret_test_number=NUMEROS[fournisseur])
    [sent, *_] = message_test(fournisseur, None, "Bonjour")

    assert sent.finding.verdict is Verdict.GOOD
    [entry] = provider.ledger()
    assert entry["to"].endswith(re.sub(r"\D", "", NUMEROS[fournisseur])[-8:])


def test_without_a_phone_anywhere_no_message_leaves_and_the_field_is_named(provider: Provider) -> None:
    with pytest.raises(Blocked, match="la connexion ventis_default n'a pas de numéro de test") as refusal:
        message_test("ventis", None, "Bonjour")
    one_sentence(refusal.value)
    assert diagnose("ventis")[-1].finding == Finding("message", Verdict.BAD, str(refusal.value))
    assert provider.ledger() == []


@pytest.mark.parametrize(
    ("connection", "verdict", "said"),
    [
        ({"conn_type": "chat_webhook", "password": f"https://chat.example{TOKEN}"}, Verdict.GOOD, "chat.example"),
        ({"conn_type": "http", "host": f"https://chat.example{TOKEN}"}, Verdict.BAD, "mettez-la dans son mot de passe"),
        ({"conn_type": "http", "host": "https://relais.example"}, Verdict.GOOD, "relais.example"),
        ({"conn_type": "chat_webhook", "password": f"http://chat.example{TOKEN}"}, Verdict.BAD, "adresse https://"),
        ({"conn_type": "chat_webhook"}, Verdict.BAD, "adresse https://"),
    ],
)
def test_the_address_of_the_alerts_is_examined_and_not_shown(
    connection: dict[str, str], verdict: Verdict, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_ALERTES", json.dumps(connection))
    [found] = [diagnostic.finding for diagnostic in diagnose() if diagnostic.conn_id == "alertes"]

    assert found.verdict is verdict
    assert said in found.text
    assert "JETON" not in found.text
    assert "T0SECRET" not in found.text


def test_a_phone_without_a_provider_is_refused_before_anything_is_examined(provider: Provider) -> None:
    with pytest.raises(Blocked, match="sans fournisseur"):
        diagnose(None, NUMEROS["ventis"])
    assert provider.stats()["requests"] == {}


@pytest.mark.parametrize(
    ("fournisseur", "telephone", "texte", "reason"),
    [
        ("ventis", "+15145551234", "Bonjour", "ventis n'envoie pas à ce numéro"),
        ("zoom", "066123456", "Bonjour", "zoom n'envoie pas à ce numéro"),
        ("ventis", "12", "Bonjour", "ventis n'envoie pas à ce numéro"),
        ("ventis", "066 12 34 5O", "Bonjour", "numéro douteux : « O » n'a pas sa place dans un numéro"),
        ("ventis", "066 12 34 5", "Bonjour", "numéro douteux"),
        ("ventis", "066123456 / 077123456", "Bonjour", "un message de test va à un seul numéro"),
        ("ventis", "066123456", "  ", "le texte est vide"),
        ("pigeon", "066123456", "Bonjour", "fournisseur inconnu : pigeon"),
    ],
)
def test_what_cannot_be_sent_is_refused_without_repeating_the_number(
    fournisseur: str, telephone: str, texte: str, reason: str, provider: Provider
) -> None:
    with pytest.raises(Blocked, match=reason) as refusal:
        message_test(fournisseur, telephone, texte)

    assert telephone not in one_sentence(refusal.value)
    assert provider.requests() == 0


def test_an_outcome_that_nobody_knows_is_said_and_not_sent_again(provider: Provider) -> None:
    provider.upset({"fault": "reset_after"})

    [diagnostic] = message_test("ventis", NUMEROS["ventis"], "Bonjour")

    assert diagnostic.finding.verdict is Verdict.BAD
    assert "issue inconnue ; regardez le téléphone avant de recommencer" in diagnostic.finding.text
    assert provider.requests() == 1


def test_the_command_prints_the_findings_and_fails_where_one_is_bad(connect: Connect) -> None:
    command = [sys.executable, "-W", "ignore", "-m", "relances.cli", "diagnostic"]

    connect("ventis", client_id="inconnu")
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 1, done.stderr
    assert "\nventis_default\n  ✔ champs : " in done.stdout
    assert "  ✘ identifiants : client Keycloak inconnu" in done.stdout
    assert "Traceback" not in done.stderr
