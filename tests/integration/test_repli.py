"""Another canal to arrive by: once each, and never both messages."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from relances.policy.politique import load_policy
from relances.rules.afterwards import delivered, undelivered
from relances.rules.codes import Refus
from relances.rules.outcomes import refused
from relances.rules.request import Request
from relances.services.repli import reach_otherwise
from relances.store.executions import Executions
from relances.store.rapport import Rapports
from relances.store.suivi import Suivi, Suivie
from tests import jour
from tests.integration.conftest import Connect
from tests.integration.invariants import invariants
from tests.integration.office import Office
from tests.integration.provider import Provider
from tests.integration.staged import stage_relances
from tests.integration.world import Row, ask, request, statuts
from tests.jour import here
from tests.support import closed_days, postgres_connection, write_policy

REPLI = load_policy().envoi.repli
AMERICAN = "15145551234"  # Zoom reaches it
NOT_ON_WHATSAPP = 63024  # a contribuable whose number is one that Twilio cannot deliver to
BY_WHATSAPP = request(type_relance="whatsapp")


@pytest.fixture(autouse=True)
def with_other_ways(connect: Connect, office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_ETAXE_DB", postgres_connection(office.etaxe_url))
    for fournisseur in ("ventis", "zoom", "twilio"):
        connect(fournisseur)
    use(tmp_path, monkeypatch)


def use(folder: Path, monkeypatch: pytest.MonkeyPatch, **over: object) -> None:
    """The product's policy with the other canal, unless said otherwise, round the clock."""
    wanted = {"autre_canal": True, **over}
    monkeypatch.setenv("RELANCES_POLITIQUE", str(write_policy(folder / "politique.toml", **wanted)))  # type: ignore[arg-type]


def relances(url: str) -> list[Row]:
    return ask(url, "SELECT * FROM relances.relance ORDER BY id")


def relance(url: str) -> Row:
    [only] = relances(url)
    return only


def calls(url: str) -> list[tuple[object, ...]]:
    rows = ask(url, "SELECT numero, fournisseur, issue, constat FROM relances.tentative ORDER BY relance_id, numero")
    return [tuple(row.values()) for row in rows]


@pytest.fixture
def by_whatsapp(office: Office) -> Office:
    """An office whose one contribuable, not on WhatsApp, was written to there."""
    office.owes(NOT_ON_WHATSAPP)
    write_in_vain(office)
    return office


def write_in_vain(office: Office) -> None:
    office.run(BY_WHATSAPP)
    jour.send(BY_WHATSAPP, "twilio")


