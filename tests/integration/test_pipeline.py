"""The day's tasks one after the other, on the sample tax database: what an officer and the tax application see."""

import logging
import re
from collections import Counter
from collections.abc import Callable
from math import ceil

import psycopg
import pytest

from demo import create_base_fictive
from relances.orchestration.installation import installation
from relances.policy.politique import load_policy
from relances.rules.errors import Blocked, TryAgain
from relances.rules.request import Request
from relances.services import jour as steps
from relances.store.executions import Executions
from relances.store.lots import Lots
from relances_providers.errors import Misconfigured, TryLater
from relances_providers.provider_info import PROVIDERS
from relances_providers.twilio.errors import TABLE as TWILIO
from tests import jour
from tests.integration.conftest import Connect
from tests.integration.invariants import invariants
from tests.integration.provider import Provider
from tests.integration.staged import stage_relances
from tests.integration.world import TODAY, Row, ask, let_time_pass, request, statuts
from tests.support import one_sentence, postgres_connection, wait_until

CONTRIBUABLES = 100  # the fewest with all the magic numbers among them
FOURNISSEURS = [provider.name for provider in PROVIDERS]
AMERICAN = "UPDATE contribuable SET telephone = '+1 ' || (5145550000 + id)"
QUARANTINE = 2 * 0.4 + 60  # seconds: a call's longest, then what Twilio's list may take to show it
OURS = "strpos(coalesce(notes, ''), '[relances #') > 0"

pytestmark = pytest.mark.usefixtures("great_expectations", "connect", "etaxe_url")


@pytest.fixture
def contribuables() -> int:
    return CONTRIBUABLES


@pytest.fixture(autouse=True)
def impatient(connect: Connect) -> None:
    """Short time-outs: the sample's magic numbers let a client wait as long as it likes."""
    connect(timeout=0.4)


@pytest.fixture
def all_connected(connect: Connect) -> None:
    """The connections of all three providers."""
    for fournisseur in FOURNISSEURS:
        connect(fournisseur, timeout=0.4)


def run_day(asked: Request) -> str:
    """Every task of the Dag, in its order; the report."""
    jour.prepare(asked)
    if jour.approve(asked):
        jour.send(asked, *FOURNISSEURS)
        wait_until(lambda: jour.reconcile(asked), "nothing left to reconcile")
        jour.write_back(asked)
    return jour.report(asked)


def relances(url: str) -> list[Row]:
    return ask(url, "SELECT * FROM relances.relance ORDER BY id")


def shown(etaxe_url: str) -> dict[tuple[int, int], Row]:
    """The rows that the application's own table got from us, by relance and creance."""
    rows = ask(etaxe_url, f"SELECT * FROM relance WHERE {OURS}")  # noqa: S608
    numbers = [int(re.findall(r"\[relances #[0-9a-f]{12}-(\d+)\]", row["notes"])[0]) for row in rows]
    return {(number, row["affectation_taxe_id"]): row for number, row in zip(numbers, rows, strict=True)}


def content(etaxe_url: str) -> list[list[Row]]:
    """Everything the pipeline may write in the tax application."""
    return [ask(etaxe_url, f"SELECT * FROM {table} ORDER BY id") for table in ("relance", "dossier_impaye")]  # noqa: S608


# --- a day ---


def test_a_day_from_debts_to_report(relances_url: str, etaxe_url: str, provider: Provider) -> None:
    rapport = run_day(request())
    ledger = provider.ledger()
    invariants(relances_url, ledger)
    reached = statuts(relances_url)
    assert reached.keys() == {"envoyee", "echec"}
    assert reached["envoyee"] > CONTRIBUABLES / 4
    codes = {row["code"] for row in relances(relances_url) if row["statut"] == "echec"}
    assert codes == {"1005", "408"}
    assert "## Bilan : équilibré" in rapport
    stored = ask(
        relances_url, "SELECT equilibre, rapport, bilan -> 'totaux' ->> 'toutes' AS toutes FROM relances.execution"
    )
    assert stored == [{"equilibre": True, "rapport": rapport, "toutes": str(sum(reached.values()))}]


