"""Balances are read again right before a lot is sent: nobody who paid is reminded, and no text says too much."""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest

from relances.rules.errors import Blocked, TryAgain
from relances.rules.models import Redaction
from relances.rules.request import Request
from relances.rules.soldes import Reecriture, Relecture
from relances.services.fournisseurs import chemin_of
from relances.services.soldes import Lecteur
from relances.store.executions import Executions
from relances.store.lectures import Etendue, Lectures, NonLues
from relances.store.rapport import Rapports
from relances.store.sending import Lot, LotStore
from relances.store.soldes import call_off, rewrite
from relances_providers.provider_info import PROVIDERS
from tests import jour
from tests.integration.conftest import Connect
from tests.integration.invariants import invariants
from tests.integration.office import Office
from tests.integration.provider import Provider
from tests.integration.staged import balances_read, stage_relances
from tests.integration.world import TODAY, Row, ask, let_time_pass, request, statuts
from tests.jour import here, politique
from tests.support import one_sentence, postgres_connection, write_policy

FORFAIT = Decimal(25)  # what the policy says a segment of an SMS costs

pytestmark = pytest.mark.usefixtures("behind_its_connections")


@pytest.fixture
def behind_its_connections(office: Office, connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    """The office, as the pipeline reaches it: its databases, and a simulated Ventis."""
    monkeypatch.setenv("AIRFLOW_CONN_ETAXE_DB", postgres_connection(office.etaxe_url))
    connect()


def lots(asked: Request) -> list[jour.Part]:
    return jour.plan_lots(asked, "ventis")


def owes_now(office: Office, creance: object, montant: float) -> None:
    ask(office.etaxe_url, "UPDATE dette SET montant_du = %(m)s WHERE creance_id = %(c)s", m=montant, c=str(creance))


def relances(office: Office) -> list[Row]:
    return ask(office.relances_url, "SELECT * FROM relances.relance ORDER BY id")


def called_off(office: Office) -> list[tuple[str, str, str]]:
    rows = relances(office)
    return [(row["contribuable_id"], row["code"], row["motif"]) for row in rows if row["statut"] == "annulee"]


def places(office: Office, asked: Request) -> dict[tuple[str, str | None], int]:
    with psycopg.connect(office.relances_url, autocommit=True) as connection:
        lines = Rapports(connection).balance(Executions(connection).get(asked.run_id))
    return {(line.place, line.code): line.creances for line in lines}


# --- paid since ---


def test_a_creance_paid_since_is_called_off(office: Office, provider: Provider) -> None:
    asked = request()
    office.owe(3)
    office.run(asked)
    owes_now(office, 2, 0)
    jour.send(asked)
    assert called_off(office) == [("2", "payee", "payée depuis")]
    assert statuts(office.relances_url) == {"envoyee": 2, "annulee": 1}
    assert len(provider.ledger()) == 2
    assert places(office, asked) == {("envoyee", None): 2, ("annulee", "payee"): 1}
    invariants(office.relances_url, provider.ledger())


def test_a_creance_paid_between_two_tries_is_not_sent_again(office: Office, provider: Provider) -> None:
    asked = request()
    office.owe(1)
    office.run(asked)
    provider.upset({"fault": "http_429", "count": 1, "seconds": 40})
    jour.send(asked)
    owes_now(office, 1, 0)
    let_time_pass(office.relances_url, 41)
    jour.reconcile_every_run()
    assert [(row["statut"], row["code"], row["tentatives"]) for row in relances(office)] == [("annulee", "payee", 1)]
    assert provider.ledger() == []


def test_a_balance_that_is_no_amount_stops_the_lot(office: Office, provider: Provider) -> None:
    asked = request()
    office.owe(2)
    office.run(asked)
    ask(office.etaxe_url, "UPDATE dette SET montant_du = 'NaN' WHERE creance_id = '2'")
    with pytest.raises(Blocked, match="ne dit rien de 1 créances sur 2"):
        jour.send(asked)
    assert provider.ledger() == []


def test_a_creance_that_the_application_has_forgotten_is_due_no_more(office: Office, provider: Provider) -> None:
    asked = request()
    office.owe(1)
    office.run(asked)
    ask(office.etaxe_url, "TRUNCATE dette")
    jour.send(asked)
    assert [code for _, code, _ in called_off(office)] == ["payee"]


# --- paid in part ---


def test_of_two_creances_the_one_that_was_paid_is_not_spoken_of(office: Office, provider: Provider) -> None:
    asked = request()
    office.owes(1, creance=10, montant_du=15_000, retard=20, libelle="Taxe de marché")
    office.owes(1, creance=11, montant_du=4_000, retard=9, libelle="Taxe d'étal")
    office.run(asked)
    [before] = relances(office)
    assert "19 000 FCFA dus (2 taxes)" in before["texte"]

    owes_now(office, 10, 0)
    jour.send(asked)
    [after] = relances(office)
    assert "4 000 FCFA dus (Taxe d'étal)" in after["texte"]
    assert f"{after['echeance']:%d/%m/%Y}" in after["texte"]
    assert (after["montant_du"], (TODAY - after["echeance"]).days) == (4_000, 9)
    assert provider.ledger()[0]["text"] == after["texte"]
    paid = ask(
        office.relances_url, "SELECT creance_id, montant_du, payee_le IS NOT NULL AS p FROM relances.relance_creance"
    )
    assert {(row["creance_id"], row["montant_du"], row["p"]) for row in paid} == {
        ("10", 15_000, True),
        ("11", 4_000, False),
    }
    assert places(office, asked) == {("envoyee", None): 1, ("annulee", "payee"): 1}
    invariants(office.relances_url, provider.ledger())


def test_once_the_oldest_creance_is_paid_the_words_are_those_of_what_is_left(
    office: Office, provider: Provider
) -> None:
    asked = request()
    office.owes(1, creance=10, retard=100)
    office.owes(1, creance=11, retard=10)
    office.run(asked)
    owes_now(office, 10, 0)
    jour.send(asked)
    [after] = relances(office)
    assert after["niveau"] == 1
    assert "dernier rappel" not in provider.ledger()[0]["text"]


def test_a_creance_paid_before_its_relance_left_is_not_shown_as_reminded(office: Office) -> None:
    asked = request()
    for creance in (10, 11):
        office.owes(1, creance=creance)
    office.run(asked)
    owes_now(office, 10, 0)
    jour.send(asked)
    with psycopg.connect(office.relances_url, autocommit=True) as connection:
        shown = Rapports(connection).to_write_back(office.source.name, 0, 10)
    assert [(row.creance_id, row.statut) for row in shown] == [("11", "envoyee")]


def test_an_amount_that_shrank_is_written_again(office: Office, provider: Provider) -> None:
    asked = request()
    office.owes(1, montant_du=15_000)
    office.run(asked)
    owes_now(office, 1, 9_999.996)  # the database keeps two decimals
    jour.send(asked)
    [row] = relances(office)
    assert (row["montant_du"], row["cout"]) == (10_000, FORFAIT * row["segments"])
    assert "10 000 FCFA" in provider.ledger()[0]["text"]
    assert "15 000" not in provider.ledger()[0]["text"]


def test_an_amount_that_grew_is_left_for_the_next_run(office: Office, provider: Provider) -> None:
    asked = request()
    office.owes(1, montant_du=15_000)
    office.run(asked)
    owes_now(office, 1, 99_000)
    jour.send(asked)
    assert "15 000 FCFA" in provider.ledger()[0]["text"]


def test_what_did_not_change_is_not_written(office: Office) -> None:
    asked = request()
    office.owe(3)
    office.run(asked)
    query = "SELECT xmin, * FROM relances.relance ORDER BY id"
    before = ask(office.relances_url, query)
    reread(office)
    assert ask(office.relances_url, query) == before


def test_what_shrank_below_the_minimum_is_called_off(office: Office, provider: Provider) -> None:
    asked = request()
    office.owe(2)
    office.run(asked)
    owes_now(office, 1, 499)
    owes_now(office, 2, 500)
    jour.send(asked)
    assert called_off(office) == [("1", "montant_minimum", "montant trop petit")]
    assert statuts(office.relances_url) == {"annulee": 1, "envoyee": 1}


def test_a_text_that_has_become_too_long_is_called_off(office: Office, provider: Provider) -> None:
    asked = request()
    office.owes(1, creance=10)
    office.owes(1, creance=11, libelle="x" * 900)
    office.run(asked)
    owes_now(office, 10, 0)
    jour.send(asked)
    assert [code for _, code, _ in called_off(office)] == ["message_trop_long"]


@pytest.mark.parametrize(("now_owed", "becomes"), [(15_000, {"envoyee": 1}), (7_000, {"annulee": 1})])
def test_where_the_extraction_is_not_kept_any_more_a_text_leaves_as_it_is_or_not_at_all(
    office: Office, provider: Provider, now_owed: int, becomes: dict[str, int]
) -> None:
    asked = request()
    office.owe(1)
    office.run(asked)
    ask(office.relances_url, "TRUNCATE relances.creance_extraite")
    owes_now(office, 1, now_owed)
    jour.send(asked)
    assert statuts(office.relances_url) == becomes
    assert [code for _, code, _ in called_off(office)] == ["montant_change"] * becomes.get("annulee", 0)


def test_a_template_s_variables_are_written_again(
    office: Office, connect: Connect, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = write_policy(tmp_path / "politique.toml")
    modeles = "".join(
        f'\n[[modele_whatsapp]]\nniveau = {niveau}\nlangue = "fr"\ncontent_sid = "HX{niveau:032x}"\n'
        'variables = ["montant", "objet"]\n'
        for niveau in (1, 2, 3)
    )
    file.write_text(file.read_text() + modeles)
    monkeypatch.setenv("RELANCES_POLITIQUE", str(file))
    connect("twilio")
    asked = request(type_relance="whatsapp")
    office.owes(1, creance=10, libelle="Taxe de marché")
    office.owes(1, creance=11, libelle="Taxe d'étal")
    office.run(asked)
    assert relances(office)[0]["variables"] == ["30 000 FCFA", "2 taxes"]
    owes_now(office, 11, 0)
    [part] = jour.plan_lots(asked, "twilio")
    jour.send_lot(asked, **part)
    assert relances(office)[0]["variables"] == ["15 000 FCFA", "Taxe de marché"]


# --- what stops a lot ---


def test_without_the_tax_application_nothing_leaves(
    office: Office, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = request()
    office.owe(2)
    office.run(asked)
    known = postgres_connection(office.etaxe_url)
    monkeypatch.setenv("AIRFLOW_CONN_ETAXE_DB", known.replace('"schema": "', '"schema": "perdue_'))
    with pytest.raises(TryAgain, match="base etaxe_db injoignable"):
        jour.send(asked)
    assert statuts(office.relances_url) == {"en_attente": 2}
    assert provider.ledger() == []


@pytest.mark.parametrize(
    ("balances", "sentence"),
    [
        ("SELECT creance_id, montant_du FROM dette WHERE creance_id = '1'", "ne dit rien de 1 créances sur 2"),
        ("SELECT creance_id, montant_du FROM dettes", 'base etaxe_db : relation "dettes" does not exist'),
    ],
)
def test_a_tax_application_that_does_not_answer_stops_the_lot(
    office: Office, provider: Provider, tmp_path: Path, balances: str, sentence: str
) -> None:
    asked = request()
    office.owe(2)
    office.run(asked)
    Path(tmp_path, office.source.name, "balances.sql").write_text(balances)
    with pytest.raises(Blocked) as refused:
        jour.send(asked)
    assert sentence in one_sentence(refused.value)
    assert statuts(office.relances_url) == {"en_attente": 2}
    assert provider.ledger() == []


# --- races ---


def part_of(office: Office) -> Lot:
    return Lot(office.source.name, request().occasion, "ventis", 1, 10**9)


def reread_later(office: Office) -> None:
    let_time_pass(office.relances_url)
    reread(office)


def reread(office: Office) -> None:
    """What send_lot does before it sends."""
    policy = politique()
    relecture = Relecture(here().plume(), chemin_of(here(), PROVIDERS[0], policy))
    Lecteur(here(), part_of(office), policy.base_fiscale, lambda _: lambda _: relecture).before()


@pytest.mark.usefixtures("provider")
def test_a_relance_taken_meanwhile_is_left_to_who_took_it(office: Office) -> None:
    office.owe(2)
    office.run(request())
    with psycopg.connect(office.relances_url, autocommit=True) as connection:
        lectures = Lectures(connection, part_of(office))
        [whole] = lectures.unread(1, Etendue(request().occasion), 1, 10)
        (_, paid), (_, shrunk) = lectures.touched(whole, ["1", "2"])
        balances_read(connection, office.source.name, "ventis")

        async def take() -> None:
            async with LotStore(office.relances_url, part_of(office), 60, "compte", 72) as store:
                assert len(await store.exchange((), 2)) == 2

        asyncio.run(take())
        query = "SELECT r.*, rc.* FROM relances.relance r JOIN relances.relance_creance rc ON rc.relance_id = r.id"
        before = ask(office.relances_url, f"{query} ORDER BY r.id")
        call_off(connection, [(paid.id, "payee", "payée depuis")])
        left = (shrunk.creances[0]._replace(montant_du=Decimal(1)),)
        rewrite(connection, [(shrunk, left, Reecriture(1, Redaction("Trop tard", None, None, 1, 0, Decimal(25))))])
        assert ask(office.relances_url, f"{query} ORDER BY r.id") == before
        assert [waits for waits, _ in lectures.touched(whole, ["1", "2"])] == [False, False]
        assert lectures.unread(1, Etendue(request().occasion), 1, 10) == []


def test_a_task_killed_between_balances_and_sending_takes_up_where_it_was(office: Office, provider: Provider) -> None:
    asked = request()
    office.owes(1, creance=10)
    office.owes(1, creance=11)
    office.owes(2)
    office.owes(3)
    office.run(asked)
    owes_now(office, 10, 0)
    owes_now(office, 2, 0)
    reread(office)  # the process ends here
    before = relances(office)
    reread_later(office)
    assert relances(office) == before
    jour.send(asked)
    assert statuts(office.relances_url) == {"annulee": 1, "envoyee": 2}
    invariants(office.relances_url, provider.ledger())


def test_two_workers_that_read_one_lot_again_come_to_the_same(office: Office, provider: Provider) -> None:
    asked = request()
    office.owe(60)
    office.run(asked)
    for creance in range(1, 31):
        owes_now(office, creance, 0 if creance % 2 else 6_000)
    with ThreadPoolExecutor(4) as workers:
        for done in [workers.submit(reread_later, office) for _ in range(8)]:
            done.result()
    jour.send(asked)
    assert statuts(office.relances_url) == {"annulee": 15, "envoyee": 45}
    assert sum("6 000 FCFA" in entry["text"] for entry in provider.ledger()) == 15
    invariants(office.relances_url, provider.ledger())


def test_a_lot_is_read_some_at_a_time_to_its_end(office: Office) -> None:
    office.owe(7)
    office.owes(2, creance=100)
    office.run(request())
    with psycopg.connect(office.relances_url, autocommit=True) as connection:
        lectures, read, premier = Lectures(connection, part_of(office)), list[NonLues](), 1
        while found := lectures.unread(1, Etendue(request().occasion), premier, 3):
            read += found
            premier = found[-1].dernier + 1
    ids = [int(each) for part in read for each in part.relances.strip("{}").split(",")]
    assert ids == [row["id"] for row in relances(office)]
    assert [part.nombre for part in read] == [4, 3, 1]


# --- whose balances ---


@pytest.mark.usefixtures("provider")
def test_contacts_of_a_campaign_are_read_again_in_our_own_database(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AIRFLOW_CONN_ETAXE_DB")
    url = office.relances_url
    imported = """
        INSERT INTO relances.contact (campagne, nom, telephone, saisie, libelle, montant_du, echeance)
        SELECT 'rentree', 'ONDO', '2417700000' || n, '07700000' || n, 'Taxe', montant_du, %(day)s
        FROM (VALUES (1, 0), (2, 15000)) importe (n, montant_du) RETURNING id
        """
    contacts = [row["id"] for row in ask(url, imported, day=TODAY)]
    ids = stage_relances(url, 2, lues=False, source="contacts", occasion="campagne:rentree")
    for relance, contact in zip(ids, contacts, strict=True):
        ask(
            url,
            "UPDATE relances.relance_creance SET creance_id = %(c)s WHERE relance_id = %(r)s",
            c=str(contact),
            r=relance,
        )
    ask(url, "UPDATE relances.execution SET source = 'contacts', occasion = 'campagne:rentree'")
    jour.send(request())
    assert [(row["statut"], row["code"]) for row in relances(office)] == [("annulee", "payee"), ("envoyee", None)]


# --- what is told ---


def test_what_was_read_again_is_told_in_counts_alone(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    asked = request()
    office.owe(3)
    office.run(asked)
    owes_now(office, 1, 0)
    owes_now(office, 2, 8_000)
    with caplog.at_level(logging.INFO):
        jour.send(asked)
    assert "soldes relus : relances annulées : payee 1 ; récrites : 1" in caplog.text
    assert "ONDO" not in caplog.text
    assert "24166" not in caplog.text
