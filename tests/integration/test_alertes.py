"""Alerts as a webhook receives them, over real HTTP; and what becomes of the others when it does not."""

import asyncio
import json
import logging
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from relances.orchestration import alertes, callbacks, webhook
from relances.rules.alertes import Resume
from relances.services.alertes import Doubles, VoieSuspendue
from relances.store.alertes import Alertes
from relances.store.executions import Executions
from relances_providers.errors import Misconfigured
from relances_providers.http import webhook as webhook_hook
from tests import jour
from tests.chat import TOKEN, Chat, running_chat
from tests.integration.conftest import Connect
from tests.integration.provider import Provider
from tests.integration.staged import stage_relances
from tests.integration.world import let_time_pass, request
from tests.jour import Waits
from tests.providers.certificates import write_self_signed
from tests.support import closed_days, gabonese_numbers, postgres_connection, write_policy

LATE_RUN = {
    "dag_id": "relances_quotidiennes",
    "dag_run_id": "scheduled__2026",
    "state": "running",
    "queued_at": "2026-03-02T07:00:00Z",
}


@pytest.fixture
def chat() -> Iterator[Chat]:
    with running_chat() as chat:
        yield chat


@pytest.fixture
def connected(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> Chat:
    """The connection, to that webhook."""
    monkeypatch.setenv("AIRFLOW_CONN_ALERTES", chat.connection(**{"X-Jeton": "entete-secret"}))
    return chat


@pytest.fixture
def closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A policy that lets nothing leave today."""
    monkeypatch.setenv("RELANCES_POLITIQUE", str(write_policy(tmp_path / "politique.toml", closed_days())))


def connect_to(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_ALERTES", json.dumps({"conn_type": "chat_webhook", "password": address}))


def pause(fournisseur: str = "ventis") -> None:
    alertes.alerter(VoieSuspendue(fournisseur, "12 réponses 503 sur 20", None))


def test_an_alert_is_one_post_of_a_text_to_the_whole_address(connected: Chat) -> None:
    pause()

    [(path, body, headers)] = connected.received
    assert path == TOKEN
    assert headers["Content-Type"] == "application/json"
    assert headers["X-Jeton"] == "entete-secret"
    assert list(json.loads(body)) == ["text"]
    assert "la voie ventis est suspendue" in connected.texts()[0]


def test_without_the_connection_there_is_no_word(chat: Chat, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    pause()
    alertes.alerter(Doubles([1]))

    assert chat.received == []
    assert caplog.text == ""


def test_what_an_alert_says_is_not_looked_up_for_nobody() -> None:
    asked = list[str]()
    webhook.tell(lambda: asked.append("figures"), 30)

    assert asked == []


def test_no_relance_sent_twice_is_no_alert(connected: Chat) -> None:
    alertes.alerter(Doubles([]))
    assert connected.received == []

    alertes.alerter(Doubles([3]))
    assert "DEUX FOIS" in connected.texts()[0]


@pytest.mark.parametrize("status", [302, 404, 500])
def test_a_webhook_that_refuses_is_logged_without_its_address(
    connected: Chat, status: int, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    connected.status = status
    pause()

    assert len(connected.received) == 1
    assert f"alerte non remise (HTTP {status})" in caplog.text
    assert_discreet(caplog, capsys)


def test_a_webhook_that_is_down_is_logged_without_its_address(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as nobody:  # bound, and listening to no one
        nobody.bind(("127.0.0.1", 0))
        connect_to(monkeypatch, f"http://127.0.0.1:{nobody.getsockname()[1]}{TOKEN}")
        pause()

    assert "alerte non remise (ConnectionError)" in caplog.text
    assert_discreet(caplog, capsys)


def test_a_webhook_nobody_vouches_for_is_told_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with running_chat(write_self_signed(tmp_path / "chat.pem")) as stranger:
        monkeypatch.setenv("AIRFLOW_CONN_ALERTES", stranger.connection())
        pause()

    assert stranger.received == []
    assert "alerte non remise (SSLError)" in caplog.text


def test_a_connection_that_has_the_address_in_its_host_still_serves(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_ALERTES", chat.older_connection(**{"X-Jeton": "entete-secret"}))
    pause()

    [(path, _, headers)] = chat.received
    assert path == TOKEN
    assert headers["X-Jeton"] == "entete-secret"


@pytest.mark.parametrize(
    "address", ["http://chat.invalid" + TOKEN, "http://10.0.0.7" + TOKEN, "http://127.0.0.1.invalid" + TOKEN]
)
def test_an_alert_does_not_leave_the_machine_unencrypted(
    address: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    connect_to(monkeypatch, address)
    pause()

    assert "alerte non remise (l'adresse n'est pas en https" in caplog.text


@pytest.mark.parametrize("address", ["", "pigeon://rue" + TOKEN, "http://[" + TOKEN, "http://127.0.0.1:x" + TOKEN])
def test_an_address_that_is_none_is_logged_without_it(
    address: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    connect_to(monkeypatch, address)
    pause()

    assert "alerte non remise (" in caplog.text
    assert_discreet(caplog, capsys)


def test_a_webhook_that_keeps_waiting_is_left(
    connected: Chat, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(webhook_hook, "_ANSWER_SECONDS", 0.2)
    connected.open.clear()
    pause()

    assert connected.received == []
    assert "alerte non remise (ReadTimeout)" in caplog.text


def test_whatever_lasts_a_task_goes_on_when_its_time_is_over(connected: Chat, caplog: pytest.LogCaptureFixture) -> None:
    release = threading.Event()
    begun = time.monotonic()
    webhook.tell(lambda: str(release.wait(30)), 0.1)
    release.set()

    assert time.monotonic() - begun < 10
    assert "alerte non remise (TimeoutError)" in caplog.text


def test_at_most_verbose_the_address_is_masked(connected: Chat) -> None:
    from airflow.sdk.log import redact  # type: ignore[attr-defined]  # as Airflow's own tasks do

    pause()

    assert redact(f"POST {TOKEN} HTTP/1.1") == "POST *** HTTP/1.1"


def test_a_late_run_tells_what_waits(connected: Chat, relances_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_RELANCES_DB", postgres_connection(relances_url))
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", "https://airflow.example/")
    stage_relances(relances_url, 3)

    asyncio.run(callbacks.run_late({"dag_run": LATE_RUN}))

    [text] = connected.texts()
    assert "depuis le 02/03/2026 à 08:00" in text
    assert "Relances en attente : ventis 3\n" in text
    assert text.endswith("https://airflow.example/dags/relances_quotidiennes/runs/scheduled__2026")


@pytest.mark.usefixtures("closed")
def test_a_run_whose_relances_wait_for_the_window_is_not_late(
    connected: Chat, relances_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_RELANCES_DB", postgres_connection(relances_url))
    stage_relances(relances_url, 3)

    asyncio.run(callbacks.run_late({"dag_run": LATE_RUN}))

    assert connected.received == []


@pytest.mark.usefixtures("closed")
def test_a_run_that_has_prepared_nothing_is_late_whatever_the_window(
    connected: Chat, relances_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_RELANCES_DB", postgres_connection(relances_url))

    asyncio.run(callbacks.run_late({"dag_run": LATE_RUN}))

    assert len(connected.received) == 1


@pytest.mark.parametrize("state", ["failed", "success"])
def test_a_run_that_has_ended_is_late_no_more(connected: Chat, state: str) -> None:
    asyncio.run(callbacks.run_late({"dag_run": {**LATE_RUN, "state": state}}))

    assert connected.received == []


def test_an_alert_goes_without_the_figures_of_a_database_that_is_down(
    connected: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_RELANCES_DB", postgres_connection("postgresql://postgres@127.0.0.1:1/relances"))

    asyncio.run(callbacks.run_late({"dag_run": LATE_RUN}))

    assert "Relances en attente : inconnues" in connected.texts()[0]


@pytest.mark.parametrize("equilibre", [True, False])
def test_what_a_report_told_is_told_again(relances: psycopg.Connection, equilibre: bool) -> None:
    executions = Executions(relances)
    places = [("envoyee", 5), ("envoyee", 2), ("exclue", 0)]
    bilan = {"lignes": [{"place": place, "relances": count, "montant": "1"} for place, count in places]}
    execution = executions.open(request("passage-1"), "dettes")
    executions.close(execution, equilibre=equilibre, bilan=bilan, rapport="…")

    assert Alertes(relances).told("passage-1") == Resume(equilibre, {"envoyee": 7, "exclue": 0})


def test_a_report_of_nothing_is_a_report(relances: psycopg.Connection) -> None:
    executions = Executions(relances)
    execution = executions.open(request("passage-1"), "dettes")
    executions.close(execution, equilibre=True, bilan={"lignes": []}, rapport="…")

    assert Alertes(relances).told("passage-1") == Resume(equilibre=True, relances={})


def test_before_its_report_a_run_has_told_nothing(relances: psycopg.Connection) -> None:
    Executions(relances).open(request("passage-1"), "dettes")

    assert Alertes(relances).told("passage-1") is None
    assert Alertes(relances).told("passage-2") is None


def assert_discreet(caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing of the address is written anywhere: the hook of Airflow logs to standard output."""
    written = capsys.readouterr()
    for secret in ("T0SECRET", "JETON", "introuvable"):
        assert secret not in caplog.text + written.out + written.err


def fall_down(relances_url: str, provider: Provider) -> None:
    """A lot in vain, and the pause that comes of it."""
    provider.upset({"fault": "http_503_before"})
    with pytest.raises(Waits):
        jour.send_lot(request(), "ventis", 1, 10**9)
    let_time_pass(relances_url, 90)


def test_a_fournisseur_that_falls_down_is_told_once_while_it_is(
    connected: Chat, relances_url: str, provider: Provider, connect: Connect
) -> None:
    stage_relances(relances_url, 8)
    for _ in range(2):  # the second time its pause is over: one more call, in vain
        fall_down(relances_url, provider)
    [text] = connected.texts()
    assert "la voie ventis est suspendue" in text
    assert gabonese_numbers(text) == []


def test_a_fournisseur_that_is_back_is_told_once_too(
    connected: Chat, relances_url: str, provider: Provider, connect: Connect
) -> None:
    stage_relances(relances_url, 8)
    fall_down(relances_url, provider)
    provider.upset()
    for _ in range(2):
        stage_relances(relances_url, 40)
        jour.send_lot(request(), "ventis", 1, 10**9)
    _, text = connected.texts()
    assert "la voie ventis envoie de nouveau" in text
    assert gabonese_numbers(text) == []


def test_a_setting_that_stops_a_lane_is_told_with_its_cure(
    connected: Chat, relances_url: str, provider: Provider, connect: Connect
) -> None:
    stage_relances(relances_url, 2)
    provider.upset({"fault": "wrong_sender"})
    with pytest.raises(Misconfigured):
        jour.send_lot(request(), "ventis", 1, 10**9)
    [text] = connected.texts()
    assert "la voie ventis est suspendue" in text
    assert "sender de la connexion ventis_default" in text