def test_the_application_shows_every_result(relances_url: str, etaxe_url: str, provider: Provider) -> None:
    before = {row["id"]: row for row in ask(etaxe_url, "SELECT * FROM dossier_impaye")}
    run_day(request())
    written = shown(etaxe_url)
    owed = ask(
        relances_url,
        "SELECT r.*, rc.creance_id, rc.montant_du AS du FROM relances.relance r "
        "JOIN relances.relance_creance rc ON rc.relance_id = r.id",
    )
    assert written.keys() == {(row["id"], int(row["creance_id"])) for row in owed}
    for row in owed:
        there = written[row["id"], int(row["creance_id"])]
        assert (there["statut"], there["message"], there["montant_due"]) == (row["statut"], row["texte"], row["du"])
        assert (there["canal_envoi"], there["contribuable_id"]) == ("ventis", int(row["contribuable_id"]))
        assert (row["reference"] or row["code"]) in there["notes"]
        assert (there["date_envoi"] is not None) == (row["statut"] == "envoyee")
    counted = {
        row["affectation_taxe_id"]: row["nombre_relances"] - (before[row["id"]]["nombre_relances"] or 0)
        for row in ask(etaxe_url, "SELECT * FROM dossier_impaye")
        if row["nombre_relances"] != before[row["id"]]["nombre_relances"]
    }
    sent = {int(row["creance_id"]) for row in owed if row["statut"] == "envoyee"}
    open_ = {
        row["affectation_taxe_id"] for row in before.values() if row["statut"] in ("en_cours", "partiellement_paye")
    }
    assert counted == dict.fromkeys(sent & open_, 1)
    assert counted


def test_the_same_day_again_adds_sends_and_shows_nothing(relances_url: str, etaxe_url: str, provider: Provider) -> None:
    run_day(request("matin"))
    before = relances(relances_url), content(etaxe_url), provider.requests()
    rapport = run_day(request("soir"))
    assert (relances(relances_url), content(etaxe_url), provider.requests()) == before
    assert "- 0 relances créées" in rapport
    invariants(relances_url, provider.ledger())


def test_every_task_may_run_again(relances_url: str, etaxe_url: str, provider: Provider) -> None:
    asked = request()
    for task in (jour.extract, jour.validate, jour.create_relances):
        task(asked)
        task(asked)
    lots = [jour.plan_lots(asked, "ventis") for _ in range(2)]
    assert lots[0] == lots[1]
    for part in [*lots[0], *lots[1]]:
        jour.send_lot(asked, **part)
    wait_until(lambda: jour.reconcile(asked), "nothing left to reconcile")
    assert jour.reconcile(asked)
    assert jour.write_back(asked) > 0
    assert jour.write_back(asked) == 0
    assert jour.report(asked) == jour.report(asked)
    invariants(relances_url, provider.ledger())


def test_a_simulation_shows_the_day_and_touches_nobody(relances_url: str, etaxe_url: str, provider: Provider) -> None:
    before = content(etaxe_url)
    rapport = run_day(request("essai", simulation=True))
    assert rapport.startswith(f"# Simulation du {TODAY:%d/%m/%Y}")
    assert jour.reconcile(request("essai", simulation=True))
    assert jour.write_back(request("essai", simulation=True)) == 0
    assert content(etaxe_url) == before
    assert provider.stats()["requests"] == {}
    assert statuts(relances_url).keys() == {"annulee"}

    jour.write_back(request("reel"))
    assert content(etaxe_url) == before


def test_without_leave_to_send_relances_wait_for_a_run_that_has_it(
    relances_url: str, etaxe_url: str, provider: Provider
) -> None:
    rapport = run_day(request("matin", envoyer_automatiquement=False))
    assert statuts(relances_url).keys() == {"en_attente"}
    assert provider.requests() == 0
    assert "créances attendent leur envoi** : relancez le Dag" in rapport

    run_day(request("soir"))
    assert statuts(relances_url).keys() == {"envoyee", "echec"}
    invariants(relances_url, provider.ledger())


def test_the_limit_holds_for_the_whole_day(relances_url: str, provider: Provider) -> None:
    run_day(request("matin", limite=3))
    run_day(request("soir", limite=3))
    assert sum(statuts(relances_url).values()) == 3
    assert provider.requests() <= 4  # one of the three may be a number that is told to come back
    invariants(relances_url, provider.ledger())


def test_of_what_waits_a_run_sends_what_its_limit_allows(relances_url: str, provider: Provider) -> None:
    run_day(request("matin", envoyer_automatiquement=False))
    waiting = statuts(relances_url)["en_attente"]
    run_day(request("midi", limite=4))
    assert statuts(relances_url)["en_attente"] == waiting - 4

    run_day(request("soir"))
    assert "en_attente" not in statuts(relances_url)
    invariants(relances_url, provider.ledger())