@pytest.fixture
def moved(by_whatsapp: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    """The same once it is to go on by SMS, which has not left: the send window is closed."""
    monkeypatch.setenv(
        "RELANCES_POLITIQUE", str(write_policy(tmp_path / "fermee.toml", closed_days(), autre_canal=True))
    )
    jour.reconcile_every_run()
    use(tmp_path, monkeypatch)
    assert relance(by_whatsapp.relances_url)["canal"] == "sms"
    return by_whatsapp


@contextmanager
def following(url: str) -> Iterator[Suivi]:
    with psycopg.connect(url, autocommit=True) as connection:
        yield Suivi(connection)


def first_message(url: str) -> Suivie:
    row = ask(url, "SELECT reference, commencee_le FROM relances.tentative WHERE numero = 1")[0]
    return Suivie(relance(url)["id"], 1, 1, row["reference"], row["commencee_le"])


def places(office: Office, asked: Request) -> dict[tuple[str, str | None], int]:
    with psycopg.connect(office.relances_url, autocommit=True) as connection:
        lines = Rapports(connection).balance(Executions(connection).get(asked.run_id))
    return {(line.place, line.code): line.creances for line in lines}


def test_who_is_not_on_whatsapp_gets_an_sms_in_the_same_pass(by_whatsapp: Office, provider: Provider) -> None:
    url = by_whatsapp.relances_url
    jour.reconcile_every_run()
    sent = relance(url)
    assert (sent["statut"], sent["canal"], sent["fournisseur"], sent["cout"]) == ("envoyee", "sms", "ventis", 25)
    assert sent["premiere_voie"]["canal"] == "whatsapp"
    assert calls(url) == [(1, "twilio", "acceptee", "non_livree"), (2, "ventis", "acceptee", None)]
    assert [entry["provider"] for entry in provider.ledger()] == ["twilio", "ventis"]
    invariants(url, provider.ledger())


def test_the_run_that_asked_for_whatsapp_still_accounts_for_it(by_whatsapp: Office) -> None:
    jour.reconcile_every_run()
    assert places(by_whatsapp, BY_WHATSAPP) == {("envoyee", None): 1}
    assert "1 relance créée" in jour.report(BY_WHATSAPP)


@pytest.mark.parametrize("canal", ["whatsapp", "sms", None])
def test_a_later_run_of_the_day_writes_to_nobody_again(by_whatsapp: Office, provider: Provider, canal: str) -> None:
    jour.reconcile_every_run()
    again = request("encore", type_relance=canal)
    assert by_whatsapp.run(again).relances == 0
    assert places(by_whatsapp, again) == {("envoyee", None): 1}
    assert len(provider.ledger()) == 2


def test_the_tax_application_is_shown_the_canal_that_it_left_by(by_whatsapp: Office) -> None:
    url = by_whatsapp.relances_url
    jour.reconcile_every_run()
    with psycopg.connect(url, autocommit=True) as connection:
        [shown] = Rapports(connection).to_write_back(by_whatsapp.source.name, 0, 10)
    assert (shown.type_relance, shown.statut, shown.message) == ("sms", "envoyee", relance(url)["texte"])


def test_the_tax_application_is_shown_a_failure_by_sms_as_well(by_whatsapp: Office) -> None:
    url = by_whatsapp.relances_url
    ask(url, "UPDATE relances.relance SET statut_reporte = 'echec'")
    jour.reconcile_every_run()
    ask(url, "UPDATE relances.relance SET statut = 'echec', code = '1005', close_le = now(), envoyee_le = NULL")
    with psycopg.connect(url, autocommit=True) as connection:
        [shown] = Rapports(connection).to_write_back(by_whatsapp.source.name, 0, 10)
    assert (shown.type_relance, shown.statut, shown.code) == ("sms", "echec", "1005")


def test_it_says_what_is_still_owed(by_whatsapp: Office, provider: Provider) -> None:
    ask(by_whatsapp.etaxe_url, "UPDATE dette SET montant_du = 5000")
    jour.reconcile_every_run()
    assert "5 000" in provider.ledger()[-1]["text"].replace("\u202f", " ").replace("\u00a0", " ")
    assert relance(by_whatsapp.relances_url)["montant_du"] == 5000


def test_who_paid_since_gets_nothing_more(by_whatsapp: Office, provider: Provider) -> None:
    ask(by_whatsapp.etaxe_url, "UPDATE dette SET montant_du = 0")
    jour.reconcile_every_run()
    assert (relance(by_whatsapp.relances_url)["code"], len(provider.ledger())) == ("payee", 1)


def test_a_relance_changes_its_way_once(moved: Office, provider: Provider) -> None:
    ask(
        moved.relances_url,
        "UPDATE relances.relance SET statut = 'echec', fournisseur = 'zoom', code = 'sans_sms', close_le = now()",
    )
    jour.reconcile_every_run()
    assert (statuts(moved.relances_url), len(provider.ledger())) == ({"echec": 1}, 1)


FAILS: dict[str, str] = {
    "older than the policy says": "UPDATE relances.relance SET creee_le = now() - interval '25 hours'",
    "maybe arrived": "WITH doute AS ("
    "UPDATE relances.tentative SET issue = 'inconnue', constat = NULL, constat_le = NULL, constat_code = NULL) "
    "UPDATE relances.relance SET code = '408', reference = NULL WHERE id = 1",
    "no other way is told": "UPDATE relances.relance SET code = '63033'",
    "not proved undelivered": "UPDATE relances.tentative SET constat = NULL, constat_le = NULL, constat_code = NULL",
    "written to there already": "UPDATE relances.relance SET contribuable_id = '1'",
    "silence asked for there": "INSERT INTO relances.numero_signale (telephone, canal, etat, code) "
    "VALUES ('24166063024', 'sms', 'opposition', 'x')",
    "unreachable there too": "INSERT INTO relances.numero_signale (telephone, canal, etat, code) "
    "VALUES ('24166063024', 'sms', 'injoignable', 'x')",
    "silence asked for altogether": "INSERT INTO relances.opposition (source, contribuable_id) "
    "SELECT source, contribuable_id FROM relances.relance",
    "nobody agreed to send it": "UPDATE relances.relance SET a_envoyer = false",
    "its run named its fournisseur": """UPDATE relances.execution SET parametres = '{"fournisseur": "twilio"}'""",
}


@pytest.mark.parametrize("change", FAILS.values(), ids=FAILS)
def test_what_may_not_go_on_by_sms_has_failed(
    by_whatsapp: Office, provider: Provider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    url = by_whatsapp.relances_url
    use(tmp_path, monkeypatch, autre_canal=False)
    jour.reconcile_every_run()
    assert relance(url)["code"] == "63024"
    source = relance(url)["source"]
    stage_relances(url, 1, asked=BY_WHATSAPP, source=source, contribuable_id="1", statut="livree", envoyee_le="now",
                   livree_le="now", reference="r", fournisseur="zoom")  # fmt: skip
    ask(url, change)
    use(tmp_path, monkeypatch)
    jour.reconcile_every_run()
    assert relances(url)[0]["statut"] == "echec"
    assert len(provider.ledger()) == 1


def test_news_of_the_first_message_says_nothing_of_the_second(moved: Office, provider: Provider) -> None:
    url = moved.relances_url
    late = undelivered(refused("63003", "pas sur WhatsApp", Refus.INJOIGNABLE))
    with following(url) as news:
        news.write([(first_message(url), late)])
    assert (relance(url)["statut"], relance(url)["code"]) == ("en_attente", None)
    assert [row["canal"] for row in ask(url, "SELECT canal FROM relances.numero_signale")] == ["whatsapp"]
    jour.reconcile_every_run()
    assert statuts(url) == {"envoyee": 1}


def test_what_arrived_by_the_first_way_after_all_does_not_leave_by_the_second(
    moved: Office, provider: Provider
) -> None:
    url, [entry] = moved.relances_url, provider.ledger()
    with following(url) as news:
        news.write([(first_message(url), delivered())])
    arrived = relance(url)
    assert (arrived["statut"], arrived["canal"], arrived["fournisseur"]) == ("livree", "whatsapp", "twilio")
    assert (arrived["texte"], arrived["cout"], arrived["repli_le"]) == (entry["text"], 35, None)
    jour.reconcile_every_run()
    assert len(provider.ledger()) == 1
    assert places(moved, BY_WHATSAPP) == {("livree", None): 1}
    invariants(url, provider.ledger())


def test_what_arrived_by_both_is_told_to_the_journal_and_to_the_operator(
    moved: Office, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    url = moved.relances_url
    jour.reconcile_every_run()
    with following(url) as news:
        news.write([(first_message(url), delivered())])
    assert (relance(url)["statut"], relance(url)["canal"]) == ("envoyee", "sms")
    assert calls(url)[0] == (1, "twilio", "acceptee", "livree")
    jour.reconcile_every_run()
    assert "sent twice" in caplog.text


def test_nothing_changes_its_canal_while_a_run_creates_its_relances(by_whatsapp: Office, provider: Provider) -> None:
    with psycopg.connect(by_whatsapp.relances_url) as creation:
        creation.execute("SELECT pg_advisory_xact_lock(hashtextextended('creation', 0))")
        jour.reconcile_every_run()
        assert statuts(by_whatsapp.relances_url) == {"echec": 1}
    jour.reconcile_every_run()
    assert statuts(by_whatsapp.relances_url) == {"envoyee": 1}


@contextmanager
def passing(url: str) -> Iterator[Callable[[], None]]:
    """What a pass does to find other ways, over a connection that does not wait for who holds a relance."""
    with psycopg.connect(url, autocommit=True, options="-c lock_timeout=5s") as connection:
        yield lambda: reach_otherwise(here(), connection, here().connectes(), here().plume())


def fail(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Twilio tell what it did not deliver, which goes on by no other canal yet."""
    use(folder, monkeypatch, autre_canal=False)
    jour.reconcile_every_run()
    use(folder, monkeypatch)


def test_what_somebody_else_writes_to_is_left_to_them(
    by_whatsapp: Office, provider: Provider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """News of the first message may be that it arrived."""
    url = by_whatsapp.relances_url
    fail(tmp_path, monkeypatch)
    with psycopg.connect(url) as elsewhere, passing(url) as move:
        elsewhere.execute("UPDATE relances.relance SET statut = 'livree', reference = 'r', code = NULL, motif = NULL, "
            "envoyee_le = now(), livree_le = now()")  # fmt: skip
        move()
        elsewhere.commit()
        move()
    assert (relance(url)["statut"], relance(url)["canal"]) == ("livree", "whatsapp")


def test_passes_side_by_side_move_each_relance_once(
    office: Office, provider: Provider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = office.relances_url
    for number in (30006, 63003, 63016, NOT_ON_WHATSAPP):  # each for another reason
        office.owes(number)
    write_in_vain(office)
    fail(tmp_path, monkeypatch)

    def move() -> None:
        with passing(url) as once:
            once()

    with ThreadPoolExecutor(3) as passes:
        for done in [passes.submit(move) for _ in range(3)]:
            done.result()
    assert {row["premiere_voie"]["canal"] for row in relances(url)} == {"whatsapp"}
    jour.reconcile_every_run()
    assert statuts(url) == {"envoyee": 4}
    assert len(provider.ledger()) == 8
    invariants(url, provider.ledger())
