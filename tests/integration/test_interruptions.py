"""Workers frozen, killed or asked to stop, a database that goes away: nothing is lost, nothing is sent twice."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from time import monotonic

import psutil
import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from relances.local.postgres import EmbeddedPostgres
from relances.rules.models import Statut
from relances.rules.outcomes import Issue, Reglement
from relances.sending.crew import call
from relances.store.incertaines import Incertaines
from relances.store.sending import Claim, LotStore
from relances_providers.errors import TOO_LATE, TryLater
from relances_providers.ventis.hook import VentisHook
from tests import jour
from tests.integration.conftest import Connect
from tests.integration.invariants import invariants
from tests.integration.lossy import losing_the_answer_to
from tests.integration.provider import Provider, lot, seen, send
from tests.integration.sending_process import REPOSITORY, sending_process
from tests.integration.staged import stage_relances
from tests.integration.world import ask, let_time_pass, request, statuts
from tests.support import PATIENCE_SECONDS, wait_until

ACCEPTED = Reglement(Statut.ENVOYEE, Issue.ACCEPTEE, reference="uuid")

pytestmark = pytest.mark.usefixtures("connect")


def relance(url: str) -> tuple[object, ...]:
    row = ask(url, "SELECT statut, reference, code FROM relances.relance")[0]
    return tuple(row.values())


# --- claims outlived ---


async def test_an_outcome_that_comes_too_late_is_kept_in_the_journal_alone(
    relances_url: str, relances: psycopg.Connection
) -> None:
    stage_relances(relances_url, 1)
    async with LotStore(relances_url, lot(), 60, "compte", 72) as store:
        claims = await store.exchange((), 1)
        let_time_pass(relances_url)
        assert Incertaines(relances).rescue(100) == 1
        await store.exchange([(claims[0], ACCEPTED)], 0)
    assert relance(relances_url) == ("incertaine", None, "bail_expire")
    call = ask(relances_url, "SELECT issue, reference FROM relances.tentative")
    assert call == [{"issue": "acceptee", "reference": "uuid"}]


LATE = {
    "accepted": (ACCEPTED, ("envoyee", "uuid", None)),
    "refused": (Reglement(Statut.ECHEC, Issue.REFUSEE, "1005"), ("echec", None, "1005")),
    "put off": (Reglement(Statut.EN_ATTENTE, Issue.REPORTEE, "429"), ("en_attente", None, "429")),
    "never made": (Reglement(Statut.EN_ATTENTE, Issue.NON_ENVOYEE), ("en_attente", None, None)),
    "without an answer": (Reglement(Statut.INCERTAINE, Issue.INCONNUE, "408"), ("incertaine", None, "bail_expire")),
}


@pytest.mark.parametrize("outcome", LATE)
async def test_a_doubt_ends_as_the_journal_says_its_call_did(
    relances_url: str, relances: psycopg.Connection, outcome: str
) -> None:
    reglement, expected = LATE[outcome]
    stage_relances(relances_url, 1)
    async with LotStore(relances_url, lot(), 60, "compte", 72) as store:
        claims = await store.exchange((), 1)
        let_time_pass(relances_url)
        Incertaines(relances).rescue(100)
        await store.exchange([(claims[0], reglement)], 0)
    Incertaines(relances).resolve_from_journal(100)
    assert relance(relances_url) == expected
    assert Incertaines(relances).resolve_from_journal(100) == 0


@pytest.mark.parametrize(("hours", "statut"), [(23, "envoyee"), (25, "echec")])
async def test_a_proof_that_comes_after_the_408_counts_for_a_day(
    relances_url: str, relances: psycopg.Connection, hours: int, statut: str
) -> None:
    stage_relances(relances_url, 1)
    async with LotStore(relances_url, lot(), 60, "compte", 72) as store:
        claims = await store.exchange((), 1)
        let_time_pass(relances_url)
        Incertaines(relances).rescue(100)
        let_time_pass(relances_url)
        assert Incertaines(relances).close(60, 100, of="ventis") == 1
        await store.exchange([(claims[0], ACCEPTED)], 0)
    ask(relances_url, "UPDATE relances.relance SET close_le = close_le - make_interval(hours => %(h)s)", h=hours)
    Incertaines(relances).resolve_from_journal(100)
    assert relance(relances_url)[0] == statut


async def test_a_doubt_whose_call_never_ended_stays_one(relances_url: str, relances: psycopg.Connection) -> None:
    stage_relances(relances_url, 1)
    async with LotStore(relances_url, lot(), 60, "compte", 72) as store:
        await store.exchange((), 1)
    let_time_pass(relances_url)
    Incertaines(relances).rescue(100)
    assert Incertaines(relances).resolve_from_journal(100) == 0
    assert relance(relances_url) == ("incertaine", None, "bail_expire")


async def test_a_claim_is_not_rescued_before_its_lease_is_over(relances_url: str, relances: psycopg.Connection) -> None:
    stage_relances(relances_url, 1)
    async with LotStore(relances_url, lot(), 60, "compte", 72) as store:
        await store.exchange((), 1)
        let_time_pass(relances_url, 30)
        assert Incertaines(relances).rescue(100) == 0
        let_time_pass(relances_url, 31)
        assert Incertaines(relances).rescue(100) == 1


async def test_a_worker_cannot_settle_what_another_has_claimed_since(relances_url: str) -> None:
    stage_relances(relances_url, 1)
    slow, quick = (LotStore(relances_url, lot(), 60, "compte", 72) for _ in range(2))
    async with slow, quick:
        old = await slow.exchange((), 1)
        ask(
            relances_url,
            "UPDATE relances.relance SET statut = 'en_attente', proprietaire = NULL, bail_jusqu_au = NULL",
        )
        new = await quick.exchange((), 1)
        await slow.exchange([(old[0], ACCEPTED)], 0)
        assert relance(relances_url)[0] == "en_cours"
        await quick.exchange([(new[0], Reglement(Statut.ECHEC, Issue.REFUSEE, "1005"))], 0)
    assert relance(relances_url) == ("echec", None, "1005")


async def test_settling_twice_changes_nothing(relances_url: str) -> None:
    stage_relances(relances_url, 1)
    async with LotStore(relances_url, lot(), 60, "compte", 72) as store:
        claims = await store.exchange((), 1)
        await store.exchange([(claims[0], ACCEPTED)], 0)
        await store.exchange([(claims[0], Reglement(Statut.ECHEC, Issue.REFUSEE, "1005"))], 0)
    assert relance(relances_url) == ("envoyee", "uuid", None)
    assert ask(relances_url, "SELECT issue FROM relances.tentative") == [{"issue": "acceptee"}]


async def test_a_call_whose_claim_has_grown_too_old_is_not_made(relances_url: str, provider: Provider) -> None:
    async with VentisHook().open() as sender:
        claim = Claim(1, 1, 1, 1, "24166123456", "Relance", None, (), monotonic())
        answer = await call(sender, claim, not_after=monotonic() - 1)
    assert isinstance(answer, TryLater)
    assert answer.code == TOO_LATE
    assert provider.requests() == 0


# --- a database that goes away ---


def sent_so_many(provider: Provider, nombre: int) -> bool:
    return len(provider.ledger()) >= nombre


async def test_killed_connections_delay_the_lot_and_repeat_nothing(
    relances_url: str, provider: Provider, connect: Connect
) -> None:
    connect(max_in_flight=4)
    provider.upset(latency_ms=40)
    stage_relances(relances_url, 60)
    sending = asyncio.create_task(send(relances_url))
    for reached in (5, 20, 40):
        await seen(partial(sent_so_many, provider, reached), f"{reached} messages")
        ask(
            relances_url,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
    report = await sending
    assert report.statuts == {Statut.ENVOYEE: 60}
    assert len(provider.ledger()) == 60
    invariants(relances_url, provider.ledger())


@pytest.mark.parametrize("statement", [b"WITH regle AS", b'"relance_id"'], ids=["claim", "settlement"])
async def test_an_acknowledgement_lost_repeats_nothing(
    relances_url: str, provider: Provider, connect: Connect, statement: bytes
) -> None:
    connect(max_in_flight=4)
    stage_relances(relances_url, 12)
    async with losing_the_answer_to(statement, relances_url) as url:
        report = await send(url)
    assert report.statuts == {Statut.ENVOYEE: 12}
    assert ask(relances_url, "SELECT max(tentatives) FROM relances.relance") == [{"max": 1}]
    invariants(relances_url, provider.ledger())


async def test_statements_that_the_server_gives_up_are_made_again(
    relances_url: str, provider: Provider, connect: Connect
) -> None:
    connect(max_in_flight=2)
    stage_relances(relances_url, 60)
    ask(relances_url, "CREATE SEQUENCE relances.essai")
    ask(
        relances_url,
        "CREATE FUNCTION relances.victime() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF mod(nextval('relances.essai'), 3) = 0 THEN RAISE 'interblocage' USING ERRCODE = '40P01'; END IF; "
        "RETURN new; END $$",
    )
    ask(
        relances_url,
        "CREATE TRIGGER victime BEFORE UPDATE ON relances.tentative FOR EACH ROW EXECUTE FUNCTION relances.victime()",
    )
    report = await send(relances_url)
    assert report.statuts == {Statut.ENVOYEE: 60}
    invariants(relances_url, provider.ledger())


async def test_a_claim_made_after_an_outage_counts_its_lease_from_then(
    relances_url: str, postgres: EmbeddedPostgres
) -> None:
    stage_relances(relances_url, 2)
    async with LotStore(relances_url, lot(), 60, "compte", 72) as store:
        await store.exchange((), 1)
        with database_away(postgres, relances_url):
            claiming = asyncio.create_task(store.exchange((), 1))
            await asyncio.wait([claiming], timeout=0.3)
            assert not claiming.done()
            back_at = monotonic()
        assert (await claiming)[0].taken_at >= back_at


@contextmanager
def database_away(postgres: EmbeddedPostgres, url: str) -> Iterator[None]:
    """Cut everybody off this database, and let nobody in."""
    name = str(conninfo_to_dict(url)["dbname"])
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
        allow = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
        connection.execute(allow.format(sql.Identifier(name), sql.SQL("false")))
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        try:
            yield
        finally:
            connection.execute(allow.format(sql.Identifier(name), sql.SQL("true")))


# --- a process of its own ---


def test_a_worker_killed_in_the_middle_leaves_doubts_and_no_duplicate(
    relances_url: str, provider: Provider, connect: Connect
) -> None:
    connect(max_in_flight=6, timeout=60)
    provider.upset({"fault": "timeout_after", "probability": 0.4, "seed": 1})
    stage_relances(relances_url, 40)
    with sending_process() as process:
        wait_until(lambda: provider.stats()["in_flight"] == 6 and "envoyee" in statuts(relances_url), "all calls held")
        process.kill()
    wait_until(lambda: provider.stats()["in_flight"] == 0, "the provider to be done with the dead worker's calls")
    abandoned = statuts(relances_url)["en_cours"]
    assert 1 <= abandoned <= 6

    provider.upset()
    jour.send(request())
    assert statuts(relances_url) == {"en_cours": abandoned, "envoyee": 40 - abandoned}
    invariants(relances_url, provider.ledger(), at_rest=False)

    assert not jour.reconcile(request())
    assert statuts(relances_url)["en_cours"] == abandoned
    let_time_pass(relances_url, 2 * 60 + 30)  # the lease, and not yet the quarantine
    assert not jour.reconcile(request())
    assert statuts(relances_url)["incertaine"] == abandoned
    let_time_pass(relances_url)
    assert jour.reconcile(request())
    assert statuts(relances_url) == {"echec": abandoned, "envoyee": 40 - abandoned}
    invariants(relances_url, provider.ledger())


def test_a_worker_frozen_beyond_its_lease_neither_sends_nor_writes_late(
    relances_url: str, provider: Provider, connect: Connect, relances: psycopg.Connection
) -> None:
    connect(max_in_flight=4, timeout=10)
    provider.upset(latency_ms=2_000)
    stage_relances(relances_url, 12)
    with sending_process() as process:
        wait_until(lambda: provider.stats()["in_flight"] == 4, "four calls")
        os.kill(process.pid, signal.SIGSTOP)
        wait_until(lambda: provider.stats()["in_flight"] == 0, "the provider to have answered")
        let_time_pass(relances_url)
        frozen = Incertaines(relances).rescue(100)
        assert 1 <= frozen <= 4
        provider.upset()
        os.kill(process.pid, signal.SIGCONT)
        assert process.wait(PATIENCE_SECONDS) == 0
    assert statuts(relances_url) == {"incertaine": frozen, "envoyee": 12 - frozen}
    assert Incertaines(relances).resolve_from_journal(100) == frozen
    assert len(provider.ledger()) == 12
    invariants(relances_url, provider.ledger())


def test_a_worker_asked_to_end_finishes_its_calls_and_fails_its_task(
    relances_url: str, provider: Provider, connect: Connect
) -> None:
    connect(max_in_flight=4)
    provider.upset(latency_ms=1_000)
    stage_relances(relances_url, 60)
    with sending_process() as process:
        wait_until(provider.ledger, "a first message")
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 1
    assert b"envoi interrompu : le reste du lot attend" in errors
    sent = len(provider.ledger())
    assert 1 <= sent < 60
    assert statuts(relances_url) == {"envoyee": sent, "en_attente": 60 - sent}
    invariants(relances_url, provider.ledger())


def test_a_worker_whose_parent_is_killed_ends_its_calls_and_begins_no_more(
    relances_url: str, provider: Provider, connect: Connect
) -> None:
    connect(max_in_flight=4)
    provider.upset(latency_ms=1_000)
    stage_relances(relances_url, 60)
    command = f"{sys.executable} -m tests.integration.sending_process & echo $!; wait"
    with subprocess.Popen(["/bin/sh", "-c", command], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        worker = psutil.Process(int(parent.stdout.readline()))
        wait_until(provider.ledger, "a first message")
        parent.kill()
        worker.wait(PATIENCE_SECONDS)
        parent.stdout.read()
    sent = len(provider.ledger())
    assert 1 <= sent < 60
    assert statuts(relances_url) == {"envoyee": sent, "en_attente": 60 - sent}
    invariants(relances_url, provider.ledger())


def test_a_task_that_sent_leaves_its_process_the_signals_it_had(relances_url: str, provider: Provider) -> None:
    stage_relances(relances_url, 1)
    before = signal.getsignal(signal.SIGTERM)
    jour.send_lot(request(), "ventis", 1, 1)
    assert signal.getsignal(signal.SIGTERM) is before
