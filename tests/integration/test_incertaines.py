"""A doubt at a provider that can be asked: found again, or proved absent and sent again, or left as it is."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import psycopg
import pytest

from relances.orchestration.connections import hook_of
from relances.policy.politique import load_policy
from relances.services import reconciliation
from relances.store.incertaines import Incertaines
from relances.store.sending import LotStore
from relances_providers.errors import OutcomeUnknown
from relances_providers.messaging import Message
from tests import jour
from tests.chat import running_chat
from tests.integration.conftest import Connect
from tests.integration.invariants import invariants, uuid_of
from tests.integration.provider import Provider, lot, running_provider, send
from tests.integration.staged import stage_relances
from tests.integration.world import Row, ask, let_time_pass, request, statuts

ENVOI = load_policy().envoi
QUARANTINE = 2 * 5 + 60  # seconds: a call's longest, then what the look-ups may take to show it
ABSENCE = ENVOI.delai_absence
CANAL = {"twilio": "whatsapp", "zoom": "sms"}
TELEPHONE = "15145551234"  # both reach it
LOST = {"fault": "http_502_after", "count": 1}
NEVER_CAME = {"fault": "http_502_before", "count": 1}

both = pytest.mark.parametrize("fournisseur", CANAL)


@pytest.fixture
def provider() -> Iterator[Provider]:
    """One that delivers after the test: what is found stays ``envoyee``, whoever follows it."""
    with running_provider(delivery_seconds=3600) as running:
        yield running


@pytest.fixture(autouse=True)
def the_two_that_can_be_asked(connect: Connect) -> None:
    for fournisseur in CANAL:
        connect(fournisseur)


def stage(url: str, fournisseur: str, nombre: int = 1, **over: Any) -> list[int]:
    """So many relances to one number."""
    over = {"canal": CANAL[fournisseur], "fournisseur": fournisseur, "telephone": TELEPHONE} | over
    return stage_relances(url, nombre, **over)


def send_now(url: str, fournisseur: str) -> None:
    asyncio.run(send(url, lot(fournisseur=fournisseur)))


def leave_in_doubt(url: str, provider: Provider, fournisseur: str, *faults: Row, **over: Any) -> None:
    """Send as many relances as there are faults to one number, each with its fault, until nothing found is proof."""
    stage(url, fournisseur, len(faults), **over)
    provider.upset(*faults)
    with suppress(OutcomeUnknown):  # what stops a lot whose first three calls get no answer
        send_now(url, fournisseur)
    provider.upset()
    assert statuts(url) == {"incertaine": len(faults)}
    let_time_pass(url, ABSENCE)


def clear(url: str, seconds: float = 0) -> None:
    """One pass over the doubts, without what a run does beside it."""
    with psycopg.connect(url, autocommit=True) as relances:
        reconciliation.reconcile(relances, jour.here().connectes(), ENVOI, seconds)


def relances(url: str) -> list[Row]:
    return ask(url, "SELECT * FROM relances.relance ORDER BY id")


def journal(url: str) -> list[tuple[object, ...]]:
    rows = ask(url, "SELECT numero, issue, constat FROM relances.tentative ORDER BY relance_id, numero")
    return [tuple(row.values()) for row in rows]


# --- found, or not ---


@both
def test_a_message_that_arrived_is_found_and_not_sent_again(
    relances_url: str, provider: Provider, fournisseur: str
) -> None:
    leave_in_doubt(relances_url, provider, fournisseur, LOST)
    clear(relances_url)
    [found], [entry] = relances(relances_url), provider.ledger()
    assert (found["statut"], uuid_of(fournisseur, found["reference"])) == ("envoyee", entry["uuid"])
    assert journal(relances_url) == [(1, "inconnue", "retrouvee")]
    send_now(relances_url, fournisseur)
    assert len(provider.ledger()) == 1
    invariants(relances_url, provider.ledger())


@both
def test_a_message_that_never_came_is_sent_again_exactly_once(
    relances_url: str, provider: Provider, fournisseur: str
) -> None:
    leave_in_doubt(relances_url, provider, fournisseur, NEVER_CAME)
    clear(relances_url)
    assert statuts(relances_url) == {"en_attente": 1}
    assert journal(relances_url) == [(1, "inconnue", "absente")]
    let_time_pass(relances_url)
    for _ in range(2):
        assert jour.reconcile(request())
    assert journal(relances_url)[0] == (1, "inconnue", "absente")
    assert [row["tentatives"] for row in relances(relances_url)] == [2]
    assert len(provider.ledger()) == 1
    invariants(relances_url, provider.ledger())


@both
def test_a_message_that_never_came_at_its_last_attempt_has_failed(
    relances_url: str, provider: Provider, fournisseur: str
) -> None:
    tried = ENVOI.tentatives_max - 1
    [relance] = stage(relances_url, fournisseur, tentatives=tried)
    ask(
        relances_url,
        "INSERT INTO relances.tentative (relance_id, numero, fournisseur, proprietaire, terminee_le, issue) "
        "SELECT %(id)s, n, %(f)s, gen_random_uuid(), now(), 'reportee' FROM generate_series(1, %(tried)s) n",
        id=relance,
        f=fournisseur,
        tried=tried,
    )
    provider.upset(NEVER_CAME)
    send_now(relances_url, fournisseur)
    let_time_pass(relances_url, ABSENCE)
    clear(relances_url)
    assert (relances(relances_url)[0]["statut"], relances(relances_url)[0]["code"]) == ("echec", "jamais_partie")
    invariants(relances_url, provider.ledger())


@both
def test_calls_that_were_never_made_are_no_attempts(relances_url: str, provider: Provider, fournisseur: str) -> None:
    [relance] = stage(relances_url, fournisseur, tentatives=ENVOI.tentatives_max)
    ask(
        relances_url,
        "INSERT INTO relances.tentative (relance_id, numero, fournisseur, proprietaire, terminee_le, issue) "
        "SELECT %(id)s, n, %(f)s, gen_random_uuid(), now(), 'non_envoyee' FROM generate_series(1, %(tried)s) n",
        id=relance,
        f=fournisseur,
        tried=ENVOI.tentatives_max,
    )
    provider.upset(NEVER_CAME)
    send_now(relances_url, fournisseur)
    let_time_pass(relances_url, ABSENCE)
    clear(relances_url)
    assert statuts(relances_url) == {"en_attente": 1}


@both
def test_one_pass_clears_all_that_dead_workers_left_and_sends_what_never_left(
    relances_url: str, provider: Provider, fournisseur: str
) -> None:
    for rang in range(6):
        stage(relances_url, fournisseur, telephone=f"1514555000{rang // 2}", texte="Pareil")

    async def die(nombre: int, arrived: int) -> None:
        hook = hook_of(fournisseur)
        where = lot(fournisseur=fournisseur)
        async with LotStore(relances_url, where, 60, hook.account, 72) as store, hook.open() as sender:
            for claim in (await store.exchange((), nombre))[:arrived]:
                await sender.send(Message(claim.telephone, claim.texte))

    asyncio.run(die(4, 3))
    asyncio.run(die(2, 0))
    let_time_pass(relances_url, 60 + ABSENCE + 1)
    jour.reconcile_every_run()
    assert statuts(relances_url) == {"envoyee": 6}
    assert len(provider.ledger()) == 6
    before = len(journal(relances_url))
    jour.reconcile_every_run()
    assert len(journal(relances_url)) == before == 9
    invariants(relances_url, provider.ledger())


def test_doubts_that_are_found_late_are_asked_of_before_they_are_closed(relances_url: str, provider: Provider) -> None:
    """Nobody reconciled for days: that does not make them doubts of which nobody could tell."""
    never_sent(relances_url, 3, seconds=3 * ENVOI.delai_incertitude)
    clear(relances_url)
    assert statuts(relances_url) == {"incertaine": 2, "en_attente": 1}
    clear(relances_url, 60)
    assert statuts(relances_url) == {"en_attente": 3}


@both
def test_nothing_is_asked_during_the_quarantine(relances_url: str, provider: Provider, fournisseur: str) -> None:
    leave_in_doubt(relances_url, provider, fournisseur, NEVER_CAME)
    let_time_pass(relances_url, QUARANTINE - 1 - ABSENCE)
    before = provider.stats()["requests"]
    clear(relances_url)
    assert provider.stats()["requests"] == before
    assert statuts(relances_url) == {"incertaine": 1}


@both
def test_a_worker_that_died_in_its_call_leaves_a_doubt_like_any_other(
    relances_url: str, provider: Provider, fournisseur: str
) -> None:
    stage(relances_url, fournisseur)

    async def die_before_settling() -> None:
        hook = hook_of(fournisseur)
        async with (
            LotStore(relances_url, lot(fournisseur=fournisseur), 60, hook.account, 72) as store,
            hook.open() as sender,
        ):
            [claim] = await store.exchange((), 1)
            await sender.send(Message(claim.telephone, claim.texte))

    asyncio.run(die_before_settling())
    let_time_pass(relances_url, 61)
    clear(relances_url)
    assert statuts(relances_url) == {"incertaine": 1}
    let_time_pass(relances_url, ABSENCE)
    clear(relances_url)
    assert statuts(relances_url) == {"envoyee": 1}
    assert journal(relances_url) == [(1, None, "retrouvee")]
    invariants(relances_url, provider.ledger())


@both
def test_nothing_found_proves_nothing_before_its_time(relances_url: str, provider: Provider, fournisseur: str) -> None:
    leave_in_doubt(relances_url, provider, fournisseur, NEVER_CAME)
    let_time_pass(relances_url, QUARANTINE - ABSENCE)
    clear(relances_url)
    [doubt] = relances(relances_url)
    assert (doubt["statut"], doubt["interrogee_le"] is not None) == ("incertaine", True)
    let_time_pass(relances_url, ABSENCE - QUARANTINE)
    clear(relances_url)
    assert statuts(relances_url) == {"en_attente": 1}


@both
def test_a_message_that_arrived_is_found_before_nothing_found_would_prove_anything(
    relances_url: str, provider: Provider, fournisseur: str
) -> None:
    leave_in_doubt(relances_url, provider, fournisseur, LOST)
    let_time_pass(relances_url, QUARANTINE - ABSENCE)
    clear(relances_url)
    assert statuts(relances_url) == {"envoyee": 1}


@pytest.mark.parametrize("called", ["AC" + "1" * 32, None], ids=["another account", "an account nobody wrote down"])
def test_what_another_account_does_not_see_stays_in_doubt_until_its_deadline(
    relances_url: str, provider: Provider, called: str | None
) -> None:
    leave_in_doubt(relances_url, provider, "twilio", NEVER_CAME)
    ask(relances_url, "UPDATE relances.tentative SET compte = %(called)s", called=called)
    clear(relances_url)
    assert statuts(relances_url) == {"incertaine": 1}
    let_time_pass(relances_url, ENVOI.delai_incertitude)
    clear(relances_url)
    assert (relances(relances_url)[0]["statut"], relances(relances_url)[0]["code"]) == ("echec", "408")


def test_a_call_that_turns_out_to_have_been_taken_twice_is_reported(
    relances_url: str, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    leave_in_doubt(relances_url, provider, "twilio", NEVER_CAME, NEVER_CAME)
    for _ in range(2):
        clear(relances_url)
    let_time_pass(relances_url)
    send_now(relances_url, "twilio")
    clear(relances_url)
    assert "sent twice" not in caplog.text
    ask(
        relances_url,
        "UPDATE relances.tentative SET issue = 'acceptee', reference = 'SMlate' WHERE relance_id = 2 AND numero = 1",
    )
    clear(relances_url)
    assert "sent twice: [2]" in caplog.text


def test_a_double_is_told_of_once(relances_url: str, provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    stage(relances_url, "twilio", 2, statut="envoyee", reference="r", envoyee_le="now", tentatives=2)
    called_twice(relances_url, relance=1)
    with running_chat() as chat:
        monkeypatch.setenv("AIRFLOW_CONN_ALERTES", chat.connection())
        for _ in range(2):
            jour.reconcile_every_run()
        called_twice(relances_url, relance=2)
        jour.reconcile_every_run()
    assert [text.splitlines()[1] for text in chat.texts()] == ["Numéros de relance : 1", "Numéros de relance : 2"]


def called_twice(url: str, relance: int) -> None:
    """Twilio took both calls for a relance."""
    ask(
        url,
        "INSERT INTO relances.tentative (relance_id, numero, fournisseur, proprietaire, terminee_le, issue, reference) "
        "SELECT %(id)s, n, 'twilio', gen_random_uuid(), now(), 'acceptee', 'SM' || n FROM generate_series(1, 2) n",
        id=relance,
    )


# --- who cannot tell ---


@both
@pytest.mark.parametrize("fault", ["lookup_500", "lookup_timeout"])
def test_a_look_up_that_fails_leaves_the_doubt_for_a_later_pass(
    relances_url: str, provider: Provider, connect: Connect, fournisseur: str, fault: str
) -> None:
    leave_in_doubt(relances_url, provider, fournisseur, LOST)
    connect(fournisseur, timeout=0.3)
    provider.upset({"fault": fault})
    clear(relances_url)
    assert statuts(relances_url) == {"incertaine": 1}
    provider.upset()
    connect(fournisseur)
    let_time_pass(relances_url, 31)
    clear(relances_url)
    assert statuts(relances_url) == {"envoyee": 1}


@both
def test_a_doubt_that_nobody_could_clear_ends_in_408_at_its_deadline(
    relances_url: str, provider: Provider, fournisseur: str
) -> None:
    leave_in_doubt(relances_url, provider, fournisseur, LOST)
    provider.upset({"fault": "lookup_500"})
    let_time_pass(relances_url, ENVOI.delai_incertitude - ABSENCE - 60)
    clear(relances_url)
    assert statuts(relances_url) == {"incertaine": 1}
    let_time_pass(relances_url, 61)
    clear(relances_url)
    [closed] = relances(relances_url)
    assert (closed["statut"], closed["code"]) == ("echec", "408")
    assert closed["motif"] == "pas de réponse du fournisseur : le message est peut-être arrivé"
    invariants(relances_url, provider.ledger())


def test_a_template_in_doubt_is_never_taken_for_absent(relances_url: str, provider: Provider) -> None:
    template = {"modele": "HX" + "0" * 32, "variables": ["Marie ONDO"]}
    leave_in_doubt(relances_url, provider, "twilio", LOST, **template)
    clear(relances_url)
    assert statuts(relances_url) == {"incertaine": 1}
    invariants(relances_url, provider.ledger(), at_rest=False)


@both
def test_a_failed_look_up_ends_the_pass_and_its_doubt_comes_last_in_the_next(
    relances_url: str, provider: Provider, fournisseur: str
) -> None:
    leave_in_doubt(relances_url, provider, fournisseur, NEVER_CAME, NEVER_CAME)
    ask(relances_url, "UPDATE relances.relance SET telephone = '15145550000' WHERE id = 2")
    provider.upset({"fault": "lookup_500"})
    clear(relances_url)
    assert [row["interrogee_le"] is not None for row in relances(relances_url)] == [True, False]
    clear(relances_url)
    first, second = relances(relances_url)
    assert second["interrogee_le"] > first["interrogee_le"]


def test_a_pass_whose_time_is_over_asks_of_one_doubt_and_leaves_the_others_to_the_next(
    relances_url: str, provider: Provider
) -> None:
    never_sent(relances_url, 3, seconds=3600)
    for left in (2, 1, 0):
        clear(relances_url)
        assert statuts(relances_url).get("incertaine", 0) == left


def test_a_pass_that_has_time_asks_of_every_doubt(relances_url: str, provider: Provider) -> None:
    never_sent(relances_url, 45, seconds=3600)
    clear(relances_url, 60)
    assert statuts(relances_url) == {"en_attente": 45}


def test_passes_do_not_ask_of_the_same_doubt_again_within_half_a_minute(relances_url: str, provider: Provider) -> None:
    never_sent(relances_url, 1, seconds=QUARANTINE + 1)
    asked = list[bool]()
    for since in (0, 15, 16):  # seconds
        let_time_pass(relances_url, since)
        before = provider.stats()["requests"]
        clear(relances_url)
        asked.append(provider.stats()["requests"] != before)
    assert asked == [True, False, True]


def test_the_first_to_have_become_a_doubt_is_asked_of_before_the_others_of_its_number(
    relances_url: str, provider: Provider
) -> None:
    never_sent(relances_url, 3, seconds=3600)
    ask(relances_url, "UPDATE relances.relance SET telephone = %(t)s WHERE id > 1", t=TELEPHONE)
    ask(relances_url, "UPDATE relances.relance SET incertaine_depuis = incertaine_depuis - interval '1 s' WHERE id = 3")
    assert to_ask(relances_url) == [3, 1]


def test_thousands_of_new_doubts_are_listed_without_comparing_them_two_by_two(
    relances_url: str, provider: Provider
) -> None:
    """Nobody has analyzed the tables: what makes the planner expect one doubt where there are thousands."""
    never_sent(relances_url, 1, seconds=3600)
    with psycopg.connect(relances_url, autocommit=True) as relances:
        relances.execute("ALTER TABLE relances.relance SET (autovacuum_enabled = false)")
        relances.execute("ALTER TABLE relances.tentative SET (autovacuum_enabled = false)")
        relances.execute(
            """
            WITH douteuse AS (
                INSERT INTO relances.relance (source, contribuable_id, canal, occasion, execution_id, date_relance,
                    niveau, fournisseur, telephone, telephone_migre, texte, segments, montant_du, devise, echeance,
                    statut, tentatives, code, incertaine_depuis)
                SELECT source, 'n' || n, canal, occasion, execution_id, date_relance, niveau, fournisseur,
                    '1514' || 5_600_000 + n, telephone_migre, texte, segments, montant_du, devise, echeance,
                    statut, tentatives, code, incertaine_depuis
                FROM relances.relance, generate_series(1, 12000) AS n
                RETURNING id
            )
            INSERT INTO relances.tentative (relance_id, numero, fournisseur, proprietaire)
            SELECT id, 1, 'twilio', gen_random_uuid() FROM douteuse
            """
        )
        relances.execute("SET statement_timeout = '5s'")
        assert len(Incertaines(relances).to_ask("twilio", QUARANTINE, ABSENCE, 30, 20)) == 20


def to_ask(url: str) -> list[int]:
    """The doubts that Twilio would be asked of now."""
    with psycopg.connect(url, autocommit=True) as relances:
        return [doubt.relance_id for doubt in Incertaines(relances).to_ask("twilio", QUARANTINE, ABSENCE, 30, 20)]


def never_sent(url: str, nombre: int, seconds: float) -> None:
    """Incertaines of so many seconds ago, to numbers of their own, of messages that Twilio never saw."""
    for rang in range(nombre):
        stage(url, "twilio", telephone=f"151455500{rang:02d}")
    ask(
        url,
        """
        WITH jamais_parties AS (
            UPDATE relances.relance SET statut = 'incertaine', tentatives = 1, code = '408',
                incertaine_depuis = now() - make_interval(secs => %(seconds)s)
            RETURNING id
        )
        INSERT INTO relances.tentative (relance_id, numero, fournisseur, compte, proprietaire, commencee_le)
        SELECT id, 1, 'twilio', %(compte)s, gen_random_uuid(), now() - make_interval(secs => %(seconds)s)
        FROM jamais_parties
        """,
        seconds=seconds,
        compte=hook_of("twilio").account,
    )


# --- one number, several messages ---


@both
def test_of_two_texts_alike_one_arrived_and_one_is_sent_again(
    relances_url: str, provider: Provider, fournisseur: str
) -> None:
    leave_in_doubt(relances_url, provider, fournisseur, LOST, NEVER_CAME, texte="Pareil")
    for _ in range(3):
        clear(relances_url)
    assert statuts(relances_url) == {"envoyee": 1, "en_attente": 1}
    let_time_pass(relances_url)
    send_now(relances_url, fournisseur)
    assert len(provider.ledger()) == 2
    invariants(relances_url, provider.ledger())


@both
def test_two_texts_alike_that_both_arrived_are_each_found(
    relances_url: str, provider: Provider, fournisseur: str
) -> None:
    leave_in_doubt(relances_url, provider, fournisseur, LOST, LOST, texte="Pareil")
    for _ in range(2):
        clear(relances_url)
    assert statuts(relances_url) == {"envoyee": 2}
    assert {uuid_of(fournisseur, row["reference"]) for row in relances(relances_url)} == {
        entry["uuid"] for entry in provider.ledger()
    }
    invariants(relances_url, provider.ledger())


@both
def test_a_message_clears_one_doubt_though_two_passes_look_at_once(
    relances_url: str, provider: Provider, fournisseur: str
) -> None:
    leave_in_doubt(relances_url, provider, fournisseur, LOST, NEVER_CAME, NEVER_CAME, texte="Pareil")
    for _ in range(3):
        with ThreadPoolExecutor(3) as pool:
            list(pool.map(clear, [relances_url] * 3))
    assert statuts(relances_url) == {"envoyee": 1, "en_attente": 2}
    invariants(relances_url, provider.ledger())


@both
def test_a_message_known_to_be_another_relance_s_clears_no_doubt(
    relances_url: str, provider: Provider, fournisseur: str
) -> None:
    stage(relances_url, fournisseur, texte="Pareil")
    send_now(relances_url, fournisseur)
    stage(relances_url, fournisseur, texte="Pareil")
    provider.upset(NEVER_CAME)
    send_now(relances_url, fournisseur)
    let_time_pass(relances_url, ABSENCE)
    clear(relances_url)
    assert [row["statut"] for row in relances(relances_url)] == ["envoyee", "en_attente"]
    invariants(relances_url, provider.ledger())


@both
def test_a_doubt_waits_for_the_end_of_a_call_to_the_same_number(
    relances_url: str, provider: Provider, fournisseur: str
) -> None:
    leave_in_doubt(relances_url, provider, fournisseur, LOST, texte="Pareil")

    async def clear_during_a_call() -> dict[str, int]:
        async with LotStore(relances_url, lot(fournisseur=fournisseur), 60, "compte", 72) as store:
            stage(relances_url, fournisseur, texte="Pareil")
            await store.exchange((), 1)
            await asyncio.to_thread(clear, relances_url)
            return statuts(relances_url)

    assert asyncio.run(clear_during_a_call()) == {"incertaine": 1, "en_cours": 1}


@pytest.mark.parametrize("fournisseur", ["zoom", "twilio"])
def test_a_stranger_s_message_to_the_number_is_not_adopted(
    relances_url: str, provider: Provider, fournisseur: str
) -> None:
    """Its text is another, but may be ours changed on the way: the doubt stays."""
    stage(relances_url, fournisseur)
    provider.upset(NEVER_CAME)
    send_now(relances_url, fournisseur)

    async def send_beside() -> None:
        async with hook_of(fournisseur).open() as sender:
            await sender.send(Message(TELEPHONE, "D'un autre programme"))

    asyncio.run(send_beside())
    let_time_pass(relances_url, ABSENCE)
    clear(relances_url)
    assert statuts(relances_url) == {"incertaine": 1}
