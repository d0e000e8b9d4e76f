"""What is not known is cleared by the rules: after the quarantine, never by sending again before somebody knows."""

import asyncio
from contextlib import suppress
from typing import Any

import psycopg
import pytest

from relances.policy.politique import load_policy
from relances.rules.errors import Blocked
from relances.services.incertaines import quarantine
from relances.store.database import query
from relances.store.executions import Executions
from relances.store.sending import Lot, LotStore
from relances.store.turns import take_turn
from relances_providers.errors import Misconfigured, TryLater
from relances_providers.hook import MessagingHook
from relances_providers.twilio.hook import TwilioWhatsAppHook
from relances_providers.ventis.hook import VentisHook
from relances_providers.zoom.hook import ZoomSmsHook
from tests import jour
from tests.integration.conftest import Connect
from tests.integration.invariants import invariants
from tests.integration.provider import Provider, lot, send
from tests.integration.staged import stage_relances
from tests.integration.world import TODAY, ask, let_time_pass, request, statuts
from tests.jour import Waits
from tests.support import wait_until

LEASE = 60  # seconds
QUARANTINE = 2 * 5  # seconds: connecting and waiting, each bounded by the connection's timeout
DEADLINE = load_policy().envoi.delai_incertitude
JOURS_SUIVI = load_policy().envoi.jours_suivi

pytestmark = pytest.mark.usefixtures("connect")


def send_now(url: str, what: Lot | None = None) -> None:
    asyncio.run(send(url, what))


def leave_in_doubt(url: str, provider: Provider, nombre: int = 1, **over: Any) -> None:
    """Send so many relances to a provider that accepts them and then says nothing intelligible."""
    stage_relances(url, nombre, **over)
    provider.upset({"fault": "http_502_after"})
    send_now(url)
    provider.upset()
    assert statuts(url)["incertaine"] == nombre


def reasons(url: str) -> list[tuple[str, str, str]]:
    rows = ask(url, "SELECT statut, code, motif FROM relances.relance ORDER BY id")
    return [(row["statut"], row["code"], row["motif"]) for row in rows]


# --- doubts ---


def test_a_doubt_without_anybody_to_ask_ends_in_408_after_the_quarantine(relances_url: str, provider: Provider) -> None:
    leave_in_doubt(relances_url, provider)
    let_time_pass(relances_url, QUARANTINE + 1)
    assert jour.reconcile(request())
    assert reasons(relances_url) == [
        ("echec", "408", "pas de réponse du fournisseur : le message est peut-être arrivé")
    ]
    invariants(relances_url, provider.ledger())


def test_a_doubt_stays_one_during_the_quarantine(relances_url: str, provider: Provider) -> None:
    leave_in_doubt(relances_url, provider)
    let_time_pass(relances_url, QUARANTINE / 2)
    assert not jour.reconcile(request())
    assert statuts(relances_url) == {"incertaine": 1}


def test_a_doubt_is_never_sent_again(relances_url: str, provider: Provider) -> None:
    leave_in_doubt(relances_url, provider)
    let_time_pass(relances_url, QUARANTINE + 1)
    jour.reconcile(request())
    send_now(relances_url)
    send_now(relances_url, lot(reprise=True))
    assert len(provider.ledger()) == provider.requests() == 1


def test_the_quarantine_is_that_of_the_connection(relances_url: str, provider: Provider, connect: Connect) -> None:
    leave_in_doubt(relances_url, provider)
    connect(timeout=60)
    let_time_pass(relances_url, 100)
    assert not jour.reconcile(request())
    let_time_pass(relances_url, 21)
    assert jour.reconcile(request())


def test_doubts_of_earlier_days_are_cleared_too(relances_url: str, provider: Provider) -> None:
    leave_in_doubt(relances_url, provider)
    let_time_pass(relances_url, QUARANTINE + 1)
    assert jour.reconcile(request("lendemain", TODAY))
    assert statuts(relances_url) == {"echec": 1}


