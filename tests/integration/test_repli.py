"""Other ways to arrive: by another fournisseur of the canal, by another canal; once each, and never both messages."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from relances import orchestration
from relances.orchestration.politique import politique
from relances.orchestration.providers import connected
from relances.orchestration.repli import change_ways
from relances.policy.politique import load_policy
from relances.rules.afterwards import delivered, undelivered
from relances.rules.numeros import Refus
from relances.rules.outcomes import Refusee
from relances.rules.request import Request
from relances.store.executions import Executions
from relances.store.rapport import Reporting
from relances.store.suivi import Followed, Following
from relances_providers import provider_info
from tests.integration.conftest import Connect
from tests.integration.invariants import invariants
from tests.integration.office import Office
from tests.integration.provider import Provider, lot, send
from tests.integration.staged import stage_relances
from tests.integration.world import Row, ask, request, statuts
from tests.support import closed_days, postgres_connection, write_policy

REPLI = load_policy().envoi.repli
AMERICAN = "15145551234"  # Zoom reaches it
NOT_ON_WHATSAPP = 63024  # a contribuable whose number is one that Twilio cannot deliver to
BY_WHATSAPP = request(type_relance="whatsapp")


@pytest.fixture
def of_the_same_countries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ventis as a fournisseur that reaches what Zoom does: none of those there are has a country of another."""
    reach = {"ventis": frozenset({"GA", "US", "CA"})}
    providers = [replace(each, countries=reach.get(each.name, each.countries)) for each in provider_info.PROVIDERS]
    monkeypatch.setattr(provider_info, "PROVIDERS", tuple(providers))


