"""What became of accepted messages: asked once a pass, written by rank, never backwards."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from relances.policy.politique import load_policy
from relances.rules.afterwards import delivered, undelivered
from relances.rules.outcomes import Refusee, Reglement, Reportee
from relances.services import reconciliation
from relances.store.database import query
from relances.store.suivi import Suivi, Suivie
from relances_providers.errors import OutcomeUnknown
from tests import jour
from tests.integration.conftest import Connect
from tests.integration.invariants import invariants
from tests.integration.provider import Provider, lot, send
from tests.integration.staged import stage_relances
from tests.integration.world import Row, ask, let_time_pass, request, statuts

ENVOI = load_policy().envoi
CANAL = {"twilio": "whatsapp", "zoom": "sms"}
ORDINARY = "15145551234"
PAUSE = 600  # seconds between two questions about one message

both = pytest.mark.parametrize("fournisseur", CANAL)


@pytest.fixture(autouse=True)
def the_two_that_can_be_asked(connect: Connect) -> None:
    for fournisseur in CANAL:
        connect(fournisseur)


def send_to(url: str, fournisseur: str, *telephones: str, **over: object) -> None:
    """Have one relance for each number accepted."""
    over = {"canal": CANAL[fournisseur], "fournisseur": fournisseur} | over
    stage_relances(url, len(telephones), telephones=telephones, **over)
    asyncio.run(send(url, lot(fournisseur=fournisseur)))


def follow(url: str, seconds: float = 60) -> None:
    """One pass, without what a run does beside it."""
    with psycopg.connect(url, autocommit=True) as relances:
        reconciliation.reconcile(relances, jour.here().connectes(), ENVOI, seconds)


def relances(url: str) -> list[Row]:
    return ask(url, "SELECT * FROM relances.relance ORDER BY id")


def flagged(url: str) -> list[tuple[object, ...]]:
    rows = ask(url, "SELECT telephone, canal, etat, code FROM relances.numero_signale ORDER BY telephone")
    return [tuple(row.values()) for row in rows]


def age_questions(url: str, seconds: float) -> None:
    ask(
        url,
        "UPDATE relances.relance SET interrogee_le = interrogee_le - make_interval(secs => %(s)s)",
        s=seconds,
    )


# --- what the providers say ---


@both
def test_what_is_on_the_phone_is_delivered(relances_url: str, provider: Provider, fournisseur: str) -> None:
    send_to(relances_url, fournisseur, ORDINARY, "15145550000")
    follow(relances_url)
    assert [(row["statut"], row["livree_le"] is not None) for row in relances(relances_url)] == [("livree", True)] * 2
    invariants(relances_url, provider.ledger())


@pytest.mark.parametrize(("code", "etat"), [("63024", "injoignable"), ("63033", "opposition"), ("63016", None)])
def test_what_will_never_arrive_has_failed_and_may_mark_its_number(
    relances_url: str, provider: Provider, code: str, etat: str | None
) -> None:
    telephone = f"241660{code}"
    send_to(relances_url, "twilio", telephone)
    follow(relances_url)
    [failed] = relances(relances_url)
    assert (failed["statut"], failed["code"]) == ("echec", code)
    assert telephone not in failed["motif"]
    assert flagged(relances_url) == ([(telephone, "whatsapp", etat, code)] if etat else [])
    call = ask(relances_url, "SELECT issue, constat, constat_code FROM relances.tentative")
    assert call == [{"issue": "acceptee", "constat": "non_livree", "constat_code": code}]
    invariants(relances_url, provider.ledger())


def test_what_may_still_arrive_is_sent_again_in_its_time(relances_url: str, provider: Provider) -> None:
    send_to(relances_url, "twilio", "24166030003")
    follow(relances_url)
    [put_off] = relances(relances_url)
    assert (put_off["statut"], put_off["code"], put_off["reference"]) == ("en_attente", "30003", None)
    assert put_off["prochaine_tentative_le"] > datetime.now(UTC) + timedelta(hours=3)
    let_time_pass(relances_url, 5 * 3600)
    asyncio.run(send(relances_url, lot(fournisseur="twilio", reprise=True)))
    calls = ask(relances_url, "SELECT numero, issue, constat FROM relances.tentative ORDER BY numero")
    assert [tuple(call.values()) for call in calls] == [(1, "acceptee", "non_livree"), (2, "acceptee", None)]
    assert len(provider.ledger()) == 2
    invariants(relances_url, provider.ledger())


def test_a_failure_of_zoom_is_said_in_its_own_words(relances_url: str, provider: Provider) -> None:
    send_to(relances_url, "zoom", "15550000002")
    follow(relances_url)
    assert relances(relances_url)[0]["code"] == "failed_to_deliver"
    invariants(relances_url, provider.ledger())


def test_what_is_still_on_its_way_is_left(relances_url: str, provider: Provider) -> None:
    send_to(relances_url, "zoom", "15550000003")  # Zoom's own word for not knowing
    follow(relances_url)
    assert statuts(relances_url) == {"envoyee": 1}


@both
def test_a_provider_that_does_not_answer_changes_nothing(
    relances_url: str, provider: Provider, connect: Connect, fournisseur: str
) -> None:
    send_to(relances_url, fournisseur, ORDINARY)
    provider.upset({"fault": "lookup_500"})
    follow(relances_url)
    assert statuts(relances_url) == {"envoyee": 1}
    provider.upset()
    age_questions(relances_url, PAUSE + 1)
    follow(relances_url)
    assert statuts(relances_url) == {"livree": 1}


def test_a_fournisseur_that_tells_nothing_is_not_asked(relances_url: str, provider: Provider) -> None:
    stage_relances(relances_url, 1)
    asyncio.run(send(relances_url))
    before = provider.stats()["requests"]
    follow(relances_url)
    assert provider.stats()["requests"] == before
    assert statuts(relances_url) == {"envoyee": 1}


# --- who is asked of ---


def test_a_message_is_not_asked_of_twice_within_ten_minutes(relances_url: str, provider: Provider) -> None:
    send_to(relances_url, "zoom", "15550000003")
    follow(relances_url)
    before = provider.stats()["requests"]
    age_questions(relances_url, PAUSE - 60)
    follow(relances_url)
    assert provider.stats()["requests"] == before
    age_questions(relances_url, 61)
    follow(relances_url)
    assert provider.stats()["requests"] != before


@pytest.mark.parametrize(("days", "statut"), [(-1, "livree"), (1, "envoyee")])
def test_a_message_is_asked_of_for_as_many_days_as_the_policy_says(
    relances_url: str, provider: Provider, days: int, statut: str
) -> None:
    send_to(relances_url, "twilio", ORDINARY)
    ask(
        relances_url,
        "UPDATE relances.relance SET envoyee_le = envoyee_le - make_interval(days => %(days)s)",
        days=ENVOI.jours_suivi + days,
    )
    follow(relances_url)
    assert statuts(relances_url) == {statut: 1}


def send_to_45(url: str, connect: Connect) -> None:
    """Messages to follow over a connection so slow that they are taken by 20, or by 30 where there is a minute."""
    send_to(url, "twilio", *(f"151455500{rang:02d}" for rang in range(45)))
    connect("twilio", rate_per_second=0.5)


def test_a_pass_asks_until_nothing_is_due(relances_url: str, provider: Provider, connect: Connect) -> None:
    send_to_45(relances_url, connect)
    follow(relances_url, 60)
    assert statuts(relances_url) == {"livree": 45}


def test_a_pass_whose_time_is_over_leaves_the_rest_to_the_next_the_longest_unasked_first(
    relances_url: str, provider: Provider, connect: Connect
) -> None:
    send_to_45(relances_url, connect)
    ask(relances_url, "UPDATE relances.relance SET interrogee_le = now() - interval '1 day' WHERE id > 40")
    follow(relances_url, 0)
    assert statuts(relances_url) == {"livree": 20, "envoyee": 25}
    assert {row["statut"] for row in relances(relances_url)[40:]} == {"livree"}
    follow(relances_url, 0)
    assert statuts(relances_url) == {"livree": 40, "envoyee": 5}


def test_what_is_to_be_asked_of_is_found_by_an_index(relances: psycopg.Connection) -> None:
    relances.execute("SET enable_seqscan = off")
    parameters = {"fournisseur": "zoom", "jours": 3, "pause_secondes": PAUSE, "nombre": 10}
    plan = relances.execute(f"EXPLAIN {query('take_to_follow')}", parameters).fetchall()
    assert "relance_a_suivre" in str(plan)
    assert "Sort" not in str(plan)


def test_a_pass_takes_one_token_for_all_that_it_asks(relances_url: str, provider: Provider) -> None:
    send_to(relances_url, "zoom", ORDINARY)
    provider.upset({"fault": "http_502_after", "count": 1})
    with suppress(OutcomeUnknown):
        send_to(relances_url, "zoom", ORDINARY, ORDINARY)
    provider.upset()
    let_time_pass(relances_url, ENVOI.delai_absence)
    before = tokens(provider)
    follow(relances_url)
    assert statuts(relances_url) == {"livree": 3}
    assert tokens(provider) == before + 1


def tokens(provider: Provider) -> int:
    """How many times Zoom was asked for a token."""
    return sum(count for path, count in provider.stats()["requests"].items() if path.endswith("/oauth/token"))


def test_a_run_looks_at_deliveries_and_waits_for_none(relances_url: str, provider: Provider) -> None:
    send_to(relances_url, "zoom", ORDINARY, "15550000003")
    assert jour.reconcile(request())
    assert statuts(relances_url) == {"livree": 1, "envoyee": 1}


def test_a_run_does_not_wait_for_what_is_to_be_sent_again_much_later(relances_url: str, provider: Provider) -> None:
    send_to(relances_url, "twilio", "24166030003")
    assert jour.reconcile(request())
    assert statuts(relances_url) == {"en_attente": 1}


# --- what nothing is said of ---


def age(url: str, **by: int) -> None:
    ask(url, "UPDATE relances.relance SET envoyee_le = envoyee_le - make_interval(days => %(days)s)", **by)


def without_news(url: str) -> list[bool]:
    return [row["sans_nouvelle_le"] is not None for row in relances(url)]


@pytest.mark.parametrize(("days", "marked"), [(-1, False), (1, True)])
def test_a_message_without_news_for_days_stays_sent_and_says_so(
    relances_url: str, provider: Provider, days: int, marked: bool
) -> None:
    send_to(relances_url, "zoom", "15550000003")  # Zoom's own word for not knowing
    age(relances_url, days=ENVOI.jours_suivi + days)
    follow(relances_url)
    assert (statuts(relances_url), without_news(relances_url)) == ({"envoyee": 1}, [marked])


def test_a_fournisseur_that_tells_nothing_owes_no_news(relances_url: str, provider: Provider) -> None:
    stage_relances(relances_url, 1)
    asyncio.run(send(relances_url))
    age(relances_url, days=ENVOI.jours_suivi + 1)
    follow(relances_url)
    assert without_news(relances_url) == [False]


def test_a_receipt_that_comes_after_all_takes_the_mark_away(
    relances_url: str, relances: psycopg.Connection, provider: Provider
) -> None:
    send_to(relances_url, "twilio", ORDINARY)
    [followed] = Suivi(relances).take("twilio", 3, PAUSE, 10)
    assert Suivi(relances).give_up("twilio", 0, 10) == 1
    assert Suivi(relances).give_up("twilio", 0, 10) == 0
    Suivi(relances).write([(followed, delivered())])
    assert (statuts(relances_url), without_news(relances_url)) == ({"livree": 1}, [False])


# --- by rank ---

REFUSED = undelivered(Refusee("63024", "pas sur WhatsApp"), 1, ENVOI)
PUT_OFF = undelivered(Reportee("30003", "éteint", 7200), 1, ENVOI)
DELIVERED = delivered()


@pytest.mark.parametrize(
    ("news", "ends"),
    [
        ([DELIVERED, REFUSED], ("livree", "livree")),
        ([DELIVERED, PUT_OFF], ("livree", "livree")),
        ([REFUSED, DELIVERED], ("livree", "livree")),
        ([REFUSED, PUT_OFF], ("echec", "non_livree")),
        ([PUT_OFF, REFUSED], ("en_attente", "non_livree")),
        ([PUT_OFF, DELIVERED], ("livree", "livree")),
        ([DELIVERED, DELIVERED], ("livree", "livree")),
    ],
    ids=[
        "refused late",
        "put off late",
        "delivered after all",
        "put off after",
        "refused after",
        "arrived after",
        "twice",
    ],
)
def test_late_news_never_takes_a_message_back(
    relances_url: str, relances: psycopg.Connection, provider: Provider, news: list[Reglement], ends: tuple[str, str]
) -> None:
    send_to(relances_url, "twilio", ORDINARY)
    [followed] = Suivi(relances).take("twilio", 3, PAUSE, 10)
    for one in news:
        Suivi(relances).write([(followed, one)])
    [call] = ask(relances_url, "SELECT constat FROM relances.tentative")
    assert (*statuts(relances_url), call["constat"]) == ends
    invariants(relances_url, provider.ledger())


def test_calls_that_were_never_made_are_no_attempts(relances_url: str, provider: Provider) -> None:
    over = {"canal": "whatsapp", "fournisseur": "twilio", "tentatives": ENVOI.tentatives_max}
    stage_relances(relances_url, 1, telephones=["24166030003"], **over)
    never_made(relances_url, ENVOI.tentatives_max)
    asyncio.run(send(relances_url, lot(fournisseur="twilio")))
    follow(relances_url)
    assert (statuts(relances_url), relances(relances_url)[0]["code"]) == ({"en_attente": 1}, "30003")


def never_made(url: str, nombre: int) -> None:
    ask(
        url,
        "INSERT INTO relances.tentative (relance_id, numero, fournisseur, proprietaire, terminee_le, issue) "
        "SELECT 1, n, 'twilio', gen_random_uuid(), now(), 'non_envoyee' FROM generate_series(1, %(nombre)s) AS n",
        nombre=nombre,
    )


def test_news_of_an_earlier_attempt_says_nothing_of_the_latest(
    relances_url: str, relances: psycopg.Connection, provider: Provider
) -> None:
    send_to(relances_url, "twilio", ORDINARY)
    [first] = Suivi(relances).take("twilio", 3, PAUSE, 10)
    Suivi(relances).write([(first, PUT_OFF)])
    let_time_pass(relances_url, 7201)
    asyncio.run(send(relances_url, lot(fournisseur="twilio")))
    Suivi(relances).write([(first, REFUSED)])
    assert statuts(relances_url) == {"envoyee": 1}
    invariants(relances_url, provider.ledger())


def test_a_refusal_before_acceptance_is_never_delivered(relances_url: str, relances: psycopg.Connection) -> None:
    send_to(relances_url, "twilio", "24166021610")
    assert statuts(relances_url) == {"echec": 1}
    Suivi(relances).write([(Suivie(1, 1, 1, "SM" + "0" * 32, datetime.now(UTC)), DELIVERED)])
    assert statuts(relances_url) == {"echec": 1}
