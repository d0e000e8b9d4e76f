"""Days and hours of sending, relances that were not sent in time, and silence asked for since they were made."""

import asyncio
import logging
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from relances.orchestration.jour import come_back
from relances.policy.politique import load_policy
from relances.rules.fenetre import LIBREVILLE
from relances.rules.models import Statut
from relances.sending.phases import Halte
from relances.sending.worker import LotSender, lease
from relances.store.sending import LotStore
from relances_providers.ventis.hook import VentisHook
from tests import jour
from tests.integration.asked import message_test
from tests.integration.conftest import Connect
from tests.integration.invariants import invariants
from tests.integration.provider import Provider, lot, seen, send
from tests.integration.staged import stage_relances
from tests.integration.test_reconciliation import put_off
from tests.integration.world import ask, let_time_pass, request, statuts
from tests.jour import Waits
from tests.support import closed_days, write_policy

ENVOI = load_policy().envoi
EVENING = datetime(2026, 11, 20, 18, 59, tzinfo=LIBREVILLE)
CLOSING = datetime(2026, 11, 20, 19, tzinfo=LIBREVILLE)

pytestmark = pytest.mark.usefixtures("connect")


@pytest.fixture
def closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A policy that lets nothing leave today, nor tomorrow."""
    file = write_policy(tmp_path / "politique.toml", closed_days())
    monkeypatch.setenv("RELANCES_POLITIQUE", str(file))
    return file


# --- the window ---


@pytest.mark.usefixtures("closed")
def test_outside_the_window_a_lot_comes_back_at_the_next_opening(
    relances_url: str, provider: Provider, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stage_relances(relances_url, 3)
    monkeypatch.delenv("AIRFLOW_CONN_ETAXE_DB")  # nor are balances read for nothing
    with caplog.at_level(logging.INFO), pytest.raises(Waits) as waits:
        jour.send_lot(request(), "ventis", 1, 10**9)
    with caplog.at_level(logging.INFO):
        rescheduled = come_back("ventis", waits.value.attente)
    opening = rescheduled.reschedule_date.astimezone(LIBREVILLE)
    assert timedelta(days=2) < opening - datetime.now(UTC) <= timedelta(days=3)
    assert opening.time() == time.min
    assert (
        f"ventis : hors des heures d'envoi ; le reste du lot attend et revient le {opening:%d/%m/%Y} à 00:00"
        in caplog.text
    )
    assert statuts(relances_url) == {"en_attente": 3}
    assert provider.stats()["requests"] == {}


def test_when_it_comes_back_a_lot_is_sent(relances_url: str, provider: Provider, closed: Path) -> None:
    stage_relances(relances_url, 3)
    with pytest.raises(Waits):
        jour.send_lot(request(), "ventis", 1, 10**9)
    write_policy(closed)
    assert jour.send_lot(request(), "ventis", 1, 10**9) == {"envoyee": 3}
    invariants(relances_url, provider.ledger())


async def test_when_the_window_closes_calls_in_flight_end_and_the_rest_waits(
    relances_url: str, provider: Provider, connect: Connect
) -> None:
    connect(max_in_flight=4)
    provider.upset(latency_ms=300)
    stage_relances(relances_url, 40)
    hook, moment = VentisHook(), [EVENING]
    store = LotStore(relances_url, lot(), lease(hook.limits), hook.account, ENVOI.expiration_heures)
    async with hook.open() as sender, store:
        worker = LotSender(store, sender, hook.limits, ENVOI, fermeture=CLOSING, clock=lambda: moment[-1])
        sending = asyncio.create_task(worker.run())
        await seen(provider.ledger, "a first message")
        moment.append(EVENING + timedelta(minutes=1))
        report = await sending
    sent = len(provider.ledger())
    assert (report.halte, report.statuts) == (Halte.FERMEE, {Statut.ENVOYEE: sent})
    assert statuts(relances_url) == {"envoyee": sent, "en_attente": 40 - sent}
    assert sent < 40

    assert (await send(relances_url)).halte is None
    assert statuts(relances_url) == {"envoyee": 40}
    invariants(relances_url, provider.ledger())


async def test_a_lot_that_begins_after_closing_time_claims_nothing(relances_url: str, provider: Provider) -> None:
    stage_relances(relances_url, 2)
    hook, late = VentisHook(), EVENING + timedelta(minutes=1)
    store = LotStore(relances_url, lot(), lease(hook.limits), hook.account, ENVOI.expiration_heures)
    async with hook.open() as sender, store:
        report = await LotSender(store, sender, hook.limits, ENVOI, fermeture=CLOSING, clock=lambda: late).run()
    assert (report.halte, report.statuts) == (Halte.FERMEE, {})
    assert statuts(relances_url) == {"en_attente": 2}


async def test_a_lot_that_ends_by_closing_time_is_not_cut_short(relances_url: str, provider: Provider) -> None:
    stage_relances(relances_url, 2)
    hook = VentisHook()
    store = LotStore(relances_url, lot(), lease(hook.limits), hook.account, ENVOI.expiration_heures)
    async with hook.open() as sender, store:
        report = await LotSender(store, sender, hook.limits, ENVOI, fermeture=CLOSING, clock=lambda: EVENING).run()
    assert (report.halte, report.statuts) == (None, {Statut.ENVOYEE: 2})


def test_retries_wait_for_the_window_and_no_run_waits_for_them(
    relances_url: str, provider: Provider, closed: Path, caplog: pytest.LogCaptureFixture
) -> None:
    put_off(relances_url, provider, 40)
    let_time_pass(relances_url, 41)
    with caplog.at_level(logging.INFO):
        jour.reconcile_every_run()
        assert jour.reconcile(request())
    told = [record for record in caplog.records if "les reprises attendent" in record.getMessage()]
    assert [record.levelno for record in told] == [logging.INFO] * 2
    assert provider.ledger() == []

    write_policy(closed)
    jour.reconcile_every_run()
    assert statuts(relances_url) == {"envoyee": 1, "en_attente": 1}


@pytest.mark.usefixtures("closed")
def test_what_is_in_doubt_is_waited_for_at_any_hour(relances_url: str, provider: Provider) -> None:
    stage_relances(relances_url, 1)
    provider.upset({"fault": "http_502_after"})
    asyncio.run(send(relances_url))
    assert not jour.reconcile(request())


@pytest.mark.usefixtures("closed")
def test_the_demonstration_sends_at_any_hour(
    relances_url: str, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage_relances(relances_url, 1)
    monkeypatch.setenv("RELANCES_DEMONSTRATION", "1")
    assert jour.send_lot(request(), "ventis", 1, 10**9) == {"envoyee": 1}


@pytest.mark.usefixtures("closed")
def test_a_test_message_leaves_at_any_hour(provider: Provider) -> None:
    message_test("ventis", "+24174123456", "Bonjour")
    assert len(provider.ledger()) == 1


# --- not sent in time ---


def grow_old(url: str, relance_id: int, heures: int) -> None:
    ask(
        url,
        "UPDATE relances.relance SET creee_le = now() - make_interval(hours => %(h)s) WHERE id = %(id)s",
        h=heures,
        id=relance_id,
    )


def endings(url: str) -> list[tuple[str, str | None, str | None]]:
    rows = ask(url, "SELECT statut, code, motif FROM relances.relance ORDER BY id")
    return [(row["statut"], row["code"], row["motif"]) for row in rows]


async def test_what_was_not_sent_in_time_is_called_off_rather_than_sent_late(
    relances_url: str, provider: Provider
) -> None:
    late, in_time = stage_relances(relances_url, 2)
    grow_old(relances_url, late, ENVOI.expiration_heures)
    grow_old(relances_url, in_time, ENVOI.expiration_heures - 1)
    await send(relances_url)
    assert endings(relances_url) == [("annulee", "expiree", "pas partie à temps"), ("envoyee", None, None)]
    assert len(provider.ledger()) == 1
    invariants(relances_url, provider.ledger())


def test_what_was_tried_in_time_is_sent_again_however_old_it_is(relances_url: str, provider: Provider) -> None:
    put_off(relances_url, provider, 40)
    let_time_pass(relances_url, 41)
    grow_old(relances_url, 1, ENVOI.expiration_heures + 1)
    jour.reconcile_every_run()
    assert [statut for statut, _, _ in endings(relances_url)] == ["envoyee", "en_attente"]


@pytest.mark.usefixtures("closed")
def test_a_pass_calls_off_all_that_expired_at_any_hour(relances_url: str, provider: Provider) -> None:
    late, _ = stage_relances(relances_url, 2)
    grow_old(relances_url, late, ENVOI.expiration_heures)
    jour.reconcile_every_run()
    assert [code for _, code, _ in endings(relances_url)] == ["expiree", None]


async def test_a_pass_calls_off_nothing_that_is_being_sent(relances_url: str, provider: Provider) -> None:
    [taken] = stage_relances(relances_url, 1)
    async with LotStore(relances_url, lot(), 60, "compte", ENVOI.expiration_heures) as store:
        await store.exchange((), 1)
        grow_old(relances_url, taken, ENVOI.expiration_heures)
        await asyncio.to_thread(jour.reconcile_every_run)
    assert statuts(relances_url) == {"en_cours": 1}


# --- silence wanted ---


async def test_who_asked_for_silence_since_gets_nothing_under_any_number(relances_url: str, provider: Provider) -> None:
    stage_relances(relances_url, 3)
    ask(relances_url, "INSERT INTO relances.opposition (source, contribuable_id) VALUES ('collecte_taxe', '1')")
    await send(relances_url)
    wanted = ("annulee", "opposition", "le contribuable a demandé de ne plus lui écrire")
    assert endings(relances_url)[1] == wanted
    assert statuts(relances_url) == {"envoyee": 2, "annulee": 1}
    assert len(provider.ledger()) == 2
    invariants(relances_url, provider.ledger())


async def test_the_silence_of_another_source_s_contribuable_is_another_s(relances_url: str, provider: Provider) -> None:
    stage_relances(relances_url, 1)
    ask(relances_url, "INSERT INTO relances.opposition (source, contribuable_id) VALUES ('contacts', '0')")
    await send(relances_url)
    assert statuts(relances_url) == {"envoyee": 1}