@pytest.fixture(autouse=True)
def with_other_ways(connect: Connect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for fournisseur in ("ventis", "zoom", "twilio"):
        connect(fournisseur)
    use(tmp_path, monkeypatch)


def use(folder: Path, monkeypatch: pytest.MonkeyPatch, **over: object) -> None:
    """The product's policy with every other way, unless said otherwise, round the clock."""
    wanted = {"autre_fournisseur": True, "autre_canal": True, **over}
    monkeypatch.setenv("RELANCES_POLITIQUE", str(write_policy(folder / "politique.toml", **wanted)))  # type: ignore[arg-type]


def relances(url: str) -> list[Row]:
    return ask(url, "SELECT * FROM relances.relance ORDER BY id")


def relance(url: str) -> Row:
    [only] = relances(url)
    return only


def calls(url: str) -> list[tuple[object, ...]]:
    rows = ask(url, "SELECT numero, fournisseur, issue, constat FROM relances.tentative ORDER BY relance_id, numero")
    return [tuple(row.values()) for row in rows]


# --- another fournisseur ---


def suspend(url: str, fournisseur: str, minutes: int) -> None:
    """A lane that was in trouble so many minutes ago already, and is still."""
    ask(
        url,
        """
        INSERT INTO relances.voie (fournisseur, suspendue_jusqu_au, suspendue_depuis, suspensions)
        VALUES (%(f)s, now() + interval '1 hour', now() - make_interval(mins => %(minutes)s), 4)
        """,
        f=fournisseur,
        minutes=minutes,
    )


def stop(url: str, fournisseur: str, minutes: int) -> None:
    """A lane that a person stopped so many minutes ago."""
    ask(
        url,
        "INSERT INTO relances.voie (fournisseur, arretee_le) "
        "VALUES (%(f)s, now() - make_interval(mins => %(minutes)s))",
        f=fournisseur,
        minutes=minutes,
    )


def held_up(url: str, nombre: int = 1, **over: object) -> None:
    """Relances that wait for Ventis, which a run agreed to send."""
    stage_relances(url, nombre, **{"telephone": AMERICAN, **over})
    orchestration.plan_lots(request(), "ventis")


@pytest.mark.usefixtures("of_the_same_countries")
@pytest.mark.parametrize("close", [suspend, stop])
def test_what_waits_for_a_closed_lane_goes_on_by_another_fournisseur(
    relances_url: str, provider: Provider, close: object
) -> None:
    assert callable(close)
    held_up(relances_url, texte="a" * 161)
    close(relances_url, "ventis", REPLI.apres_minutes + 1)
    orchestration.reconcile_every_run()
    sent = relance(relances_url)
    assert (sent["statut"], sent["fournisseur"], sent["segments"], sent["cout"]) == ("envoyee", "zoom", 2, 60)
    assert sent["premiere_voie"]["fournisseur"] == "ventis"
    assert calls(relances_url) == [(1, "zoom", "acceptee", None)]
    assert len(provider.ledger()) == 1
    invariants(relances_url, provider.ledger())


def called(url: str, issue: str) -> None:
    """Ventis was called for it already, to this end."""
    ask(
        url,
        "INSERT INTO relances.tentative (relance_id, numero, fournisseur, proprietaire, terminee_le, issue) "
        "VALUES (1, 1, 'ventis', gen_random_uuid(), now(), %(issue)s)",
        issue=issue,
    )


@pytest.mark.usefixtures("of_the_same_countries")
def test_what_was_tried_in_vain_is_sent_by_the_other_as_its_next_attempt(relances_url: str, provider: Provider) -> None:
    stage_relances(relances_url, 1, telephone=AMERICAN, tentatives=1, code="429")
    called(relances_url, "reportee")
    orchestration.plan_lots(request(), "ventis")
    suspend(relances_url, "ventis", REPLI.apres_minutes + 1)
    orchestration.reconcile_every_run()
    assert calls(relances_url) == [(1, "ventis", "reportee", None), (2, "zoom", "acceptee", None)]
    invariants(relances_url, provider.ledger())


@pytest.mark.usefixtures("of_the_same_countries")
def test_a_lane_that_is_closed_since_a_moment_is_waited_for(relances_url: str, provider: Provider) -> None:
    held_up(relances_url)
    suspend(relances_url, "ventis", REPLI.apres_minutes - 1)
    orchestration.reconcile_every_run()
    assert (statuts(relances_url), provider.ledger()) == ({"en_attente": 1}, [])


def in_trouble_again(url: str, after: str) -> bool:
    """A lane in trouble for two hours, suspended again this long after; whether it is still in trouble since then."""
    ask(url, "TRUNCATE relances.voie")
    suspend(url, "ventis", 120)
    ask(url, "UPDATE relances.voie SET suspendue_jusqu_au = now() - %(after)s::interval", after=after)
    ask(url, "UPDATE relances.relance SET prochaine_tentative_le = NULL")
    asyncio.run(send(url))
    [voie] = ask(url, "SELECT now() - suspendue_depuis > interval '1 hour' AS old, suspensions FROM relances.voie")
    assert voie["suspensions"] > 0
    return bool(voie["old"])


def test_a_lane_is_in_trouble_since_it_last_had_a_rest(relances_url: str, provider: Provider) -> None:
    stage_relances(relances_url, 1)
    provider.upset({"fault": "http_429", "seconds": 3000})
    assert in_trouble_again(relances_url, "1 second")
    assert not in_trouble_again(relances_url, "1 day")


STAYS: dict[str, dict[str, object]] = {
    "a number that no other reaches": {"telephone": "24177000000"},
    "a text that the other does not take": {"texte": "a" * 501},
    "an approved template of its own": {"modele": "HX" + "0" * 32, "variables": ["Marie ONDO"]},
    "a run that was narrowed since": {"a_envoyer": False},
}


@pytest.mark.usefixtures("of_the_same_countries")
@pytest.mark.parametrize("over", STAYS.values(), ids=STAYS)
def test_what_no_other_way_may_take_waits(relances_url: str, provider: Provider, over: dict[str, object]) -> None:
    held_up(relances_url, **over)
    suspend(relances_url, "ventis", REPLI.apres_minutes + 1)
    orchestration.reconcile_every_run()
    assert (relance(relances_url)["fournisseur"], statuts(relances_url)) == ("ventis", {"en_attente": 1})


@pytest.mark.usefixtures("of_the_same_countries")
def test_what_nobody_agreed_to_send_waits(relances_url: str, provider: Provider) -> None:
    stage_relances(relances_url, 1, telephone=AMERICAN)
    suspend(relances_url, "ventis", REPLI.apres_minutes + 1)
    orchestration.reconcile_every_run()
    assert statuts(relances_url) == {"en_attente": 1}


@pytest.mark.usefixtures("of_the_same_countries")
def test_a_run_that_named_its_fournisseur_waits_for_it(relances_url: str, provider: Provider) -> None:
    held_up(relances_url)
    ask(relances_url, """UPDATE relances.execution SET parametres = '{"fournisseur": "ventis"}'""")
    suspend(relances_url, "ventis", REPLI.apres_minutes + 1)
    orchestration.reconcile_every_run()
    assert statuts(relances_url) == {"en_attente": 1}


@pytest.mark.usefixtures("of_the_same_countries")
def test_a_niveau_whose_policy_names_its_fournisseur_waits_for_it(
    relances_url: str, provider: Provider, tmp_path: Path
) -> None:
    file = tmp_path / "politique.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("a_partir_de_jours = 0\n", 'a_partir_de_jours = 0\nfournisseur = "ventis"\n'))
    held_up(relances_url)
    suspend(relances_url, "ventis", REPLI.apres_minutes + 1)
    orchestration.reconcile_every_run()
    assert statuts(relances_url) == {"en_attente": 1}


@pytest.mark.usefixtures("of_the_same_countries")
def test_what_is_older_than_the_policy_says_waits(relances_url: str, provider: Provider) -> None:
    held_up(relances_url)
    suspend(relances_url, "ventis", REPLI.apres_minutes + 1)
    age(relances_url, REPLI.delai_heures + 1)
    orchestration.reconcile_every_run()
    assert statuts(relances_url) == {"en_attente": 1}


def age(url: str, hours: int) -> None:
    ask(url, "UPDATE relances.relance SET creee_le = creee_le - make_interval(hours => %(h)s)", h=hours)


def test_nothing_moves_to_a_fournisseur_without_a_country_in_common(relances_url: str, provider: Provider) -> None:
    held_up(relances_url)
    suspend(relances_url, "ventis", REPLI.apres_minutes + 1)
    orchestration.reconcile_every_run()
    assert relance(relances_url)["fournisseur"] == "ventis"


@pytest.mark.usefixtures("of_the_same_countries")
def test_no_more_moves_than_the_passes_send(relances_url: str, provider: Provider) -> None:
    """The first lane may be back a minute later."""
    policy = replace(politique(), envoi=replace(politique().envoi, taille_lot=3))
    held_up(relances_url, 5)
    suspend(relances_url, "ventis", REPLI.apres_minutes + 1)
    with psycopg.connect(relances_url, autocommit=True) as connection:
        for _ in range(2):
            change_ways(connection, connected(), policy)
            assert by(relances_url) == {"ventis": 2, "zoom": 3}
        ask(relances_url, "UPDATE relances.relance SET statut = 'livree', reference = 'r', envoyee_le = now(), "
            "livree_le = now() WHERE fournisseur = 'zoom'")  # fmt: skip
        change_ways(connection, connected(), policy)
    assert by(relances_url) == {"zoom": 5}


def by(url: str) -> dict[str, int]:
    """How many relances each fournisseur has."""
    rows = ask(url, "SELECT fournisseur, count(*) FROM relances.relance GROUP BY fournisseur")
    return {row["fournisseur"]: row["count"] for row in rows}


@pytest.mark.usefixtures("of_the_same_countries")
def test_nothing_moves_to_a_lane_that_is_closed_too(relances_url: str, provider: Provider) -> None:
    held_up(relances_url)
    suspend(relances_url, "ventis", REPLI.apres_minutes + 1)
    suspend(relances_url, "zoom", 0)
    orchestration.reconcile_every_run()
    assert relance(relances_url)["fournisseur"] == "ventis"


@pytest.mark.usefixtures("of_the_same_countries")
def test_a_doubt_never_moves(relances_url: str, provider: Provider) -> None:
    stage_relances(
        relances_url, 1, telephone=AMERICAN, tentatives=1, statut="incertaine", incertaine_depuis="now", code="408"
    )
    called(relances_url, "inconnue")
    orchestration.plan_lots(request(), "ventis")
    suspend(relances_url, "ventis", REPLI.apres_minutes + 1)
    orchestration.reconcile_every_run()
    assert (relance(relances_url)["fournisseur"], statuts(relances_url)) == ("ventis", {"incertaine": 1})
    ask(relances_url, "UPDATE relances.relance SET incertaine_depuis = now() - interval '1 hour'")
    orchestration.reconcile_every_run()
    assert (relance(relances_url)["fournisseur"], relance(relances_url)["code"]) == ("ventis", "408")
    assert provider.ledger() == []


@pytest.mark.usefixtures("of_the_same_countries")
def test_without_the_policy_nothing_moves(
    relances_url: str, provider: Provider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(tmp_path, monkeypatch, autre_fournisseur=False)
    held_up(relances_url)
    suspend(relances_url, "ventis", REPLI.apres_minutes + 1)
    orchestration.reconcile_every_run()
    assert statuts(relances_url) == {"en_attente": 1}


@pytest.mark.usefixtures("of_the_same_countries")
def test_passes_side_by_side_move_each_relance_once(relances_url: str, provider: Provider) -> None:
    held_up(relances_url, 40)
    suspend(relances_url, "ventis", REPLI.apres_minutes + 1)

    def move() -> None:
        with psycopg.connect(relances_url, autocommit=True) as connection:
            change_ways(connection, connected(), politique())

    with ThreadPoolExecutor(3) as passes:
        for done in [passes.submit(move) for _ in range(3)]:
            done.result()
    assert {row["premiere_voie"]["fournisseur"] for row in relances(relances_url)} == {"ventis"}
    orchestration.reconcile_every_run()
    assert statuts(relances_url) == {"envoyee": 40}
    assert len(provider.ledger()) == 40
    invariants(relances_url, provider.ledger())


# --- another canal ---


@pytest.fixture
def by_whatsapp(office: Office, connect: Connect, monkeypatch: pytest.MonkeyPatch) -> Office:
    """An office whose one contribuable, not on WhatsApp, was written to there."""
    monkeypatch.setenv("AIRFLOW_CONN_ETAXE_DB", postgres_connection(office.etaxe_url))
    for fournisseur in ("ventis", "zoom", "twilio"):
        connect(fournisseur)
    office.owes(NOT_ON_WHATSAPP)
    office.run(BY_WHATSAPP)
    for part in orchestration.plan_lots(BY_WHATSAPP, "twilio"):
        orchestration.send_lot(BY_WHATSAPP, **part)  # type: ignore[arg-type]
    return office


@pytest.fixture
def moved(by_whatsapp: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    """The same once it is to go on by SMS, which has not left: the send window is closed."""
    monkeypatch.setenv(
        "RELANCES_POLITIQUE", str(write_policy(tmp_path / "fermee.toml", closed_days(), autre_canal=True))
    )
    orchestration.reconcile_every_run()
    use(tmp_path, monkeypatch)
    assert relance(by_whatsapp.relances_url)["canal"] == "sms"
    return by_whatsapp


@contextmanager
def following(url: str) -> Iterator[Following]:
    with psycopg.connect(url, autocommit=True) as connection:
        yield Following(connection)


def first_message(url: str) -> Followed:
    row = ask(url, "SELECT reference, commencee_le FROM relances.tentative WHERE numero = 1")[0]
    return Followed(relance(url)["id"], 1, 1, row["reference"], row["commencee_le"])


def places(office: Office, asked: Request) -> dict[tuple[str, str | None], int]:
    with psycopg.connect(office.relances_url, autocommit=True) as connection:
        lines = Reporting(connection).balance(Executions(connection).get(asked.run_id))
    return {(line.place, line.code): line.creances for line in lines}


def test_who_is_not_on_whatsapp_gets_an_sms_in_the_same_pass(by_whatsapp: Office, provider: Provider) -> None:
    url = by_whatsapp.relances_url
    orchestration.reconcile_every_run()
    sent = relance(url)
    assert (sent["statut"], sent["canal"], sent["fournisseur"], sent["cout"]) == ("envoyee", "sms", "ventis", 25)
    assert sent["premiere_voie"]["canal"] == "whatsapp"
    assert calls(url) == [(1, "twilio", "acceptee", "non_livree"), (2, "ventis", "acceptee", None)]
    assert [entry["provider"] for entry in provider.ledger()] == ["twilio", "ventis"]
    invariants(url, provider.ledger())


def test_the_run_that_asked_for_whatsapp_still_accounts_for_it(by_whatsapp: Office) -> None:
    orchestration.reconcile_every_run()
    assert places(by_whatsapp, BY_WHATSAPP) == {("envoyee", None): 1}
    assert "1 relance créée" in orchestration.report(BY_WHATSAPP)


@pytest.mark.parametrize("canal", ["whatsapp", "sms", None])
def test_a_later_run_of_the_day_writes_to_nobody_again(by_whatsapp: Office, provider: Provider, canal: str) -> None:
    orchestration.reconcile_every_run()
    again = request("encore", type_relance=canal)
    assert by_whatsapp.run(again).relances == 0
    assert places(by_whatsapp, again) == {("envoyee", None): 1}
    assert len(provider.ledger()) == 2


def test_the_tax_application_is_shown_the_canal_that_it_left_by(by_whatsapp: Office) -> None:
    url = by_whatsapp.relances_url
    orchestration.reconcile_every_run()
    with psycopg.connect(url, autocommit=True) as connection:
        [shown] = Reporting(connection).to_write_back(by_whatsapp.source.name, 0, 10)
    assert (shown.type_relance, shown.statut, shown.message) == ("sms", "envoyee", relance(url)["texte"])


def test_the_tax_application_is_shown_a_failure_by_sms_as_well(by_whatsapp: Office) -> None:
    url = by_whatsapp.relances_url
    ask(url, "UPDATE relances.relance SET statut_reporte = 'echec'")
    orchestration.reconcile_every_run()
    ask(url, "UPDATE relances.relance SET statut = 'echec', code = '1005', close_le = now(), envoyee_le = NULL")
    with psycopg.connect(url, autocommit=True) as connection:
        [shown] = Reporting(connection).to_write_back(by_whatsapp.source.name, 0, 10)
    assert (shown.type_relance, shown.statut, shown.code) == ("sms", "echec", "1005")


def test_it_says_what_is_still_owed(by_whatsapp: Office, provider: Provider) -> None:
    ask(by_whatsapp.etaxe_url, "UPDATE dette SET montant_du = 5000")
    orchestration.reconcile_every_run()
    assert "5 000" in provider.ledger()[-1]["text"].replace("\u202f", " ").replace("\u00a0", " ")
    assert relance(by_whatsapp.relances_url)["montant_du"] == 5000


def test_who_paid_since_gets_nothing_more(by_whatsapp: Office, provider: Provider) -> None:
    ask(by_whatsapp.etaxe_url, "UPDATE dette SET montant_du = 0")
    orchestration.reconcile_every_run()
    assert (relance(by_whatsapp.relances_url)["code"], len(provider.ledger())) == ("payee", 1)


def test_a_relance_changes_its_way_once(moved: Office, provider: Provider) -> None:
    ask(
        moved.relances_url,
        "UPDATE relances.relance SET statut = 'echec', fournisseur = 'zoom', code = 'sans_sms', close_le = now()",
    )
    orchestration.reconcile_every_run()
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
    "its run named its fournisseur": """UPDATE relances.execution SET parametres = '{"fournisseur": "twilio"}'""",
}


@pytest.mark.parametrize("change", FAILS.values(), ids=FAILS)
def test_what_may_not_go_on_by_sms_has_failed(
    by_whatsapp: Office, provider: Provider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    url = by_whatsapp.relances_url
    use(tmp_path, monkeypatch, autre_canal=False)
    orchestration.reconcile_every_run()
    assert relance(url)["code"] == "63024"
    source = relance(url)["source"]
    stage_relances(url, 1, asked=BY_WHATSAPP, source=source, contribuable_id="1", statut="livree", envoyee_le="now",
                   livree_le="now", reference="r", fournisseur="zoom")  # fmt: skip
    ask(url, change)
    use(tmp_path, monkeypatch)
    orchestration.reconcile_every_run()
    assert relances(url)[0]["statut"] == "echec"
    assert len(provider.ledger()) == 1


def test_news_of_the_first_message_says_nothing_of_the_second(moved: Office, provider: Provider) -> None:
    url = moved.relances_url
    late = undelivered(Refusee("63003", "pas sur WhatsApp", Refus.INJOIGNABLE), 1, load_policy().envoi)
    with following(url) as news:
        news.write([(first_message(url), late)])
    assert (relance(url)["statut"], relance(url)["code"]) == ("en_attente", None)
    assert [row["canal"] for row in ask(url, "SELECT canal FROM relances.numero_signale")] == ["whatsapp"]
    orchestration.reconcile_every_run()
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
    orchestration.reconcile_every_run()
    assert len(provider.ledger()) == 1
    assert places(moved, BY_WHATSAPP) == {("livree", None): 1}
    invariants(url, provider.ledger())


def test_what_arrived_by_both_is_told_to_the_journal_and_to_the_operator(
    moved: Office, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    url = moved.relances_url
    orchestration.reconcile_every_run()
    with following(url) as news:
        news.write([(first_message(url), delivered())])
    assert (relance(url)["statut"], relance(url)["canal"]) == ("envoyee", "sms")
    assert calls(url)[0] == (1, "twilio", "acceptee", "livree")
    orchestration.reconcile_every_run()
    assert "sent twice" in caplog.text


def test_nothing_changes_its_canal_while_a_run_creates_its_relances(by_whatsapp: Office, provider: Provider) -> None:
    with psycopg.connect(by_whatsapp.relances_url) as creation:
        creation.execute("SELECT pg_advisory_xact_lock(hashtextextended('creation', 0))")
        orchestration.reconcile_every_run()
        assert statuts(by_whatsapp.relances_url) == {"echec": 1}
    orchestration.reconcile_every_run()
    assert statuts(by_whatsapp.relances_url) == {"envoyee": 1}


@pytest.mark.usefixtures("of_the_same_countries")
def test_a_lot_that_is_under_way_does_not_hold_moved_relances(relances_url: str, provider: Provider) -> None:
    held_up(relances_url)
    suspend(relances_url, "ventis", REPLI.apres_minutes + 1)
    orchestration.reconcile_every_run()
    ask(relances_url, "UPDATE relances.voie SET suspendue_jusqu_au = NULL WHERE fournisseur = 'ventis'")
    asyncio.run(send(relances_url, lot()))
    assert len(provider.ledger()) == 1
