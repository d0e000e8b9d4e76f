"""The claim–call–settle loop on a real database and a real provider: who is sent what, and what is written down."""

import asyncio
import socket
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NoReturn

import psycopg
import pytest

from relances.policy.politique import load_policy
from relances.rules.codes import Refus
from relances.rules.errors import TryAgain
from relances.rules.models import Statut
from relances.rules.outcomes import Issue, Reglement
from relances.sending.phases import Halte
from relances.sending.worker import LotSender, lease, now
from relances.store.sending import LotStore
from relances_providers.errors import Misconfigured
from relances_providers.messaging import Finding, Limits, Message, Sender
from relances_providers.ventis.hook import VentisHook
from tests.integration.conftest import Connect
from tests.integration.invariants import invariants
from tests.integration.provider import Provider, lot, seen, send
from tests.integration.staged import stage_relances
from tests.integration.world import Row, ask, let_time_pass, statuts

PROBES = 3  # calls before the first answer

pytestmark = pytest.mark.usefixtures("connect")


def relances(url: str) -> list[Row]:
    return ask(url, "SELECT * FROM relances.relance ORDER BY id")


def calls(url: str) -> list[Row]:
    return ask(url, "SELECT * FROM relances.tentative ORDER BY relance_id, numero")


@pytest.fixture
def refusing_port() -> Iterator[int]:
    """A port that nobody listens on, and nobody else can take meanwhile."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


# --- all goes well ---


async def test_a_lot_is_sent_once_and_written_down(relances_url: str, provider: Provider) -> None:
    stage_relances(relances_url, 60)
    report = await send(relances_url)
    assert report.statuts == {Statut.ENVOYEE: 60}
    assert len(provider.ledger()) == 60
    assert {(row["statut"], row["tentatives"]) for row in relances(relances_url)} == {("envoyee", 1)}
    invariants(relances_url, provider.ledger())


async def test_what_is_sent_is_what_was_written(relances_url: str, provider: Provider) -> None:
    stage_relances(relances_url, 1, telephones=["24166123456"])
    await send(relances_url)
    entry = provider.ledger()[0]
    assert (entry["to"], entry["text"], entry["sender"]) == ("24166123456", "Relance 0", "VENTIS")
    assert relances(relances_url)[0]["reference"] == entry["uuid"]


async def test_sending_again_sends_nothing(relances_url: str, provider: Provider) -> None:
    stage_relances(relances_url, 5)
    await send(relances_url)
    report = await send(relances_url)
    assert (report.statuts, str(report)) == ({}, "rien à envoyer")
    assert provider.requests() == 5


async def test_one_token_serves_the_whole_lot(relances_url: str, provider: Provider) -> None:
    stage_relances(relances_url, 30)
    await send(relances_url)
    assert provider.stats()["token_requests"] == 1


async def test_a_lot_ends_at_its_last_relance(relances_url: str) -> None:
    ids = stage_relances(relances_url, 9)
    await send(relances_url, lot(ids[3], ids[5]))
    assert [row["id"] for row in relances(relances_url) if row["statut"] == "envoyee"] == ids[3:6]


async def test_another_occasion_and_another_fournisseur_are_left_alone(relances_url: str) -> None:
    stage_relances(relances_url, 1)
    stage_relances(relances_url, 1, occasion="jour:2026-11-20")
    stage_relances(relances_url, 1, fournisseur="zoom")
    await send(relances_url)
    assert [row["statut"] for row in relances(relances_url)] == ["envoyee", "en_attente", "en_attente"]


async def test_what_may_not_be_sent_yet_waits(relances_url: str) -> None:
    stage_relances(relances_url, 2)
    ask(relances_url, "UPDATE relances.relance SET prochaine_tentative_le = now() + interval '1 minute' WHERE id = 1")
    await send(relances_url)
    assert statuts(relances_url) == {"en_attente": 1, "envoyee": 1}
    let_time_pass(relances_url, 61)
    await send(relances_url)
    assert statuts(relances_url) == {"envoyee": 2}


async def test_a_retry_takes_only_what_was_tried(relances_url: str) -> None:
    stage_relances(relances_url, 2)
    ask(relances_url, "UPDATE relances.relance SET tentatives = 1 WHERE id = 1")
    ask(
        relances_url,
        "INSERT INTO relances.tentative (relance_id, numero, fournisseur, proprietaire, terminee_le, issue) "
        "VALUES (1, 1, 'ventis', gen_random_uuid(), now(), 'reportee')",
    )
    await send(relances_url, lot(reprise=True))
    assert [row["statut"] for row in relances(relances_url)] == ["envoyee", "en_attente"]


def test_what_somebody_else_holds_meanwhile_is_not_forgotten(relances_url: str) -> None:
    ids = stage_relances(relances_url, 3)
    with psycopg.connect(relances_url) as somebody:
        somebody.execute("SELECT id FROM relances.relance WHERE id = %s FOR UPDATE", (ids[1],))
        report = asyncio.run(send(relances_url))
    assert (report.halte, report.statuts) == (Halte.TENUE, {Statut.ENVOYEE: 2})
    assert asyncio.run(send(relances_url)).statuts == {Statut.ENVOYEE: 1}


# --- bounds ---


async def test_no_more_is_claimed_than_there_are_calls_in_flight(
    relances_url: str, provider: Provider, connect: Connect
) -> None:
    connect(max_in_flight=4)
    provider.upset(latency_ms=40)
    stage_relances(relances_url, 40)
    sending = asyncio.create_task(send(relances_url))
    claimed = []
    while not sending.done():
        rows = await asyncio.to_thread(
            ask, relances_url, "SELECT count(*) FROM relances.relance WHERE statut = 'en_cours'"
        )
        claimed.append(rows[0]["count"])
    await sending
    assert 1 <= max(claimed) <= 4
    assert provider.stats()["in_flight_max"] <= 4
    assert len(provider.ledger()) == 40


async def test_no_transaction_is_open_during_a_call(relances_url: str, provider: Provider) -> None:
    provider.upset(latency_ms=1_500)
    stage_relances(relances_url, 3)
    sending = asyncio.create_task(send(relances_url))
    await seen(lambda: provider.stats()["in_flight"] == 3, "three calls in flight")
    backends = ask(
        relances_url,
        "SELECT state FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )
    await sending
    assert backends == [{"state": "idle"}]


async def test_the_rate_of_the_connection_is_kept(relances_url: str, provider: Provider, connect: Connect) -> None:
    connect(rate_per_second=10)
    stage_relances(relances_url, 14)
    await send(relances_url)
    times = [entry["monotonic"] for entry in provider.ledger()]
    assert times[-1] - times[0] >= 1


# --- every outcome ---


MAGIC = {
    "24166000400": ("echec", "1005", "refusee"),
    "24166000408": ("incertaine", "408", "inconnue"),
    "24166000429": ("en_attente", "429", "reportee"),
    "24166000500": ("incertaine", "408", "inconnue"),
    "24166000999": ("incertaine", "408", "inconnue"),
}


@pytest.mark.parametrize("telephone", MAGIC)
async def test_each_magic_number_ends_as_stated(
    relances_url: str, provider: Provider, connect: Connect, telephone: str
) -> None:
    statut, code, issue = MAGIC[telephone]
    connect(timeout=0.3)
    stage_relances(relances_url, 3, telephones=[telephone])
    report = await send(relances_url)
    assert report.statuts == {Statut.ENVOYEE: 2, Statut(statut): 1}
    relance, call = relances(relances_url)[0], calls(relances_url)[0]
    assert (relance["statut"], relance["code"], call["issue"], call["code"]) == (statut, code, issue, code)
    assert (relance["proprietaire"], relance["bail_jusqu_au"]) == (None, None)
    assert telephone not in f"{relance['motif']}{call['detail']}"
    invariants(relances_url, provider.ledger(), at_rest=False)


FAULTS = {
    "reset_before": ("incertaine", 0),
    "reset_after": ("incertaine", 1),
    "close_after": ("incertaine", 1),
    "half_answer": ("incertaine", 1),
    "timeout_before": ("incertaine", 0),
    "timeout_after": ("incertaine", 1),
    "http_500_before": ("incertaine", 0),
    "http_502_after": ("incertaine", 1),
    "http_503_after": ("incertaine", 1),
    "http_504_before": ("incertaine", 0),
    "http_429": ("en_attente", 0),
    "invalid_number": ("echec", 0),
    "garbage_200": ("incertaine", 1),
    "html_200": ("incertaine", 0),
    "redirect_307": ("incertaine", 0),
    "redirect_308": ("incertaine", 0),
    "unauthorized": ("envoyee", 1),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_after_each_fault_a_relance_is_where_it_must_be(
    relances_url: str, provider: Provider, connect: Connect, fault: str
) -> None:
    statut, accepted = FAULTS[fault]
    connect(timeout=0.3)
    provider.upset({"fault": fault, "count": 1})
    stage_relances(relances_url, 1)
    await send(relances_url)
    assert statuts(relances_url) == {statut: 1}
    assert len(provider.ledger()) == accepted
    invariants(relances_url, provider.ledger(), at_rest=False)


@pytest.mark.parametrize("fault", ["token_500", "token_reset", "token_timeout"])
async def test_without_a_token_nothing_is_sent_and_all_waits(
    relances_url: str, provider: Provider, connect: Connect, fault: str
) -> None:
    connect(timeout=0.3)
    provider.upset({"fault": fault})
    stage_relances(relances_url, 3)
    await send(relances_url)
    assert statuts(relances_url) == {"en_attente": 3}
    assert provider.requests() == 0


async def test_what_is_put_off_waits_as_long_as_the_provider_asks(relances_url: str, provider: Provider) -> None:
    provider.upset({"fault": "http_429", "count": 1, "seconds": 40})
    stage_relances(relances_url, 1)
    asked_at = datetime.now(UTC)
    await send(relances_url)
    relance = relances(relances_url)[0]
    assert 39 <= (relance["prochaine_tentative_le"] - asked_at).total_seconds() <= 50
    let_time_pass(relances_url, 60)
    await send(relances_url, lot(reprise=True))
    assert statuts(relances_url) == {"envoyee": 1}
    invariants(relances_url, provider.ledger())


async def test_put_off_five_times_a_relance_has_failed(relances_url: str, provider: Provider) -> None:
    provider.upset({"fault": "http_429", "retry_after": "absent"})
    stage_relances(relances_url, 1)
    for _ in range(load_policy().envoi.tentatives_max):
        await send(relances_url)
        let_time_pass(relances_url)
    assert (relances(relances_url)[0]["statut"], relances(relances_url)[0]["code"]) == ("echec", "429")
    assert [call["issue"] for call in calls(relances_url)] == ["reportee"] * 5
    invariants(relances_url, provider.ledger())


# --- what stops a lot ---


async def test_a_wrong_setting_stops_the_lot_and_loses_nothing(relances_url: str, provider: Provider) -> None:
    provider.upset(latency_ms=300)
    stage_relances(relances_url, 60)
    sending = asyncio.create_task(send(relances_url))
    await seen(provider.ledger, "a first message")
    provider.upset({"fault": "wrong_sender"})
    with pytest.raises(Misconfigured, match="sender de la connexion ventis_default"):
        await sending
    stopped = statuts(relances_url)
    assert stopped == {"envoyee": len(provider.ledger()), "en_attente": 60 - len(provider.ledger())}
    assert {call["issue"] for call in calls(relances_url)} == {"acceptee", "non_envoyee"}

    provider.upset()
    let_time_pass(relances_url)  # the voie was suspended with it
    await send(relances_url)
    assert statuts(relances_url) == {"envoyee": 60}
    invariants(relances_url, provider.ledger())


async def test_a_provider_that_is_down_suspends_its_lane_after_three_calls(
    relances_url: str, connect: Connect, refusing_port: int
) -> None:
    connect(host=f"http://127.0.0.1:{refusing_port}/api", max_in_flight=4)
    stage_relances(relances_url, 60)
    report = await send(relances_url)
    assert report.halte is Halte.SUSPENDUE
    assert report.suspension is not None
    assert "injoignable" in report.suspension.motif
    tried = [row for row in relances(relances_url) if row["tentatives"]]
    assert len(tried) == PROBES
    assert all(row["prochaine_tentative_le"] > datetime.now(UTC) for row in tried)
    assert statuts(relances_url) == {"en_attente": 60}


async def test_a_provider_that_answers_no_more_stops_the_lot_before_all_is_in_doubt(
    relances_url: str, provider: Provider, connect: Connect
) -> None:
    connect(max_in_flight=4)
    provider.upset({"fault": "http_502_before"})
    stage_relances(relances_url, 60)
    assert (await send(relances_url)).halte is Halte.SUSPENDUE
    assert statuts(relances_url) == {"incertaine": PROBES, "en_attente": 60 - PROBES}


async def test_a_provider_that_falls_silent_in_the_middle_leaves_few_doubts(
    relances_url: str, provider: Provider, connect: Connect
) -> None:
    connect(max_in_flight=1)  # else late successes fall among the first faults
    provider.upset(latency_ms=50)
    stage_relances(relances_url, 400)  # seconds of work, so that the fault comes in the middle on a busy machine too
    sending = asyncio.create_task(send(relances_url))
    await seen(lambda: "envoyee" in statuts(relances_url), "a first relance sent")
    provider.upset({"fault": "http_502_before"})
    assert (await sending).halte is Halte.SUSPENDUE
    reached = statuts(relances_url)
    disjoncteur = load_policy().envoi.disjoncteur
    assert reached["incertaine"] <= disjoncteur.echantillon
    assert reached["incertaine"] >= disjoncteur.echantillon * disjoncteur.part
    assert reached["en_attente"] > 0
    invariants(relances_url, provider.ledger(), at_rest=False)


async def test_a_provider_that_wants_hours_is_left_alone(relances_url: str, provider: Provider) -> None:
    provider.upset({"fault": "http_429", "seconds": 7200})
    stage_relances(relances_url, 60)
    report = await send(relances_url)
    assert report.halte is Halte.SUSPENDUE
    assert 7000 < report.attente <= 7200
    assert provider.requests() <= 8
    assert statuts(relances_url) == {"en_attente": 60}


async def test_a_lot_whose_last_relance_was_taken_waits_for_no_pause(relances_url: str, provider: Provider) -> None:
    ids = stage_relances(relances_url, 3)  # as many as are called before the first answer
    provider.upset({"fault": "http_429", "seconds": 50})
    await asyncio.wait_for(send(relances_url, lot(ids[0], ids[-1])), timeout=40)
    assert statuts(relances_url) == {"en_attente": 3}


async def test_doubts_with_answers_between_them_do_not_stop_the_lot(relances_url: str, provider: Provider) -> None:
    provider.upset({"fault": "http_502_before", "probability": 0.2, "seed": 3})
    stage_relances(relances_url, 80)
    await send(relances_url)
    assert statuts(relances_url).keys() == {"incertaine", "envoyee"}


async def test_every_place_is_taken_while_answers_are_awaited(
    relances_url: str, provider: Provider, connect: Connect
) -> None:
    connect(max_in_flight=10, rate_per_second=1000)
    provider.upset(latency_ms=700)
    stage_relances(relances_url, 33)  # three to try, then three times ten
    await send(relances_url)
    assert provider.stats()["in_flight_max"] == 10
    assert statuts(relances_url) == {"envoyee": 33}


async def test_a_worker_that_waits_for_an_answer_does_nothing_else(
    relances_url: str, provider: Provider, connect: Connect
) -> None:
    connect(max_in_flight=10)
    provider.upset(latency_ms=2_000)
    stage_relances(relances_url, 1)
    turns = 0

    def counted() -> datetime:
        nonlocal turns
        turns += 1
        return now()

    hook = VentisHook()
    async with hook.open() as sender, LotStore(relances_url, lot(), lease(hook.limits), hook.account, 72) as store:
        await LotSender(store, sender, hook.limits, load_policy().envoi, clock=counted).run()
    assert statuts(relances_url) == {"envoyee": 1}
    assert turns < 20  # polling for two seconds would be hundreds


async def test_a_stopped_worker_drains_its_calls_and_leaves_the_rest(
    relances_url: str, provider: Provider, connect: Connect
) -> None:
    connect(max_in_flight=4)
    provider.upset(latency_ms=300)
    stage_relances(relances_url, 40)
    hook = VentisHook()
    async with hook.open() as sender, LotStore(relances_url, lot(), lease(hook.limits), hook.account, 72) as store:
        worker = LotSender(store, sender, hook.limits, load_policy().envoi)
        sending = asyncio.create_task(worker.run())
        await seen(provider.ledger, "a first message")
        worker.stop()
        with pytest.raises(TryAgain, match="envoi interrompu"):
            await sending
    sent = len(provider.ledger())
    assert statuts(relances_url) == {"envoyee": sent, "en_attente": 40 - sent}
    # What was claimed as it stopped was given back, uncalled: fewer than may be in flight.
    issues = Counter(call["issue"] for call in calls(relances_url))
    assert issues.pop("acceptee") == sent
    assert set(issues) <= {"non_envoyee"}
    assert issues.total() <= 4

    await send(relances_url)
    assert statuts(relances_url) == {"envoyee": 40}
    invariants(relances_url, provider.ledger())


class BrokenSender(Sender):
    """A provider that breaks its contract."""

    async def send(self, message: Message) -> NoReturn:
        raise KeyError(message.to)

    async def check(self) -> None:
        return

    async def diagnose(self) -> list[Finding]:
        return []


async def test_an_error_outside_the_contract_stops_the_lot_and_leaves_doubt(relances_url: str) -> None:
    stage_relances(relances_url, 9)
    limits = Limits(rate_per_second=100, max_in_flight=1, timeout=1)
    async with LotStore(relances_url, lot(), lease(limits), "compte", 72) as store:
        with pytest.raises(Exception, match=r"erreur imprévue du fournisseur \(KeyError\)"):
            await LotSender(store, BrokenSender(), limits, load_policy().envoi).run()
    assert statuts(relances_url) == {"incertaine": 1, "en_attente": 8}
    assert (calls(relances_url)[0]["code"], calls(relances_url)[0]["detail"]) == ("erreur_interne", "KeyError")


async def test_outcomes_are_written_at_once_however_long_the_lot_pauses(
    relances_url: str, provider: Provider, connect: Connect
) -> None:
    connect(max_in_flight=2)
    provider.upset({"fault": "http_429", "count": 1, "seconds": 50}, latency_ms=50)
    stage_relances(relances_url, 2)
    sending = asyncio.create_task(send(relances_url))
    await seen(lambda: statuts(relances_url) == {"envoyee": 1, "en_attente": 1}, "both outcomes written")
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending


# --- the other providers ---


@pytest.mark.parametrize(("fournisseur", "canal"), [("twilio", "whatsapp"), ("zoom", "sms")])
async def test_each_fournisseur_sends_its_lot_to_one_recipient_a_call(
    relances_url: str, provider: Provider, connect: Connect, fournisseur: str, canal: str
) -> None:
    connect(fournisseur)
    telephone = "15145551234"
    stage_relances(relances_url, 5, canal=canal, fournisseur=fournisseur, telephone=telephone)
    report = await send(relances_url, lot(fournisseur=fournisseur))
    assert report.statuts == {Statut.ENVOYEE: 5}
    assert [(entry["provider"], entry["to"]) for entry in provider.ledger()] == [(fournisseur, telephone)] * 5
    invariants(relances_url, provider.ledger())


async def test_an_approved_template_is_sent_in_place_of_the_text(
    relances_url: str, provider: Provider, connect: Connect
) -> None:
    connect("twilio")
    modele = "HX" + "0" * 32
    stage_relances(
        relances_url, 1, canal="whatsapp", fournisseur="twilio", modele=modele, variables=["Marie", "15 000 FCFA"]
    )
    await send(relances_url, lot(fournisseur="twilio"))
    assert provider.ledger()[0]["text"] == f"Modèle {modele} : 1=Marie ; 2=15 000 FCFA"
    invariants(relances_url, provider.ledger())


async def test_a_refusal_that_concerns_the_number_marks_it_for_its_canal(
    relances_url: str, provider: Provider, connect: Connect
) -> None:
    connect("twilio")
    telephones = ["24166021610", "24166021614", "24166021608"]
    stage_relances(relances_url, 4, telephones=telephones, canal="whatsapp", fournisseur="twilio")
    report = await send(relances_url, lot(fournisseur="twilio"))
    assert report.statuts == {Statut.ECHEC: 3, Statut.ENVOYEE: 1}
    assert numbers_marked(relances_url) == [
        ("24166021610", "whatsapp", "opposition", "21610", "twilio"),
        ("24166021614", "whatsapp", "injoignable", "21614", "twilio"),
    ]


async def test_no_later_word_lifts_an_opposition(relances_url: str) -> None:
    stage_relances(relances_url, 3, telephone="24166123456")
    refused = [
        Reglement(Statut.ECHEC, Issue.REFUSEE, "1", signale=etat) for etat in (Refus.OPPOSITION, Refus.INJOIGNABLE)
    ]
    async with LotStore(relances_url, lot(), 60, "compte", 72) as store:
        first, second, third = await store.exchange((), 3)
        await store.exchange([(first, refused[1]), (second, refused[0])], 0)
        await store.exchange([(third, refused[1])], 0)
    assert [row[2] for row in numbers_marked(relances_url)] == ["opposition"]


def numbers_marked(url: str) -> list[tuple[object, ...]]:
    rows = ask(url, "SELECT telephone, canal, etat, code, fournisseur FROM relances.numero_signale ORDER BY telephone")
    return [tuple(row.values()) for row in rows]


# --- several workers ---


async def test_two_workers_on_one_lot_send_each_relance_once(relances_url: str, provider: Provider) -> None:
    provider.upset(latency_ms=5)
    stage_relances(relances_url, 120)
    reports = await asyncio.gather(*(send(relances_url) for _ in range(3)))
    assert sum(report.statuts.get(Statut.ENVOYEE, 0) for report in reports) == 120
    assert len(provider.ledger()) == 120
    owners = {call["proprietaire"] for call in calls(relances_url)}
    assert len(owners) > 1
    invariants(relances_url, provider.ledger())


# --- unfit for PostgreSQL ---


async def test_an_answer_postgresql_cannot_hold_does_not_lose_the_others(relances_url: str) -> None:
    stage_relances(relances_url, 2)
    async with LotStore(relances_url, lot(), 60, "compte", 72) as store:
        odd, plain = await store.exchange((), 2)
        refused = Reglement(Statut.ECHEC, Issue.REFUSEE, "10\0", detail="\ud800 illisible\0")
        await store.exchange([(odd, refused), (plain, Reglement(Statut.ENVOYEE, Issue.ACCEPTEE, reference="uuid"))], 0)
    assert [(row["statut"], row["code"], row["motif"]) for row in relances(relances_url)] == [
        ("echec", "10", "? illisible"),
        ("envoyee", None, None),
    ]


def test_a_claim_says_nothing_of_who_it_concerns(relances_url: str) -> None:
    async def one() -> str:
        async with LotStore(relances_url, lot(), 60, "compte", 72) as store:
            return repr((await store.exchange((), 1))[0])

    stage_relances(relances_url, 1)
    assert asyncio.run(one()) == "Claim(relance=1, numero=1)"


# --- silence wanted ---


def want_silence(url: str, telephone: str, canal: str = "sms", etat: str = "opposition") -> None:
    ask(
        url,
        "INSERT INTO relances.numero_signale (telephone, canal, etat, code, fournisseur) "
        "VALUES (%(telephone)s, %(canal)s, %(etat)s, '21610', 'twilio')",
        telephone=telephone,
        canal=canal,
        etat=etat,
    )


async def test_a_number_that_wants_silence_since_its_relance_was_made_gets_nothing(
    relances_url: str, provider: Provider
) -> None:
    stage_relances(relances_url, 3)
    want_silence(relances_url, "24177000001")
    await send(relances_url)
    rows = ask(relances_url, "SELECT statut, code, motif, tentatives FROM relances.relance ORDER BY id")
    assert [row["statut"] for row in rows] == ["envoyee", "annulee", "envoyee"]
    assert tuple(rows[1].values())[1:] == ("opposition", "le contribuable a demandé de ne plus lui écrire", 0)
    assert len(provider.ledger()) == 2
    invariants(relances_url, provider.ledger())


@pytest.mark.parametrize(("canal", "etat"), [("whatsapp", "opposition"), ("sms", "injoignable")])
async def test_silence_wanted_on_another_canal_or_a_number_out_of_reach_calls_nothing_off(
    relances_url: str, provider: Provider, canal: str, etat: str
) -> None:
    stage_relances(relances_url, 1)
    want_silence(relances_url, "24177000000", canal, etat)
    await send(relances_url)
    assert statuts(relances_url) == {"envoyee": 1}


async def test_many_numbers_that_want_silence_do_not_end_the_lot(relances_url: str, provider: Provider) -> None:
    stage_relances(relances_url, 40)
    for rang in range(30):
        want_silence(relances_url, f"24177{rang:06d}")
    report = await send(relances_url)
    assert statuts(relances_url) == {"annulee": 30, "envoyee": 10}
    assert report.statuts == {Statut.ENVOYEE: 10}


async def test_the_second_relance_to_a_number_is_called_off_once_the_first_learns_of_its_silence(
    relances_url: str, provider: Provider, connect: Connect
) -> None:
    connect("twilio", max_in_flight=1)
    stage_relances(relances_url, 2, telephone="24166021610", canal="whatsapp", fournisseur="twilio")
    await send(relances_url, lot(fournisseur="twilio"))
    rows = ask(relances_url, "SELECT statut, code FROM relances.relance ORDER BY id")
    assert [tuple(row.values()) for row in rows] == [("echec", "21610"), ("annulee", "opposition")]


async def test_a_call_is_written_down_with_the_account_it_goes_to(relances_url: str, provider: Provider) -> None:
    stage_relances(relances_url, 1)
    await send(relances_url)
    assert ask(relances_url, "SELECT compte FROM relances.tentative") == [{"compte": "simulateur"}]
