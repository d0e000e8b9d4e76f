"""Voies: what those who send by a fournisseur share through PostgreSQL. Its rate, its troubles, its stop."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from time import monotonic, time

import psycopg
import pytest

from relances.policy.politique import load_policy
from relances.rules.models import Statut
from relances.rules.politique import Disjoncteur
from relances.sending.pacing import Cadence
from relances.sending.phases import Halte
from relances.sending.traffic import Traffic
from relances.sending.worker import LotReport, LotSender, lease
from relances.store import database
from relances.store.durabilite import DurableConnection
from relances.store.incertaines import Incertaines
from relances.store.sending import Lot, LotStore
from relances.store.voies import Departs, EtatVoie, Suspension, VoieStore, list_voies, resume_voies, stop_voies
from relances_providers.messaging import Limits, Receipt
from relances_providers.ventis.hook import VentisHook
from tests.integration.conftest import Connect
from tests.integration.invariants import invariants
from tests.integration.lossy import losing_the_answer_to
from tests.integration.provider import Provider, lot, seen, send
from tests.integration.staged import stage_relances
from tests.integration.world import Row, ask, let_time_pass, statuts

DEBIT = 100.0
DISJONCTEUR = Disjoncteur(part=0.5, echantillon=20, pause=60, pause_max=300)
A_SECOND_LATER = """
    UPDATE relances.voie SET acceleree_le = acceleree_le - interval '1 s', ralentie_le = ralentie_le - interval '1 s'
"""
CLOCKS_APART = 0.05  # seconds that PostgreSQL's clock and ours may drift while a test looks


@asynccontextmanager
async def lane(url: str, fournisseur: str = "ventis") -> AsyncIterator[VoieStore]:
    """A worker's side of a voie, over a connection of its own."""
    async with DurableConnection(url) as durable:
        voie = VoieStore(durable, fournisseur)
        await voie.open()
        yield voie


async def look(
    voie: VoieStore,
    nombre: int = 0,
    *,
    debit_max: float = DEBIT,
    ralentir: bool = False,
    repond: bool = False,
    gueri: bool = False,
) -> EtatVoie:
    return await voie.look(nombre, debit_max, ralentir=ralentir, repond=repond, gueri=gueri)


def row(url: str) -> Row:
    columns = "debit, suspendue_jusqu_au, suspensions, motif"
    return ask(url, f"SELECT {columns} FROM relances.voie WHERE fournisseur = 'ventis'")[0]  # noqa: S608


def times(departs: Departs) -> list[float]:
    return [departs.premier + rang * departs.pas for rang in range(departs.nombre)]


# --- departures ---


async def test_concurrent_workers_get_departures_that_nobody_else_has_and_no_more_than_the_rate(
    relances_url: str,
) -> None:
    slowest = 0.0

    async def reserve(voie: VoieStore) -> list[float]:
        nonlocal slowest
        departures: list[float] = []
        for nombre in (1, 7, 25, 3, 1_000, 12):
            asked = monotonic()
            departures += times((await look(voie, nombre)).departs)
            slowest = max(slowest, monotonic() - asked)
        return departures

    async with AsyncExitStack() as stack:
        workers = [await stack.enter_async_context(lane(relances_url)) for _ in range(10)]
        shares = await asyncio.gather(*map(reserve, workers))
    # A worker knows its departures' times but for what the answer took.
    departures = sorted(departure for share in shares for departure in share)
    for ahead in range(1, len(departures), 10):
        nearest = min(later - earlier for earlier, later in zip(departures, departures[ahead:], strict=False))
        assert nearest >= ahead / DEBIT - slowest - CLOCKS_APART
    assert departures[-1] - departures[0] <= len(departures) / DEBIT + slowest + CLOCKS_APART


async def test_nobody_reserves_more_than_a_quarter_of_a_second_at_once(relances_url: str) -> None:
    async with lane(relances_url) as voie:
        assert (await look(voie, 1_000_000)).departs.nombre == DEBIT / 4


