"""The stop button: everything stops within seconds, whoever sends, and resumes without loss."""

import asyncio
import os
from datetime import UTC, datetime, timedelta

import pytest

from relances.rules.arret import Action
from relances.rules.errors import Blocked
from relances.sending.traffic import Halte
from tests import jour
from tests.integration.asked import act
from tests.integration.conftest import Connect
from tests.integration.invariants import invariants
from tests.integration.provider import Provider, seen, send
from tests.integration.staged import stage_relances
from tests.integration.world import ask, request, statuts
from tests.jour import Waits
from tests.support import one_sentence

pytestmark = pytest.mark.usefixtures("connect")


async def test_whoever_sends_stops_within_seconds_and_goes_on_later(
    relances_url: str, provider: Provider, connect: Connect
) -> None:
    connect(max_in_flight=2)
    provider.upset(latency_ms=100)
    stage_relances(relances_url, 400)
    workers = [asyncio.create_task(send(relances_url)) for _ in range(2)]
    await seen(provider.ledger, "a first message")
    await asyncio.to_thread(act, Action.ARRETER, None)
    stopped_at = datetime.now(UTC)
    reports = await asyncio.gather(*workers)
    [row] = ask(relances_url, "SELECT max(commencee_le) AS latest FROM relances.tentative")
    assert row["latest"] < stopped_at + timedelta(seconds=5)  # one or two, and a busy machine
    assert {report.halte for report in reports} == {Halte.ARRETEE}
    assert statuts(relances_url).keys() == {"envoyee", "en_attente"}

    provider.upset()
    await asyncio.to_thread(act, Action.REPRENDRE, None)
    await send(relances_url)
    assert statuts(relances_url) == {"envoyee": 400}
    invariants(relances_url, provider.ledger())


def test_while_all_is_stopped_a_lot_claims_nothing_asks_nobody_and_comes_back(
    relances_url: str, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage_relances(relances_url, 2)
    act(Action.ARRETER, None)
    etaxe = os.environ["AIRFLOW_CONN_ETAXE_DB"]
    monkeypatch.delenv("AIRFLOW_CONN_ETAXE_DB")  # nor are balances read for nothing
    with pytest.raises(Waits):
        jour.send_lot(request(), "ventis", 1, 10**9)
    jour.reconcile_every_run()
    assert ask(relances_url, "SELECT * FROM relances.tentative") == []
    assert provider.requests() == 0
    monkeypatch.setenv("AIRFLOW_CONN_ETAXE_DB", etaxe)
    act(Action.REPRENDRE, None)
    assert jour.send_lot(request(), "ventis", 1, 10**9) == {"envoyee": 2}


def test_one_fournisseur_is_stopped_alone(relances_url: str) -> None:
    stage_relances(relances_url, 1)
    ventis, zoom, _ = act(Action.ARRETER, "zoom")
    assert (ventis, "zoom : ARRÊTÉ" in zoom) == ("ventis : n'a jamais servi — never used", True)
    assert jour.send_lot(request(), "ventis", 1, 10**9) == {"envoyee": 1}


def test_stopping_twice_keeps_the_time_of_the_first(relances_url: str) -> None:
    first = act(Action.ARRETER, "ventis")
    ask(relances_url, "UPDATE relances.voie SET arretee_le = arretee_le - interval '1 hour'")
    assert act(Action.ARRETER, "ventis") != first
    assert act(Action.VOIR, None) == act(Action.ARRETER, "ventis")


def test_to_resume_also_ends_a_suspension(relances_url: str) -> None:
    stage_relances(relances_url, 1)
    ask(
        relances_url,
        "INSERT INTO relances.voie (fournisseur, suspendue_jusqu_au, suspensions, motif) "
        "VALUES ('ventis', now() + interval '1 hour', 7, 'panne')",
    )
    assert "en panne, suspendu jusqu'au" in act(Action.VOIR, None)[0]
    assert act(Action.REPRENDRE, "ventis")[0] == "ventis : ouvert — open ; 1 relance en attente"
    assert jour.send_lot(request(), "ventis", 1, 10**9) == {"envoyee": 1}


def test_an_unknown_fournisseur_is_refused_in_one_sentence(relances_url: str) -> None:
    with pytest.raises(Blocked, match="fournisseur inconnu : orange") as refused:
        act(Action.ARRETER, "orange")
    assert one_sentence(refused.value)
    assert ask(relances_url, "SELECT * FROM relances.voie") == []