def test_the_doubts_of_a_fournisseur_without_a_connection_wait_for_one_until_their_deadline(
    relances_url: str, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave_in_doubt(relances_url, provider)
    monkeypatch.delenv("AIRFLOW_CONN_VENTIS_DEFAULT")
    let_time_pass(relances_url, DEADLINE - 60)
    assert not jour.reconcile(request())
    assert statuts(relances_url) == {"incertaine": 1}
    let_time_pass(relances_url, 61)
    assert jour.reconcile(request())
    assert [row[:2] for row in reasons(relances_url)] == [("echec", "408")]


def test_a_connection_that_is_wrong_holds_up_nobody_else(
    relances_url: str, provider: Provider, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    leave_in_doubt(relances_url, provider)
    connect("zoom", timeout="vite")
    connect("twilio", host="nulle part")
    let_time_pass(relances_url, QUARANTINE + 1)
    assert jour.reconcile(request())
    assert statuts(relances_url) == {"echec": 1}
    assert "zoom ne peut être interrogé pour l'instant : connexion zoom_default : le champ timeout" in caplog.text


@pytest.mark.parametrize("hook", [VentisHook(), TwilioWhatsAppHook(), ZoomSmsHook()], ids=lambda hook: hook.conn_type)
def test_the_quarantine_outlasts_the_longest_call_and_the_look_up_s_delay(
    connect: Connect, hook: MessagingHook
) -> None:
    for fournisseur in ("ventis", "zoom", "twilio"):
        connect(fournisseur)
    assert quarantine(hook) == QUARANTINE + hook.capabilities.visibility_delay


# --- what dead workers left ---


def die_in_a_call(url: str, nombre: int = 1) -> None:
    """A worker that claimed so many relances, and was never heard of again."""

    async def claim() -> None:
        async with LotStore(url, lot(), LEASE, "compte", 72) as store:
            await store.exchange((), nombre)

    stage_relances(url, nombre)
    asyncio.run(claim())


def test_the_doubt_of_a_dead_worker_s_call_began_when_its_lease_ended(relances_url: str) -> None:
    die_in_a_call(relances_url)
    let_time_pass(relances_url, LEASE + QUARANTINE - 1)
    assert not jour.reconcile(request())
    assert statuts(relances_url) == {"incertaine": 1}
    let_time_pass(relances_url, 2)
    assert jour.reconcile(request())
    assert reasons(relances_url)[0][:2] == ("echec", "408")


def test_one_pass_resolves_them_once_lease_and_quarantine_are_over(relances_url: str) -> None:
    die_in_a_call(relances_url, 8)
    let_time_pass(relances_url, LEASE + QUARANTINE + 1)
    jour.reconcile_every_run()
    assert statuts(relances_url) == {"echec": 8}


# --- many rows ---


def test_a_pass_changes_rows_by_the_thousand_and_comes_to_all_of_them(relances_url: str) -> None:
    stage_relances(relances_url, 1)
    ask(
        relances_url,
        """
        INSERT INTO relances.relance (source, contribuable_id, canal, occasion, execution_id, date_relance, niveau,
            fournisseur, telephone, telephone_migre, texte, segments, montant_du, devise, echeance, creee_le)
        SELECT source, 'n' || n, canal, occasion, execution_id, date_relance, niveau, fournisseur, telephone,
            telephone_migre, texte, segments, montant_du, devise, echeance, now() - interval '100 days'
        FROM relances.relance, generate_series(1, 12000) AS n
        """,
    )
    jour.reconcile_every_run()
    assert statuts(relances_url) == {"annulee": 12_000, "en_attente": 1}


LISTS: dict[str, tuple[str, dict[str, object]]] = {
    "rescue": ("relance_en_cours", {}),
    "close_doubts": ("relance_incertaine", {"fournisseur": None, "interroges": [], "secondes": 60}),
    "abandon": ("relance_a_reprendre", {"jours": 3}),
    "mark_without_news": ("relance_sans_nouvelle", {"fournisseur": "zoom", "jours": 3}),
    "list_doubles": ("tentative_de_reprise", {}),
}


@pytest.mark.parametrize("name", LISTS)
def test_what_a_pass_looks_for_is_found_by_an_index(relances: psycopg.Connection, name: str) -> None:
    relances.execute("SET enable_seqscan = off")
    index, parameters = LISTS[name]
    plan = relances.execute(f"EXPLAIN {query(name)}", {**parameters, "nombre": 10}).fetchall()
    assert index in str(plan)


# --- retries ---


def put_off(url: str, provider: Provider, seconds: int) -> None:
    """One relance that the provider wants later, and one that nobody has tried yet."""
    stage_relances(url, 1)
    provider.upset({"fault": "http_429", "count": 1, "seconds": seconds})
    with suppress(TryLater):  # what stops the lot when the provider asks for more than a minute
        send_now(url)
    stage_relances(url, 1)


def test_a_retry_that_is_due_is_sent_and_nothing_else(relances_url: str, provider: Provider) -> None:
    put_off(relances_url, provider, 40)
    let_time_pass(relances_url, 41)
    assert jour.reconcile(request())
    sent = ask(relances_url, "SELECT statut, tentatives FROM relances.relance ORDER BY id")
    assert [tuple(row.values()) for row in sent] == [("envoyee", 2), ("en_attente", 0)]
    invariants(relances_url, provider.ledger())


def test_the_trouble_of_a_fournisseur_does_not_hold_up_the_others_retries(
    relances_url: str, provider: Provider, connect: Connect
) -> None:
    put_off(relances_url, provider, 40)
    connect("zoom")
    [by_zoom] = stage_relances(relances_url, 1, fournisseur="zoom", telephone="15145551234")
    provider.upset({"fault": "http_429", "count": 1, "seconds": 40})
    send_now(relances_url, lot(fournisseur="zoom"))
    provider.upset()
    connect(sender="INCONNU")
    let_time_pass(relances_url, 41)
    with pytest.raises(Misconfigured, match="expéditeur refusé"):
        jour.reconcile(request())
    sent = ask(relances_url, "SELECT id FROM relances.relance WHERE statut = 'envoyee'")
    assert sent == [{"id": by_zoom}]


def test_without_the_tax_application_no_retry_of_its_taxpayers_is_sent(
    relances_url: str, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_off(relances_url, provider, 40)
    ask(relances_url, "DELETE FROM relances.lecture_soldes")
    let_time_pass(relances_url, 41)
    monkeypatch.delenv("AIRFLOW_CONN_ETAXE_DB")
    with pytest.raises(Blocked, match="la connexion etaxe_db n'existe pas"):
        jour.reconcile_every_run()
    assert provider.ledger() == []


def test_a_retry_is_not_sent_before_its_date(relances_url: str, provider: Provider) -> None:
    put_off(relances_url, provider, 40)
    let_time_pass(relances_url, 20)
    assert not jour.reconcile(request())
    assert provider.ledger() == []


def test_a_run_that_does_not_send_retries_nothing(relances_url: str, provider: Provider) -> None:
    put_off(relances_url, provider, 1)
    let_time_pass(relances_url)
    asked = request("sans envoi", envoyer_automatiquement=False)
    with psycopg.connect(relances_url) as connection:
        Executions(connection).open(asked, "collecte_taxe")
    assert not jour.reconcile(asked)
    assert provider.ledger() == []


def test_a_run_waits_for_what_is_open_no_longer_than_the_policy_says(
    relances_url: str, provider: Provider, connect: Connect
) -> None:
    leave_in_doubt(relances_url, provider)
    connect(timeout=3600)
    patience = load_policy().envoi.attente_reconciliation
    age_calls(relances_url, patience - 60)
    assert not jour.reconcile(request())
    age_calls(relances_url, 61)
    assert jour.reconcile(request())


def test_a_run_does_not_wait_for_a_retry_that_is_due_beyond_its_patience(relances_url: str, provider: Provider) -> None:
    put_off(relances_url, provider, 3600)
    assert jour.reconcile(request())
    assert statuts(relances_url) == {"en_attente": 2}


def test_the_patience_of_a_run_begins_with_its_latest_call(relances_url: str, provider: Provider) -> None:
    leave_in_doubt(relances_url, provider)
    ask(relances_url, "UPDATE relances.execution SET commencee_le = now() - interval '5 hours'")
    assert not jour.reconcile(request())


def age_calls(url: str, seconds: float) -> None:
    ask(
        url,
        "UPDATE relances.tentative SET commencee_le = commencee_le - make_interval(secs => %(s)s)",
        s=seconds,
    )


# --- the retries of every run ---


def put_off_on_another_day(url: str, provider: Provider, days: int) -> None:
    """A relance of so many days ago, put off by the provider then, and due."""
    put_off(url, provider, 40)
    let_time_pass(url, 41)
    ask(
        url,
        "UPDATE relances.relance SET date_relance = date_relance - %(days)s, occasion = 'avant', "
        "creee_le = creee_le - CASE WHEN tentatives > 0 THEN make_interval(days => %(days)s) ELSE '0' END",
        days=days,
    )
    age_calls(url, days * 86_400)


@pytest.mark.parametrize("days", [1, JOURS_SUIVI - 1])
def test_what_an_earlier_day_left_to_send_again_is_sent(relances_url: str, provider: Provider, days: int) -> None:
    put_off_on_another_day(relances_url, provider, days)
    jour.reconcile_every_run()
    sent = ask(relances_url, "SELECT statut, tentatives FROM relances.relance ORDER BY id")
    assert [tuple(row.values()) for row in sent] == [("envoyee", 2), ("en_attente", 0)]
    invariants(relances_url, provider.ledger())


def test_what_a_campaign_left_to_send_again_is_sent(relances_url: str, provider: Provider) -> None:
    [contact] = ask(
        relances_url,
        "INSERT INTO relances.contact (campagne, telephone, saisie, libelle, montant_du, echeance) "
        "VALUES ('rentree', '24177000000', '077000000', 'Taxe', 15000, %(day)s) RETURNING id::text",
        day=TODAY,
    )
    put_off(relances_url, provider, 40)
    let_time_pass(relances_url, 41)
    ask(relances_url, "UPDATE relances.relance SET source = 'contacts', occasion = 'campagne:rentree'")
    ask(relances_url, "UPDATE relances.relance_creance SET creance_id = %(id)s WHERE relance_id = 1", id=contact["id"])
    jour.reconcile_every_run()
    assert statuts(relances_url) == {"envoyee": 1, "en_attente": 1}
    invariants(relances_url, provider.ledger())


def test_a_run_sends_again_what_an_earlier_day_left(relances_url: str, provider: Provider) -> None:
    put_off_on_another_day(relances_url, provider, 1)
    assert jour.reconcile(request())
    assert statuts(relances_url) == {"envoyee": 1, "en_attente": 1}


@pytest.mark.parametrize(("code", "ends"), [("429", "429"), (None, "abandonnee")])
def test_what_could_not_be_sent_for_days_has_failed_by_the_code_it_has(
    relances_url: str, provider: Provider, code: str | None, ends: str
) -> None:
    put_off_on_another_day(relances_url, provider, JOURS_SUIVI)
    ask(relances_url, "UPDATE relances.relance SET code = %(code)s WHERE tentatives > 0", code=code)
    jour.reconcile_every_run()
    assert [row[:2] for row in reasons(relances_url)] == [("echec", ends), ("en_attente", None)]
    assert provider.ledger() == []


def test_a_retry_that_the_latest_run_of_its_day_does_not_cover_is_not_sent(
    relances_url: str, provider: Provider
) -> None:
    put_off_on_another_day(relances_url, provider, 1)
    ask(relances_url, "UPDATE relances.relance SET a_envoyer = false")
    jour.reconcile_every_run()
    assert provider.ledger() == []


# --- a fournisseur that only one may send by at a time ---


def put_off_by_zoom(url: str, provider: Provider) -> None:
    stage_relances(url, 1, fournisseur="zoom", telephone="15550100123")
    provider.upset({"fault": "http_429", "seconds": 40})
    jour.send_lot(request(), "zoom", 1, 10**9)
    provider.upset()
    let_time_pass(url, 3600)


def test_its_retries_wait_for_the_next_pass_while_somebody_sends_by_it(
    relances_url: str, provider: Provider, connect: Connect, relances: psycopg.Connection
) -> None:
    connect("zoom")
    put_off_by_zoom(relances_url, provider)
    assert take_turn(relances, "zoom")
    jour.reconcile_every_run()
    assert statuts(relances_url) == {"en_attente": 1}
    relances.close()
    wait_until(lambda: sent_again(relances_url), "the turn to be over")


def sent_again(url: str) -> bool:
    jour.reconcile_every_run()
    return "envoyee" in statuts(url)


def test_its_lots_come_back_while_somebody_sends_by_it(
    relances_url: str, provider: Provider, connect: Connect, relances: psycopg.Connection
) -> None:
    connect("zoom")
    stage_relances(relances_url, 1, fournisseur="zoom", telephone="15550100123")
    assert take_turn(relances, "zoom")
    with pytest.raises(Waits):
        jour.send_lot(request(), "zoom", 1, 10**9)
    assert statuts(relances_url) == {"en_attente": 1}


def test_another_fournisseur_does_not_wait_for_it(
    relances_url: str, provider: Provider, relances: psycopg.Connection
) -> None:
    put_off(relances_url, provider, 40)
    let_time_pass(relances_url, 41)
    assert take_turn(relances, "ventis")
    jour.reconcile_every_run()
    assert statuts(relances_url) == {"envoyee": 1, "en_attente": 1}


# --- nothing to do ---


def test_a_run_without_an_extraction_has_nothing_to_wait_for(relances_url: str) -> None:
    assert jour.reconcile(request())
    assert statuts(relances_url) == {}


def test_a_simulation_touches_no_doubt(relances_url: str, provider: Provider) -> None:
    leave_in_doubt(relances_url, provider)
    let_time_pass(relances_url)
    assert jour.reconcile(request("essai", simulation=True))
    assert statuts(relances_url) == {"incertaine": 1}