async def test_a_lane_slower_than_one_in_four_seconds_still_gives_one(relances_url: str) -> None:
    async with lane(relances_url) as voie:
        first, second = [(await look(voie, 3, debit_max=0.1)).departs for _ in range(2)]
    assert (first.nombre, second.nombre, first.pas) == (1, 1, 10.0)
    assert second.premier - first.premier == pytest.approx(10, abs=1)


async def test_what_nobody_reserved_in_time_is_lost(relances_url: str) -> None:
    async with lane(relances_url) as voie:
        await look(voie, 1)
        let_time_pass(relances_url, 60)
        before = monotonic()
        assert (await look(voie, 1)).departs.premier >= before - CLOCKS_APART


async def test_an_answer_that_was_lost_loses_its_departures_and_gives_none_twice(relances_url: str) -> None:
    async with losing_the_answer_to(b"WITH voie AS", relances_url) as url, lane(url) as voie:
        begun = monotonic()
        departs = (await look(voie, 10)).departs
    assert departs.nombre == 10
    assert departs.premier >= begun + 10 / DEBIT - CLOCKS_APART


async def test_a_worker_looks_up_rows_by_key_also_once_it_was_cut_off(relances_url: str) -> None:
    async def setting(connection: psycopg.AsyncConnection, *, again: bool) -> tuple[str, int, bool]:
        row = await (await connection.execute("SELECT current_setting('enable_seqscan'), pg_backend_pid()")).fetchone()
        assert row is not None
        return row[0], row[1], again

    async with DurableConnection(relances_url) as durable:
        first, pid, _ = await durable.run(setting)
        ask(relances_url, "SELECT pg_terminate_backend(%(pid)s)", pid=pid)
        second, other, again = await durable.run(setting)
    assert (first, second, again) == ("off", "off", True)
    assert other != pid