def test_a_category_alone_may_be_reminded(relances_url: str, etaxe_url: str) -> None:
    code = ask(etaxe_url, "SELECT code FROM type_taxe WHERE actif ORDER BY code LIMIT 1")[0]["code"]
    jour.prepare(request(categories=[code]))
    assert ask(relances_url, "SELECT DISTINCT categorie FROM relances.creance_extraite") == [{"categorie": code}]


def test_one_database_may_hold_both(relances_url: str, provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    create_base_fictive(relances_url, contribuables=CONTRIBUABLES, date_reference=TODAY)
    monkeypatch.setenv("AIRFLOW_CONN_ETAXE_DB", postgres_connection(relances_url))
    run_day(request())
    assert len(shown(relances_url)) == len(ask(relances_url, "SELECT 1 FROM relances.relance_creance"))
    invariants(relances_url, provider.ledger())


# --- what is shown of whom ---


def test_no_report_and_no_log_names_anybody(
    relances_url: str, etaxe_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        rapport = run_day(request())
    said = rapport + "\n".join(
        record.getMessage() for record in caplog.records if not record.name.startswith("hypothesis")
    )
    people = ask(etaxe_url, "SELECT nom, telephone FROM contribuable")
    secrets = {row["telephone"] for row in relances(relances_url)}
    secrets |= {row["nom"] for row in people} | {row["telephone"] for row in people if len(row["telephone"]) > 7}
    assert [secret for secret in secrets if secret in said] == []
    assert not re.search(r"\+?241\d{8}", said)


# --- by whom ---


@pytest.mark.usefixtures("all_connected")
def test_a_day_by_whatsapp_from_debts_to_report(relances_url: str, etaxe_url: str, provider: Provider) -> None:
    asked = request(type_relance="whatsapp")
    jour.prepare(asked)
    jour.send(asked, *FOURNISSEURS)
    jour.reconcile(asked)
    for seconds in (QUARANTINE, *[3_600] * 2 * load_policy().envoi.tentatives_max):
        let_time_pass(relances_url, seconds)
        jour.reconcile(asked)
    jour.write_back(asked)
    rapport = jour.report(asked)
    invariants(relances_url, provider.ledger())
    assert {entry["provider"] for entry in provider.ledger()} == {"twilio"}
    assert statuts(relances_url).keys() == {"livree", "echec"}
    codes = {row["code"] for row in relances(relances_url) if row["statut"] == "echec"}
    assert codes == {"21211", "jamais_partie"}
    assert "## Bilan : équilibré" in rapport
    assert " messages WhatsApp envoyés pour ce jour" in rapport
    assert {row["canal_envoi"] for row in shown(etaxe_url).values()} == {"twilio"}


def test_american_numbers_leave_by_zoom_beside_those_of_gabon(
    relances_url: str, etaxe_url: str, provider: Provider, connect: Connect
) -> None:
    connect("zoom")
    ask(etaxe_url, f"{AMERICAN} WHERE telephone LIKE '066%%'")
    run_day(request())
    sent = Counter((entry["provider"], entry["to"][:3]) for entry in provider.ledger())
    assert sent["zoom", "151"] > 0
    assert {fournisseur for fournisseur, _ in sent} == {"ventis", "zoom"}
    assert [key for key in sent if key[0] == "zoom" and key[1] != "151"] == []
    invariants(relances_url, provider.ledger())


def test_ventis_alone_needs_no_other_connection_and_hears_of_none(
    relances_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        jour.check_providers(request())
    assert "ventis : prêt à envoyer" in caplog.text
    assert "zoom" not in caplog.text
    assert "twilio" not in caplog.text


def test_a_number_that_no_connected_fournisseur_reaches_is_excluded(relances_url: str, etaxe_url: str) -> None:
    ask(etaxe_url, AMERICAN)
    jour.prepare(request())
    assert ask(relances_url, "SELECT DISTINCT fournisseur FROM relances.relance") == []
    codes = {row["code"] for row in ask(relances_url, "SELECT DISTINCT code FROM relances.exclusion")}
    assert "hors_region" in codes


@pytest.mark.usefixtures("all_connected")
def test_the_fournisseur_asked_for_is_the_only_one(relances_url: str, etaxe_url: str) -> None:
    ask(etaxe_url, "UPDATE contribuable SET telephone = (5145550000 + id)::text WHERE id %% 5 = 0")
    jour.prepare(request(fournisseur="zoom"))
    written = relances(relances_url)
    assert {(row["fournisseur"], row["telephone"][:7]) for row in written} == {("zoom", "1514555")}
    codes = {row["code"] for row in ask(relances_url, "SELECT DISTINCT code FROM relances.exclusion")}
    assert "hors_region" in codes


@pytest.mark.parametrize(
    ("over", "sentence"),
    [
        ({"type_relance": "sms", "fournisseur": "twilio"}, "twilio n'envoie pas de sms ; choisissez ventis, zoom"),
        ({"type_relance": "whatsapp", "fournisseur": "ventis"}, "ventis n'envoie pas de whatsapp ; choisissez twilio"),
        ({"fournisseur": "pigeon"}, "pigeon n'envoie pas de sms ; choisissez ventis, zoom"),
    ],
)
def test_a_fournisseur_that_does_not_serve_the_canal_is_refused_before_anything_is_done(
    relances_url: str, over: Row, sentence: str
) -> None:
    with pytest.raises(Blocked) as refused:
        jour.check_providers(request(**over))
    assert sentence in one_sentence(refused.value)


@pytest.mark.parametrize(
    ("over", "connection"),
    [({"fournisseur": "zoom"}, "zoom_default"), ({"type_relance": "whatsapp"}, "twilio_default")],
)
def test_the_fournisseur_that_is_asked_for_or_comes_first_needs_its_connection(
    relances_url: str, over: Row, connection: str
) -> None:
    with pytest.raises(Misconfigured, match=f"la connexion {connection} n'existe pas"):
        jour.check_providers(request(**over))


@pytest.mark.usefixtures("all_connected")
def test_a_run_of_one_canal_sends_nothing_that_waits_on_another(relances_url: str, provider: Provider) -> None:
    run_day(request("sms", envoyer_automatiquement=False))
    run_day(request("whatsapp", type_relance="whatsapp"))
    by_sms = [row["statut"] for row in relances(relances_url) if row["canal"] == "sms"]
    assert set(by_sms) == {"en_attente"}
    assert "ventis" not in {entry["provider"] for entry in provider.ledger()}


@pytest.mark.usefixtures("all_connected")
def test_a_failure_is_explained_in_the_report_by_its_fournisseur_s_own_words(relances_url: str, etaxe_url: str) -> None:
    asked = request(type_relance="whatsapp")
    jour.prepare(asked)
    ask(relances_url, "UPDATE relances.relance SET telephone = '24166063016'")
    jour.send(asked, *FOURNISSEURS)
    assert jour.reconcile(asked)
    rapport = jour.report(asked)
    assert {row["code"] for row in relances(relances_url)} == {"63016"}
    row = TWILIO["63016"]
    assert row.meaning in rapport
    assert row.cure in rapport
    assert "refusée par le fournisseur" not in rapport


# --- write-back ---


def test_writing_back_again_changes_nothing(relances_url: str, etaxe_url: str) -> None:
    run_day(request())
    before = content(etaxe_url)
    ask(relances_url, "UPDATE relances.relance SET statut_reporte = NULL")
    assert jour.write_back(request()) > 0
    assert content(etaxe_url) == before


def test_a_doubt_is_shown_as_a_failure_being_checked_then_as_what_it_was(
    relances_url: str, etaxe_url: str, provider: Provider
) -> None:
    asked = request()
    jour.prepare(asked)
    jour.send(asked, *FOURNISSEURS)
    doubtful = {row["id"] for row in relances(relances_url) if row["statut"] == "incertaine"}
    assert doubtful
    jour.write_back(asked)
    checking = {id_: row for (id_, _), row in shown(etaxe_url).items() if id_ in doubtful}
    assert {row["statut"] for row in checking.values()} == {"echec"}
    assert all("408, vérification en cours" in row["notes"] for row in checking.values())

    wait_until(lambda: jour.reconcile(asked), "nothing left to reconcile")
    jour.write_back(asked)
    known = {id_: row for (id_, _), row in shown(etaxe_url).items() if id_ in doubtful}
    assert {row["statut"] for row in known.values()} == {"echec"}
    assert all("408 : pas de réponse du fournisseur" in row["notes"] for row in known.values())
    assert [row["id"] for row in known.values()] == [checking[id_]["id"] for id_ in known]


def test_what_an_agent_wrote_beside_our_note_is_kept(relances_url: str, etaxe_url: str) -> None:
    run_day(request())
    ask(etaxe_url, f"UPDATE relance SET notes = notes || E'\\nVu au guichet' WHERE {OURS}")  # noqa: S608
    ask(relances_url, "UPDATE relances.relance SET statut_reporte = NULL")
    jour.write_back(request())
    assert all(row["notes"].endswith("\nVu au guichet") for row in shown(etaxe_url).values())


def test_the_results_of_a_campaign_are_shown_on_its_contacts(
    relances_url: str, etaxe_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    [contact] = ask(
        relances_url,
        "INSERT INTO relances.contact (campagne, telephone, saisie, libelle, montant_du, echeance) "
        "VALUES ('rentree', '24177000000', '077000000', 'Taxe', 15000, %(day)s) RETURNING id::text",
        day=TODAY,
    )
    stage_relances(relances_url, 1, source="contacts")
    ask(relances_url, "UPDATE relances.relance SET statut = 'echec', code = '408', close_le = now()")
    ask(relances_url, "UPDATE relances.relance_creance SET creance_id = %(id)s", id=contact["id"])
    monkeypatch.delenv("AIRFLOW_CONN_ETAXE_DB")  # it has nothing to do with them
    assert jour.write_back(request()) == 1
    assert ask(relances_url, "SELECT statut FROM relances.contact") == [{"statut": "echec"}]
    assert jour.write_back(request()) == 0


# --- lots ---


def test_lots_share_out_what_waits_evenly_without_a_gap_or_an_overlap(relances_url: str) -> None:
    jour.prepare(request())
    ids = [row["id"] for row in relances(relances_url)]
    with psycopg.connect(relances_url, autocommit=True) as connection:
        lots = Lots(connection).plan(Executions(connection).get("passage-1"), "ventis", 7, 1_000)
    shares = [[id_ for id_ in ids if lot.premier <= id_ <= lot.dernier] for lot in lots]
    assert [id_ for share in shares for id_ in share] == ids
    sizes = [len(share) for share in shares]
    assert len(lots) == ceil(len(ids) / 7)
    assert max(sizes) <= 7
    assert max(sizes) - min(sizes) <= 1


def test_a_lot_that_is_not_there_says_which_task_counts_them(relances_url: str) -> None:
    stage_relances(relances_url, 2)
    with pytest.raises(Blocked, match="le lot ventis 900-901 n'existe pas pour ce passage") as refused:
        jour.send_lot(request(), "ventis", 900, 901)
    assert "plan_ventis" in one_sentence(refused.value)
    assert statuts(relances_url) == {"en_attente": 2}


def test_there_are_never_more_lots_than_airflow_maps_a_task_over(relances_url: str) -> None:
    jour.prepare(request())
    with psycopg.connect(relances_url, autocommit=True) as connection:
        lots = Lots(connection).plan(Executions(connection).get("passage-1"), "ventis", 1, 4)
    assert len(lots) == 4
    assert (lots[0].premier, lots[-1].dernier) == (relances(relances_url)[0]["id"], relances(relances_url)[-1]["id"])


def test_a_day_without_anything_to_send_has_no_lot(relances_url: str) -> None:
    jour.extract(request(jours_retard_min=3000))
    jour.validate(request(jours_retard_min=3000))
    assert jour.create_relances(request(jours_retard_min=3000)) == 0
    assert jour.plan_lots(request(jours_retard_min=3000), "ventis") == []


# --- what stops a run ---


@pytest.mark.parametrize(
    ("wrong", "cure"),
    [
        ({"client_id": "inconnu"}, "client_id"),
        ({"realm": "Inconnu"}, "realm"),
        ({"sender": ""}, "sender"),
        ({"timeout": "vite"}, "timeout"),
        ({"host": "messaging.ventis.group"}, "host"),
    ],
)
def test_a_wrong_connection_is_named_before_anything_is_done(
    relances_url: str, connect: Connect, wrong: dict[str, object], cure: str
) -> None:
    connect(**wrong)
    with pytest.raises(Misconfigured) as refused:
        jour.check_providers(request())
    assert cure in one_sentence(refused.value)
    assert "ventis_default" in str(refused.value)


def test_a_provider_out_of_reach_may_be_tried_again(connect: Connect) -> None:
    connect(keycloak_host="http://127.0.0.1:9")
    with pytest.raises(TryLater) as refused:
        jour.check_providers(request())
    assert "keycloak_host" in one_sentence(refused.value)


@pytest.mark.parametrize("wrong", [{"sender": ""}, {"account_id": "inconnu"}, {"oauth_host": "http://127.0.0.1:9"}])
def test_a_second_fournisseur_that_is_not_ready_does_not_stop_the_day(
    connect: Connect, caplog: pytest.LogCaptureFixture, wrong: dict[str, str]
) -> None:
    connect("zoom", **wrong)
    jour.check_providers(request())
    [told] = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert told.startswith("zoom n'est pas prêt, le passage continue")
    assert "zoom_default" in told
    with pytest.raises((Misconfigured, TryLater)):
        jour.check_providers(request(fournisseur="zoom"))


def test_a_simulation_needs_no_provider(connect: Connect) -> None:
    connect(keycloak_host="http://127.0.0.1:9")
    jour.check_providers(request(simulation=True))


TASKS: dict[str, tuple[str, Callable[[Request], object]]] = {
    "extract from": ("ETAXE", jour.extract),
    "extract to": ("RELANCES", jour.extract),
    "create": ("RELANCES", jour.create_relances),
    "report": ("RELANCES", jour.report),
}


@pytest.mark.parametrize(("database", "task"), TASKS.values(), ids=TASKS)
def test_a_database_out_of_reach_is_named_and_may_be_tried_again(
    monkeypatch: pytest.MonkeyPatch, relances_url: str, database: str, task: Callable[[Request], object]
) -> None:
    known = postgres_connection(relances_url)
    monkeypatch.setenv(f"AIRFLOW_CONN_{database}_DB", known.replace('"schema": "relances_', '"schema": "perdue_'))
    with pytest.raises(TryAgain) as refused:
        task(request())
    message = one_sentence(refused.value)
    assert message.startswith(f"base {database.lower()}_db injoignable : ")
    assert "perdue_" in message


def test_a_tax_application_out_of_reach_is_named_when_there_is_something_to_show_in_it(
    monkeypatch: pytest.MonkeyPatch, relances_url: str, etaxe_url: str
) -> None:
    known = postgres_connection(etaxe_url)
    monkeypatch.setenv("AIRFLOW_CONN_ETAXE_DB", known.replace('"schema": "etaxe_', '"schema": "perdue_'))
    assert jour.write_back(request()) == 0
    stage_relances(relances_url, 1)
    ask(relances_url, "UPDATE relances.relance SET statut = 'echec', code = '408', close_le = now()")
    with pytest.raises(TryAgain, match="base etaxe_db injoignable"):
        jour.write_back(request())


def test_an_unknown_option_of_a_connection_is_named(monkeypatch: pytest.MonkeyPatch, relances_url: str) -> None:
    known = postgres_connection(relances_url)
    monkeypatch.setenv("AIRFLOW_CONN_ETAXE_DB", known.replace("{", '{"extra": {"sslmod": "require"}, ', 1))
    with pytest.raises(Blocked) as refused:
        steps.extract(installation(), request())
    assert "connexion etaxe_db" in one_sentence(refused.value)
    assert "sslmod" in str(refused.value)


def test_a_task_before_its_extraction_says_which_to_run(relances_url: str) -> None:
    with pytest.raises(Blocked) as refused:
        jour.create_relances(request("jamais-extrait"))
    assert "le passage jamais-extrait n'a rien extrait : relancez d'abord la tâche extract" in one_sentence(
        refused.value
    )


def test_an_equation_that_does_not_hold_makes_the_run_red(relances_url: str) -> None:
    jour.prepare(request())
    ask(relances_url, "DELETE FROM relances.exclusion WHERE rang = (SELECT min(rang) FROM relances.exclusion)")
    with pytest.raises(Blocked, match="le bilan n'est pas équilibré"):
        jour.report(request())
    stored = ask(relances_url, "SELECT equilibre, rapport FROM relances.execution")[0]
    assert not stored["equilibre"]
    assert "NON TRAITÉES" in stored["rapport"]


def test_the_report_s_exclusions_are_those_of_the_ledger(relances_url: str) -> None:
    jour.prepare(request())
    jour.report(request())
    told = ask(relances_url, "SELECT bilan -> 'lignes' AS lignes FROM relances.execution")[0]["lignes"]
    counted = Counter(row["code"] for row in ask(relances_url, "SELECT code FROM relances.exclusion"))
    assert {line["code"]: line["creances"] for line in told if line["place"] == "exclue"} == counted
    assert len(counted) >= 5
