"""A fault of the account that is told once its messages were accepted: the voie is held up, and nobody is blamed."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from relances.rendering.rapport import rapport
from relances.rules.afterwards import delivered
from relances.rules.arret import Action
from relances.rules.causes import cause
from relances.rules.errors import Blocked
from relances.rules.outcomes import Reglement
from relances.sending.traffic import Traffic
from relances.services.comptes import Compte
from relances.services.fournisseurs import explications
from relances.services.rapport import look
from relances.store.comptes import hold_voie
from relances.store.durabilite import DurableConnection
from relances.store.executions import Executions
from relances.store.suivi import Suivi
from relances.store.voies import VoieStore
from relances_providers.errors import Fault, Misconfigured, TryLater
from relances_providers.messaging import Limits
from tests import jour
from tests.chat import Chat, running_chat
from tests.integration.asked import act
from tests.integration.conftest import Connect
from tests.integration.invariants import invariants
from tests.integration.provider import Provider, lot, send
from tests.integration.staged import stage_relances
from tests.integration.world import Row, ask, let_time_pass, request, statuts
from tests.jour import here, politique, wording
from tests.support import one_sentence

FORTY = 40
DISABLED = {"twilio": "63112"}
RUN = request()
CURE = "Meta Business Manager"
PAUSE = 600  # seconds between two questions about one message


@pytest.fixture(autouse=True)
def twilio(connect: Connect) -> None:
    connect("twilio")


@pytest.fixture
def chat(monkeypatch: pytest.MonkeyPatch) -> Iterator[Chat]:
    """The webhook of the alerts."""
    with running_chat() as chat:
        monkeypatch.setenv("AIRFLOW_CONN_ALERTES", chat.connection())
        yield chat


def stage(url: str, nombre: int = FORTY, **over: Any) -> list[int]:
    return stage_relances(url, nombre, **{"canal": "whatsapp", "fournisseur": "twilio", **over})


def send_all(url: str) -> None:
    asyncio.run(send(url, lot(fournisseur="twilio")))


def accepted_by_a_broken_account(url: str, provider: Provider, nombre: int = FORTY) -> None:
    """What a run left: messages that Twilio took, which Meta will not have."""
    stage(url, nombre)
    provider.upset(later=DISABLED)
    send_all(url)
    assert statuts(url) == {"envoyee": nombre}


def lane(url: str) -> Row:
    [row] = ask(url, "SELECT suspendue_jusqu_au, motif FROM relances.voie WHERE fournisseur = 'twilio'")
    return row


def sent_by(provider: Provider) -> int:
    return len(provider.ledger())


def learn() -> None:
    """A pass every quarter of an hour learns it."""
    with pytest.raises(Misconfigured, match="63112"):
        jour.reconcile_every_run()


# --- what it makes of forty people ---


def test_forty_accepted_then_failed_for_the_account_are_all_sent_once_more_once_it_is_mended(
    relances_url: str, provider: Provider, chat: Chat
) -> None:
    accepted_by_a_broken_account(relances_url, provider)
    with pytest.raises(Misconfigured, match=CURE) as red:
        jour.reconcile(RUN)
    one_sentence(red.value)
    assert "numéro" not in str(red.value).partition(" — ")[0]

    assert statuts(relances_url) == {"en_attente": FORTY}
    assert ask(relances_url, "SELECT 1 FROM relances.numero_signale") == []
    held = lane(relances_url)
    assert held["suspendue_jusqu_au"] > datetime.now(UTC)
    assert CURE in held["motif"]
    assert [CURE in text and "la voie twilio est suspendue" in text for text in chat.texts()] == [True]
    assert sent_by(provider) == FORTY
    invariants(relances_url, provider.ledger())

    provider.upset()
    act(Action.REPRENDRE, "twilio")
    let_time_pass(relances_url, PAUSE + 1)
    jour.reconcile_every_run()
    let_time_pass(relances_url, PAUSE + 1)
    jour.reconcile_every_run()
    assert statuts(relances_url) == {"livree": FORTY}
    assert sent_by(provider) == 2 * FORTY
    calls = ask(relances_url, "SELECT numero, issue, constat, constat_code FROM relances.tentative")
    assert sorted({tuple(call.values()) for call in calls}) == [
        (1, "acceptee", "non_livree", "63112"),
        (2, "acceptee", "livree", None),
    ]
    invariants(relances_url, provider.ledger())
    assert jour.reconcile(RUN)


def test_its_report_says_what_to_mend_and_blames_no_number(relances_url: str, provider: Provider) -> None:
    accepted_by_a_broken_account(relances_url, provider)
    learn()
    with psycopg.connect(relances_url, autocommit=True) as relances:
        said = wording()
        text = rapport(look(relances, Executions(relances).get(RUN.run_id), said), said.explications)
    assert "twilio est suspendu par une faute du compte" in text
    assert CURE in text
    assert "vérifier le numéro" not in text
    assert CURE in " ".join(act(Action.VOIR, "twilio"))


def test_a_run_whose_relances_wait_for_the_account_is_red_whoever_learnt_it(
    relances_url: str, provider: Provider
) -> None:
    accepted_by_a_broken_account(relances_url, provider)
    learn()
    with pytest.raises(Blocked, match=CURE) as red:
        jour.reconcile(RUN)
    one_sentence(red.value)


def test_a_run_of_other_relances_is_not_red_for_it(relances_url: str, provider: Provider) -> None:
    accepted_by_a_broken_account(relances_url, provider)
    learn()
    other = request("autre", RUN.date_relance - timedelta(days=1))
    with psycopg.connect(relances_url, autocommit=True) as relances:
        Executions(relances).open(other, "collecte_taxe")
    assert jour.reconcile(other)


def test_no_attempt_is_used_up_however_often_it_happens(relances_url: str, provider: Provider) -> None:
    accepted_by_a_broken_account(relances_url, provider, 1)
    for _ in range(politique().envoi.tentatives_max + 1):
        learn()
        let_time_pass(relances_url, 2 * 86_400)
        send_all(relances_url)
        assert statuts(relances_url) == {"envoyee": 1}
    learn()
    assert statuts(relances_url) == {"en_attente": 1}


def test_a_number_s_fault_among_them_is_still_that_number_s(relances_url: str, provider: Provider) -> None:
    stage(relances_url, 1, telephones=["24166063024"])
    send_all(relances_url)
    stage(relances_url, 3)
    provider.upset(later=DISABLED)
    send_all(relances_url)
    learn()
    assert statuts(relances_url) == {"echec": 1, "en_attente": 3}
    assert len(ask(relances_url, "SELECT 1 FROM relances.numero_signale")) == 1


def test_it_moves_nothing_to_another_channel(relances_url: str, provider: Provider, connect: Connect) -> None:
    accepted_by_a_broken_account(relances_url, provider, 3)
    learn()
    jour.reconcile_every_run()
    moved = ask(relances_url, "SELECT 1 FROM relances.relance WHERE repli_le IS NOT NULL OR canal <> 'whatsapp'")
    assert moved == []


# --- until it is mended ---


def test_while_it_lasts_an_opening_of_the_lane_costs_one_message(relances_url: str, provider: Provider) -> None:
    accepted_by_a_broken_account(relances_url, provider)
    learn()
    openings = 6
    for _ in range(openings):
        let_time_pass(relances_url, politique().envoi.disjoncteur.pause_max + 1)
        with suppress(Misconfigured):
            jour.reconcile_every_run()
        assert lane(relances_url)["suspendue_jusqu_au"] > datetime.now(UTC)
    assert FORTY < sent_by(provider) <= FORTY + openings
    assert CURE in lane(relances_url)["motif"]
    invariants(relances_url, provider.ledger())


def test_a_probe_that_arrives_opens_the_lane_and_is_told(relances_url: str, provider: Provider, chat: Chat) -> None:
    accepted_by_a_broken_account(relances_url, provider)
    learn()
    provider.upset()
    let_time_pass(relances_url, politique().envoi.disjoncteur.pause_max + 1)
    jour.reconcile_every_run()
    assert statuts(relances_url) == {"envoyee": 1, "en_attente": FORTY - 1}
    let_time_pass(relances_url, PAUSE + 1)
    jour.reconcile_every_run()
    assert statuts(relances_url) == {"livree": 1, "envoyee": FORTY - 1}
    assert "envoie de nouveau" in chat.texts()[-1]
    let_time_pass(relances_url, PAUSE + 1)
    jour.reconcile_every_run()
    assert statuts(relances_url) == {"livree": FORTY}
    assert sent_by(provider) == 2 * FORTY
    invariants(relances_url, provider.ledger())


def test_a_relance_that_it_strikes_again_waits_longer_until_a_person_resumes(
    relances_url: str, provider: Provider
) -> None:
    accepted_by_a_broken_account(relances_url, provider, 1)
    learn()
    [first] = ask(relances_url, "SELECT prochaine_tentative_le FROM relances.relance")
    assert first["prochaine_tentative_le"] is None
    let_time_pass(relances_url, politique().envoi.disjoncteur.pause_max + 1)
    send_all(relances_url)
    learn()
    [again] = ask(relances_url, "SELECT prochaine_tentative_le FROM relances.relance")
    assert again["prochaine_tentative_le"] > datetime.now(UTC) + timedelta(minutes=20)
    act(Action.REPRENDRE, "twilio")
    [resumed] = ask(relances_url, "SELECT prochaine_tentative_le FROM relances.relance")
    assert resumed["prochaine_tentative_le"] is None


def test_what_is_told_after_the_mend_of_messages_of_before_holds_nothing_up(
    relances_url: str, provider: Provider
) -> None:
    accepted_by_a_broken_account(relances_url, provider, 2)
    ask(
        relances_url, "UPDATE relances.relance SET interrogee_le = now() WHERE id = 2"
    )  # not asked of by the first pass
    learn()
    provider.upset()
    act(Action.REPRENDRE, "twilio")
    let_time_pass(relances_url, PAUSE + 1)
    jour.reconcile_every_run()
    assert statuts(relances_url) == {"envoyee": 2}
    assert lane(relances_url)["suspendue_jusqu_au"] is None


def test_resumed_without_a_mend_it_is_held_up_again(relances_url: str, provider: Provider) -> None:
    accepted_by_a_broken_account(relances_url, provider, 2)
    learn()
    act(Action.REPRENDRE, "twilio")
    let_time_pass(relances_url, PAUSE + 1)
    jour.reconcile_every_run()
    learn_again = lane(relances_url)
    assert learn_again["suspendue_jusqu_au"] is None
    let_time_pass(relances_url, PAUSE + 1)
    learn()
    assert lane(relances_url)["suspendue_jusqu_au"] > datetime.now(UTC)


# --- whatever the fournisseur ---


def test_it_is_told_though_the_lane_was_suspended_for_something_else(
    relances_url: str, provider: Provider, chat: Chat
) -> None:
    accepted_by_a_broken_account(relances_url, provider, 1)
    ask(
        relances_url,
        "UPDATE relances.voie SET suspensions = 1, suspendue_jusqu_au = now() + interval '1 min', motif = 'panne'",
    )
    learn()
    assert CURE in lane(relances_url)["motif"]
    assert len(chat.texts()) == 1


def test_late_news_that_it_arrived_all_the_same_wins(
    relances_url: str, relances: psycopg.Connection, provider: Provider
) -> None:
    accepted_by_a_broken_account(relances_url, provider, 1)
    [followed] = Suivi(relances).take("twilio", 3, PAUSE, 10)
    let_time_pass(relances_url, PAUSE + 1)
    learn()
    written: list[tuple[object, Reglement]] = [(followed, delivered())]
    Suivi(relances).write(written)  # type: ignore[arg-type]
    assert statuts(relances_url) == {"livree": 1}
    invariants(relances_url, provider.ledger())


def test_a_fault_of_any_account_holds_its_own_lane_up(relances_url: str, relances: psycopg.Connection) -> None:
    account = Compte(relances, "zoom", politique().envoi.disjoncteur)
    faute = Misconfigured(
        "campagne refusée : faites-la approuver — campaign rejected: have it approved", code="campagne"
    )
    account.blame([(datetime.now(UTC), faute)])
    [held] = ask(relances_url, "SELECT fournisseur, motif FROM relances.voie WHERE suspendue_jusqu_au > now()")
    assert held["fournisseur"] == "zoom"
    assert "faites-la approuver" in held["motif"]
    assert account.faute is faute


def test_an_arrival_that_nobody_waited_for_changes_nothing(relances_url: str, relances: psycopg.Connection) -> None:
    account = Compte(relances, "twilio", politique().envoi.disjoncteur)
    account.clear([datetime.now(UTC)])
    assert account.guerie_de is None


def test_an_arrival_of_a_message_of_before_is_no_proof(relances_url: str, relances: psycopg.Connection) -> None:
    before = datetime.now(UTC)
    hold_voie(relances, "twilio", politique().envoi.disjoncteur, "compte désactivé — account disabled", before)
    account = Compte(relances, "twilio", politique().envoi.disjoncteur)
    account.clear([before])
    assert lane(relances_url)["suspendue_jusqu_au"] is not None


# --- at once ---

CLOSED_COUNTRY = "24166021408"  # its country is not enabled for the account


def test_a_country_closed_for_one_holds_up_nobody_else(relances_url: str, provider: Provider) -> None:
    stage(relances_url, 1, telephones=[CLOSED_COUNTRY])
    stage(relances_url, 3)
    send_all(relances_url)
    assert statuts(relances_url) == {"en_attente": 1, "envoyee": 3}
    assert lane(relances_url)["suspendue_jusqu_au"] is None


def test_a_country_closed_for_most_holds_the_lane_up_and_says_what_to_open(
    relances_url: str, provider: Provider
) -> None:
    stage(relances_url, FORTY, telephone=CLOSED_COUNTRY)
    with pytest.raises(Misconfigured, match="ouvrez ce pays"):
        send_all(relances_url)
    assert statuts(relances_url) == {"en_attente": FORTY}
    assert "ouvrez ce pays" in lane(relances_url)["motif"]


async def test_a_refusal_that_nobody_explains_pauses_the_lane_where_most_calls_meet_it(relances_url: str) -> None:
    disjoncteur, limits = politique().envoi.disjoncteur, Limits(rate_per_second=1000, max_in_flight=8, timeout=5)
    unknown = TryLater("code inconnu — unknown code", code="21999", fault=Fault.NOBODY)
    async with DurableConnection(relances_url) as durable:
        traffic = Traffic(VoieStore(durable, "twilio"), limits, disjoncteur)
        await traffic.open()
        traffic.learn(unknown, 0.01)
        assert traffic.places == limits.max_in_flight  # it answered: that is no outage
        for _ in range(disjoncteur.echantillon - 2):
            traffic.learn(unknown, 0.01)
        assert traffic.trouble is None
        traffic.learn(unknown, 0.01)
        assert traffic.trouble is not None
        assert traffic.trouble.to_mend is None


@pytest.mark.parametrize("fault", [Fault.NUMBER, Fault.TEXT])
async def test_what_only_concerns_one_message_pauses_nothing_however_long_it_waits(
    relances_url: str, fault: Fault
) -> None:
    limits = Limits(rate_per_second=1000, max_in_flight=8, timeout=5)
    tomorrow = TryLater("Meta n'en veut pas — not now", code="63049", fault=fault, retry_after=86_400)
    async with DurableConnection(relances_url) as durable:
        traffic = Traffic(VoieStore(durable, "twilio"), limits, politique().envoi.disjoncteur)
        await traffic.open()
        for _ in range(politique().envoi.disjoncteur.echantillon):
            traffic.learn(tomorrow, 0.01)
        assert traffic.trouble is None


# --- what nobody knows ---


@pytest.mark.parametrize(("fournisseur", "later"), [("twilio", "63199"), ("zoom", "failed_to_send")])
def test_an_unknown_reason_blames_nobody_and_is_tried_again_so_many_times(
    relances_url: str, provider: Provider, connect: Connect, fournisseur: str, later: str
) -> None:
    connect("zoom")
    canal = {"twilio": "whatsapp", "zoom": "sms"}[fournisseur]
    stage_relances(relances_url, 2, telephone="15145551234", canal=canal, fournisseur=fournisseur)
    provider.upset(later={fournisseur: later})
    for _ in range(politique().envoi.tentatives_max):
        asyncio.run(send(relances_url, lot(fournisseur=fournisseur)))
        assert statuts(relances_url) == {"envoyee": 2}
        jour.reconcile_every_run()
        let_time_pass(relances_url, 86_400)
    failed = ask(relances_url, "SELECT statut, code, repli_le FROM relances.relance")
    assert [tuple(row.values()) for row in failed] == [("echec", later, None)] * 2
    assert ask(relances_url, "SELECT 1 FROM relances.numero_signale") == []
    assert "vérifier le numéro" not in cause(later, fournisseur, explications(here())).que_faire
    invariants(relances_url, provider.ledger())