async def test_a_frozen_server_counts_as_lost(relances_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_PATIENCE", 0.5)

    async def look_back(connection: psycopg.AsyncConnection, *, again: bool) -> tuple[int, bool]:
        [(pid,)] = await (await connection.execute("SELECT pg_backend_pid()")).fetchall()
        return pid, again

    async with DurableConnection(relances_url) as durable:
        pid, _ = await durable.run(look_back)
        os.kill(pid, signal.SIGSTOP)
        try:
            async with asyncio.timeout(20):
                other, again = await durable.run(look_back)
        finally:
            os.kill(pid, signal.SIGCONT)
    assert other != pid
    assert again


async def test_a_lane_that_was_never_opened_is_a_defect_and_is_said_so(relances_url: str) -> None:
    async with DurableConnection(relances_url) as durable:
        with pytest.raises(LookupError, match="ventis was not opened"):
            await look(VoieStore(durable, "ventis"))


# --- a clock that steps ---

A_CLOCK_BACK = """
    UPDATE relances.voie SET prochain_depart = prochain_depart + interval '10 min',
        acceleree_le = acceleree_le + interval '10 min', ralentie_le = ralentie_le + interval '10 min'
"""


async def test_a_clock_that_steps_back_does_not_hold_departures_up(relances_url: str) -> None:
    async with lane(relances_url) as voie:
        await look(voie, 10)
        ask(relances_url, A_CLOCK_BACK)
        begun = monotonic()
        departs = (await look(voie, 1)).departs
    assert departs.premier <= monotonic() + 10 / DEBIT
    assert departs.premier >= begun - CLOCKS_APART


async def test_a_lane_that_gives_none_forgets_a_clock_that_stepped_back_too(relances_url: str) -> None:
    async with lane(relances_url) as voie:
        await look(voie, 10)
        ask(relances_url, A_CLOCK_BACK)
        await look(voie, 0)
        assert (await look(voie, 1)).departs.premier <= monotonic() + 10 / DEBIT


async def test_a_silence_asked_for_outlives_a_clock_that_steps_back(relances_url: str) -> None:
    async with lane(relances_url) as voie:
        await look(voie, 1)
        await voie.pause(30)
        ask(relances_url, A_CLOCK_BACK)
        begun = monotonic()
        departs = (await look(voie, 1)).departs
    assert begun + 30 - CLOCKS_APART <= departs.premier <= monotonic() + 30 + CLOCKS_APART


async def test_after_a_clock_that_stepped_back_answers_slow_nothing_down(relances_url: str) -> None:
    async with lane(relances_url) as voie:
        ask(relances_url, "UPDATE relances.voie SET debit = 50")
        ask(relances_url, A_CLOCK_BACK)
        await look(voie, repond=True)
    assert row(relances_url)["debit"] == pytest.approx(50)


async def test_after_a_clock_that_stepped_back_it_still_slows(relances_url: str) -> None:
    async with lane(relances_url) as voie:
        await look(voie, ralentir=True)
        ask(relances_url, A_CLOCK_BACK)
        await look(voie, ralentir=True)
    assert row(relances_url)["debit"] == pytest.approx(DEBIT / 4)


# --- slower, faster ---


async def test_it_slows_to_the_half_once_a_second_whoever_asks(relances_url: str) -> None:
    async with AsyncExitStack() as stack:
        workers = [await stack.enter_async_context(lane(relances_url)) for _ in range(6)]
        begun = monotonic()
        await asyncio.gather(*(look(voie, ralentir=True) for voie in workers))
        seconds = int(monotonic() - begun)
    assert DEBIT / 2 ** (1 + seconds) <= row(relances_url)["debit"] <= DEBIT / 2


async def test_a_second_later_it_slows_again_and_departures_are_as_far_apart(relances_url: str) -> None:
    async with lane(relances_url) as voie:
        for _ in range(2):
            ask(relances_url, A_SECOND_LATER)
            await look(voie, ralentir=True)
        assert (await look(voie, 3)).departs.pas == pytest.approx(4 / DEBIT)


async def test_it_never_slows_below_the_hundredth_of_its_limit(relances_url: str) -> None:
    async with lane(relances_url) as voie:
        for _ in range(10):
            ask(relances_url, A_SECOND_LATER)
            await look(voie, ralentir=True)
    assert row(relances_url)["debit"] == pytest.approx(DEBIT / 100)


async def test_answers_speed_it_up_by_the_twentieth_of_its_limit_a_second(relances_url: str) -> None:
    async with lane(relances_url) as voie:
        ask(relances_url, "UPDATE relances.voie SET debit = 50, acceleree_le = now() - interval '1 hour'")
        begun = monotonic()
        await look(voie, repond=True)
        assert row(relances_url)["debit"] == pytest.approx(55)
        await look(voie, repond=True)
        assert row(relances_url)["debit"] <= 55 + 5 * (monotonic() - begun + CLOCKS_APART)


async def test_without_an_answer_it_speeds_up_no_more(relances_url: str) -> None:
    async with lane(relances_url) as voie:
        ask(relances_url, "UPDATE relances.voie SET debit = 50, acceleree_le = now() - interval '1 hour'")
        await look(voie, 3)
    assert row(relances_url)["debit"] == 50


async def test_it_never_exceeds_the_limit_of_the_connection(relances_url: str) -> None:
    async with lane(relances_url) as voie:
        for _ in range(30):
            ask(relances_url, A_SECOND_LATER)
            await look(voie, repond=True)
        assert row(relances_url)["debit"] == DEBIT
        lowered = await look(voie, 3, debit_max=10)
    assert lowered.departs.pas == pytest.approx(0.1)


# --- pauses ---


async def test_a_pause_puts_off_what_is_not_reserved_yet(relances_url: str) -> None:
    async with lane(relances_url) as voie, lane(relances_url) as other:
        asked = monotonic()
        await voie.pause(30)
        await other.pause(5)  # a shorter one ends no longer one
        assert (await look(other, 1)).departs.premier >= asked + 30 - CLOCKS_APART


# --- suspensions ---


async def test_it_is_suspended_once_however_many_ask(relances_url: str) -> None:
    async with AsyncExitStack() as stack:
        workers = [await stack.enter_async_context(lane(relances_url)) for _ in range(5)]
        asked = datetime.now(UTC)
        made = await asyncio.gather(*(voie.suspend(DISJONCTEUR, "panne", 0) for voie in workers))
    suspension = next(found for found in made if found is not None)
    assert sorted(found is None for found in made) == [False, True, True, True, True]
    assert (suspension.suspensions, suspension.motif) == (1, "panne")
    assert (suspension.jusqu_au - asked).total_seconds() == pytest.approx(60, abs=10)


async def test_each_suspension_in_a_row_lasts_twice_as_long_up_to_the_longest(relances_url: str) -> None:
    lasted, times = [], []
    async with lane(relances_url) as voie:
        for _ in range(5):
            suspension = await voie.suspend(DISJONCTEUR, "panne", 0)
            assert suspension is not None
            lasted.append(round((suspension.jusqu_au - datetime.now(UTC)).total_seconds(), -1))
            times.append(suspension.suspensions)
            let_time_pass(relances_url, 301)
    assert lasted == [60, 120, 240, 300, 300]
    assert times == [1, 2, 3, 4, 5]


async def test_a_provider_that_wants_longer_is_left_alone_as_long(relances_url: str) -> None:
    async with lane(relances_url) as voie:
        await voie.suspend(DISJONCTEUR, "quota du jour", 7200)
        assert (await look(voie)).suspendue == pytest.approx(7200, abs=10)


async def test_nothing_is_reserved_while_it_is_suspended(relances_url: str) -> None:
    async with lane(relances_url) as voie:
        await voie.suspend(DISJONCTEUR, "panne", 0)
        etat = await look(voie, 10)
        assert (etat.departs.nombre, etat.arretee, etat.suspensions) == (0, False, 1)
        assert etat.suspendue == pytest.approx(60, abs=10)
        let_time_pass(relances_url, 60)
        assert ((await look(voie, 10)).departs.nombre, (await look(voie)).suspendue) == (10, 0)


async def test_a_recovery_heard_while_it_is_suspended_is_one_of_before_and_forgives_nothing(relances_url: str) -> None:
    async with lane(relances_url) as voie:
        await voie.suspend(DISJONCTEUR, "panne", 0)
        assert (await look(voie, repond=True, gueri=True)).suspensions == 1
        assert row(relances_url)["motif"] == "panne"


async def test_one_answer_is_no_recovery(relances_url: str) -> None:
    async with lane(relances_url) as voie:
        await voie.suspend(DISJONCTEUR, "panne", 0)
        let_time_pass(relances_url, 60)
        assert (await look(voie, repond=True)).suspensions == 1
        again = await voie.suspend(DISJONCTEUR, "panne", 0)
    assert again is not None
    assert again.suspensions == 2


async def test_a_recovery_once_it_is_open_again_ends_the_row_of_suspensions(relances_url: str) -> None:
    async with lane(relances_url) as voie:
        await voie.suspend(DISJONCTEUR, "panne", 0)
        let_time_pass(relances_url, 60)
        assert (await look(voie)).suspensions == 1
        healed = await look(voie, repond=True, gueri=True)
        assert healed.suspensions == 0
        assert healed.guerie_de is not None
        assert (await look(voie, repond=True, gueri=True)).guerie_de is None, "told once"
        again = await voie.suspend(DISJONCTEUR, "autre panne", 0)
    assert again is not None
    assert again.suspensions == 1


async def test_a_worker_that_saw_the_end_of_a_trouble_does_not_say_so_once_another_began(relances_url: str) -> None:
    async with lane(relances_url) as voie, lane(relances_url) as others:
        await voie.suspend(DISJONCTEUR, "panne", 0)
        let_time_pass(relances_url, 60)
        traffic = Traffic(voie, Limits(rate_per_second=DEBIT, max_in_flight=4, timeout=30), DISJONCTEUR)
        await traffic.open()
        for _ in range(DISJONCTEUR.echantillon):
            traffic.learn(Receipt("uuid"), 0.01)
        await traffic.look()
        before = traffic.nouvelles.guerie_de
        await others.suspend(DISJONCTEUR, "autre panne", 0)
        await traffic.look()
    assert before is not None
    assert (traffic.halte, traffic.nouvelles.guerie_de) == (Halte.SUSPENDUE, None)


async def test_a_trouble_after_a_long_rest_is_a_new_one(relances_url: str) -> None:
    async with lane(relances_url) as voie:
        await voie.suspend(DISJONCTEUR, "panne", 0)
        let_time_pass(relances_url, 60 + DISJONCTEUR.pause_max + 1)
        again = await voie.suspend(DISJONCTEUR, "autre panne", 0)
    assert again is not None
    assert again.suspensions == 1


# --- a person's stop ---


async def test_what_is_stopped_reserves_nothing_until_a_person_resumes_it(
    relances_url: str, relances: psycopg.Connection
) -> None:
    async with lane(relances_url) as ventis, lane(relances_url, "zoom") as zoom:
        stop_voies(relances, ["ventis"])
        etat = await look(ventis, 10)
        assert (etat.departs.nombre, etat.arretee) == (0, True)
        assert (await look(zoom, 10)).departs.nombre == 10
        resume_voies(relances, ["ventis"])
        assert (await look(ventis, 10)).departs.nombre == 10


def test_a_lane_that_was_never_used_may_be_stopped(relances: psycopg.Connection) -> None:
    stop_voies(relances, ["ventis", "zoom"])
    assert [(voie.fournisseur, voie.arretee_le is not None) for voie in list_voies(relances)] == [
        ("ventis", True),
        ("zoom", True),
    ]


def test_stopping_twice_keeps_when_it_was_stopped(relances: psycopg.Connection) -> None:
    stop_voies(relances, ["ventis"])
    first = list_voies(relances)
    stop_voies(relances, ["ventis"])
    assert list_voies(relances) == first


async def test_who_resumes_a_lane_has_mended_what_suspended_it(relances_url: str, relances: psycopg.Connection) -> None:
    async with lane(relances_url) as voie:
        await voie.suspend(DISJONCTEUR, "panne", 0)
        resume_voies(relances, ["ventis"])
        etat = await look(voie, 10)
    assert (etat.departs.nombre, etat.suspendue, etat.suspensions) == (10, 0, 0)
    assert row(relances_url)["motif"] is None


async def test_an_operator_sees_every_lane_and_what_waits_for_it(
    relances_url: str, relances: psycopg.Connection
) -> None:
    stage_relances(relances_url, 3)
    async with lane(relances_url, "zoom"), lane(relances_url) as voie:
        suspension = await voie.suspend(DISJONCTEUR, "panne", 0)
    assert suspension is not None
    ventis, zoom = list_voies(relances)
    assert (ventis.fournisseur, ventis.suspendue_jusqu_au, ventis.motif, ventis.en_attente) == (
        "ventis",
        suspension.jusqu_au,
        "panne",
        3,
    )
    assert (zoom.fournisseur, zoom.suspendue_jusqu_au, zoom.arretee_le, zoom.debit, zoom.en_attente) == (
        "zoom",
        None,
        None,
        None,
        0,
    )
    let_time_pass(relances_url, 60)
    assert list_voies(relances)[0].suspendue_jusqu_au is None


# --- signs of life ---


def claimer(url: str) -> LotStore:
    return LotStore(url, lot(), 60, "compte", 72)


async def test_a_sign_of_life_starts_the_leases_of_all_that_is_held_again(
    relances_url: str, relances: psycopg.Connection
) -> None:
    stage_relances(relances_url, 3)
    async with claimer(relances_url) as store:
        await store.exchange((), 3)
        let_time_pass(relances_url, 50)
        before = monotonic()
        assert before <= await store.renew() <= monotonic()
        let_time_pass(relances_url, 50)
        assert Incertaines(relances).rescue(100) == 0


async def test_only_who_gave_no_sign_of_life_is_rescued(relances_url: str, relances: psycopg.Connection) -> None:
    stage_relances(relances_url, 4)
    async with claimer(relances_url) as living, claimer(relances_url) as dead:
        held, left = await living.exchange((), 2), await dead.exchange((), 2)
        let_time_pass(relances_url, 50)
        await living.renew()
        let_time_pass(relances_url, 50)
        assert Incertaines(relances).rescue(100) == 2
    doubtful = ask(relances_url, "SELECT id FROM relances.relance WHERE statut = 'incertaine' ORDER BY id")
    assert [found["id"] for found in doubtful] == [claim.relance_id for claim in left]
    assert all(living.holds(claim) for claim in held)


async def test_what_was_taken_away_is_found_by_the_next_sign_of_life_and_stays_away(
    relances_url: str, relances: psycopg.Connection
) -> None:
    stage_relances(relances_url, 2)
    async with claimer(relances_url) as store:
        lost, kept = await store.exchange((), 2)
        over = "UPDATE relances.relance SET bail_jusqu_au = now() - interval '1 s' WHERE id = %(id)s"
        ask(relances_url, over, id=lost.relance_id)
        Incertaines(relances).rescue(100)
        assert store.holds(lost)
        await store.renew()
    assert (store.holds(lost), store.holds(kept)) == (False, True)
    assert statuts(relances_url) == {"incertaine": 1, "en_cours": 1}


async def test_a_sign_of_life_unheard_takes_nothing_for_lost(relances_url: str) -> None:
    stage_relances(relances_url, 2)
    async with (
        losing_the_answer_to(b"AND proprietaire = $3\nRETURNING id", relances_url) as url,
        claimer(url) as store,
    ):
        claims = await store.exchange((), 2)
        await store.renew()
        assert all(store.holds(claim) for claim in claims)


# --- through the whole sending ---

connected = pytest.mark.usefixtures("connect")


async def send_by_segment(url: str, what: Lot) -> LotReport:
    """Send as one worker does whose provider bills by segment."""
    hook, envoi = VentisHook(), load_policy().envoi
    async with hook.open() as sender, LotStore(url, what, lease(hook.limits), hook.account, 72) as store:
        return await LotSender(store, sender, hook.limits, envoi, par_segment=True).run()


def lasted(entries: Sequence[Row]) -> float:
    return float(entries[-1]["monotonic"] - entries[0]["monotonic"])


def waiting(url: str) -> int:
    return statuts(url).get("en_attente", 0)


async def test_a_lane_whose_calls_fail_too_often_is_suspended_and_its_relances_wait(
    relances_url: str, provider: Provider, connect: Connect
) -> None:
    connect(max_in_flight=4)
    stage_relances(relances_url, 200)
    provider.upset({"fault": "http_502_before", "probability": 0.7, "seed": 5})
    report = await send(relances_url)
    assert report.halte is Halte.SUSPENDUE
    assert report.suspension == Suspension(1, row(relances_url)["suspendue_jusqu_au"], row(relances_url)["motif"])
    assert "inutilisables" in report.suspension.motif
    assert report.attente == pytest.approx(60, abs=10)
    assert statuts(relances_url) == {
        "envoyee": len(provider.ledger()),
        "incertaine": provider.requests() - len(provider.ledger()),
        "en_attente": 200 - provider.requests(),
    }
    assert 20 <= provider.requests() <= 100
    invariants(relances_url, provider.ledger(), at_rest=False)


async def test_a_fournisseur_that_fails_now_and_again_is_left_alone_longer_and_longer(
    relances_url: str, provider: Provider, connect: Connect
) -> None:
    connect(max_in_flight=4)
    stage_relances(relances_url, 300)
    provider.upset({"fault": "http_502_before", "probability": 0.8, "seed": 5})
    rows = []
    for _ in range(3):
        report = await send(relances_url)
        rows.append(report.suspension and report.suspension.suspensions)
        let_time_pass(relances_url, report.attente + 1)
    assert rows == [1, 2, 3]


async def test_a_fournisseur_that_only_ever_wants_a_little_time_is_suspended_too(
    relances_url: str, provider: Provider, connect: Connect
) -> None:
    connect(max_in_flight=30)
    stage_relances(relances_url, 60)
    async with lane(relances_url) as voie:
        await look(voie)
    provider.upset({"fault": "http_429", "seconds": 0.01})
    assert (await send(relances_url)).halte is Halte.SUSPENDUE
    assert statuts(relances_url) == {"en_attente": 60}


async def test_while_one_fournisseur_is_suspended_the_others_go_on(
    relances_url: str, provider: Provider, connect: Connect
) -> None:
    connect("zoom")
    stage_relances(relances_url, 5)
    stage_relances(relances_url, 5, fournisseur="zoom", telephone="15145551234")
    async with lane(relances_url) as voie:
        await voie.suspend(DISJONCTEUR, "panne", 0)
    held_up, gone = await asyncio.gather(send(relances_url), send(relances_url, lot(fournisseur="zoom")))
    assert (held_up.halte, held_up.statuts, held_up.suspension) == (Halte.SUSPENDUE, {}, None)
    assert (gone.halte, gone.statuts) == (None, {Statut.ENVOYEE: 5})
    assert {entry["provider"] for entry in provider.ledger()} == {"zoom"}


@pytest.mark.parametrize("bad", ["24166000400", "24166000408", "24166000500", "24166000999"])
@pytest.mark.parametrize("place", [0, 20], ids=["first", "in the middle"])
async def test_one_bad_recipient_never_stops_a_lot(
    relances_url: str, provider: Provider, connect: Connect, bad: str, place: int
) -> None:
    connect(timeout=0.5, max_in_flight=1)
    stage_relances(relances_url, 40, telephones=[*(f"24166{rang:06d}" for rang in range(1000, 1000 + place)), bad])
    report = await send(relances_url)
    assert (report.halte, report.statuts[Statut.ENVOYEE]) == (None, 39)


@connected
async def test_recipients_that_are_refused_one_after_the_other_are_no_outage(
    relances_url: str, provider: Provider
) -> None:
    provider.upset({"fault": "invalid_number", "count": 30})
    stage_relances(relances_url, 40)
    report = await send(relances_url)
    assert (report.halte, report.statuts) == (None, {Statut.ECHEC: 30, Statut.ENVOYEE: 10})


@connected
async def test_after_the_pause_one_call_decides(relances_url: str, provider: Provider) -> None:
    stage_relances(relances_url, 60)
    provider.upset({"fault": "http_502_before"})
    await send(relances_url)
    doubts = provider.requests()

    let_time_pass(relances_url, 60)
    report = await send(relances_url)
    assert provider.requests() == doubts + 1
    assert (report.halte, report.suspension and report.suspension.suspensions) == (Halte.SUSPENDUE, 2)

    let_time_pass(relances_url, 120)
    provider.upset()
    report = await send(relances_url)
    assert (report.halte, report.statuts) == (None, {Statut.ENVOYEE: 60 - doubts - 1})
    assert row(relances_url)["suspensions"] == 0


@connected
async def test_until_the_one_call_is_answered_no_other_begins(relances_url: str, provider: Provider) -> None:
    stage_relances(relances_url, 10)
    async with lane(relances_url) as voie:
        await voie.suspend(DISJONCTEUR, "panne", 0)
    let_time_pass(relances_url, 60)
    provider.upset(latency_ms=700)
    sending = asyncio.create_task(send(relances_url))
    await seen(lambda: provider.stats()["in_flight"], "the call that decides")
    assert statuts(relances_url) == {"en_cours": 1, "en_attente": 9}
    assert (await sending).statuts == {Statut.ENVOYEE: 10}
    first, second, *_ = provider.ledger()
    assert second["monotonic"] - first["monotonic"] >= 0.6


@connected
async def test_a_person_stops_the_sending_within_seconds_and_nothing_is_lost(
    relances_url: str, relances: psycopg.Connection, provider: Provider
) -> None:
    provider.upset(latency_ms=100)
    stage_relances(relances_url, 900)  # eleven seconds of work
    sending = asyncio.create_task(send(relances_url))
    await seen(provider.ledger, "a first message")
    stopped = time()
    stop_voies(relances, ["ventis"])
    report = await asyncio.wait_for(sending, timeout=8)
    assert report.halte is Halte.ARRETEE
    last = datetime.fromisoformat(provider.ledger()[-1]["wall"]).timestamp()
    assert last - stopped <= 5  # one second, and what a busy machine adds
    assert statuts(relances_url) == {"envoyee": len(provider.ledger()), "en_attente": 900 - len(provider.ledger())}

    sent = provider.requests()
    assert (await send(relances_url)).halte is Halte.ARRETEE
    assert provider.requests() == sent

    provider.upset()
    resume_voies(relances, ["ventis"])
    assert (await send(relances_url)).halte is None
    assert statuts(relances_url) == {"envoyee": 900}
    invariants(relances_url, provider.ledger())


async def test_a_long_sms_is_several_departures_where_segments_are_billed(
    relances_url: str, provider: Provider, connect: Connect
) -> None:
    connect(rate_per_second=20)
    ids = stage_relances(relances_url, 12, segments=4)
    await send_by_segment(relances_url, lot(ids[0], ids[-1]))
    assert lasted(provider.ledger()) >= 11 * 4 / 20
    assert statuts(relances_url) == {"envoyee": 12}


async def test_an_sms_of_more_segments_than_the_rate_still_leaves(
    relances_url: str, provider: Provider, connect: Connect
) -> None:
    connect(rate_per_second=5)
    ids = stage_relances(relances_url, 2, segments=9)
    await asyncio.wait_for(send_by_segment(relances_url, lot(ids[0], ids[-1])), timeout=20)
    assert lasted(provider.ledger()) >= 9 / 5 - Cadence.of(5).tolerance


async def test_senders_at_once_on_one_lot_send_each_relance_once_within_one_rate(
    relances_url: str, provider: Provider, connect: Connect
) -> None:
    connect(rate_per_second=40)
    stage_relances(relances_url, 100)
    reports = await asyncio.gather(*(send(relances_url) for _ in range(3)))
    assert sum(report.statuts.get(Statut.ENVOYEE, 0) for report in reports) == 100
    assert lasted(provider.ledger()) >= 0.8 * 100 / 40  # three rates would be a third of it
    invariants(relances_url, provider.ledger())


async def test_lots_of_one_fournisseur_share_its_rate(relances_url: str, provider: Provider, connect: Connect) -> None:
    connect(rate_per_second=40)
    ids = stage_relances(relances_url, 100)
    parts = [lot(ids[first], ids[first + 24]) for first in range(0, 100, 25)]
    reports = await asyncio.gather(*(send(relances_url, part) for part in parts))
    assert [report.statuts for report in reports] == [{Statut.ENVOYEE: 25}] * 4
    assert lasted(provider.ledger()) >= 0.8 * 100 / 40
    invariants(relances_url, provider.ledger())


def in_trouble_again(url: str, after: str) -> bool:
    """A voie in trouble for two hours, suspended again this long after; whether it is still in trouble since then."""
    ask(url, "TRUNCATE relances.voie")
    ask(
        url,
        "INSERT INTO relances.voie (fournisseur, suspendue_jusqu_au, suspendue_depuis, suspensions) "
        "VALUES ('ventis', now() - %(after)s::interval, now() - interval '2 hours', 4)",
        after=after,
    )
    ask(url, "UPDATE relances.relance SET prochaine_tentative_le = NULL")
    asyncio.run(send(url))
    [voie] = ask(url, "SELECT now() - suspendue_depuis > interval '1 hour' AS old, suspensions FROM relances.voie")
    assert voie["suspensions"] > 0
    return bool(voie["old"])


def test_a_lane_is_in_trouble_since_it_last_had_a_rest(relances_url: str, provider: Provider, connect: Connect) -> None:
    connect("ventis")
    stage_relances(relances_url, 1)
    provider.upset({"fault": "http_429", "seconds": 3000})
    assert in_trouble_again(relances_url, "1 second")
    assert not in_trouble_again(relances_url, "1 day")
