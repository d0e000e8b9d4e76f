"""Rows of the tax application are found again by the key that was remembered, whatever happened to either side."""

import logging
import os
import subprocess
import sys

import psycopg
import pytest

from demo import create_base_fictive
from relances.store.database import query
from relances.store.restauration import Marque
from relances.store.sources import Source
from tests.conftest import CopyDatabase, NewDatabase
from tests.integration.office import Office, nobody_was_reminded
from tests.integration.test_reperes import OURS, counted, settle, show, show_again, shown, told
from tests.integration.world import TODAY, Row, ask, request
from tests.support import wait_until

SOURCE = Source("collecte_taxe")
SEARCHED = "lignes cherchées dans l'application fiscale"
A_WRITE_BACK = """
import sys
import psycopg
from relances.rules.politique import BaseFiscale
from relances.services.write_back import write_back
from relances.store.sources import Source

etaxe, relances = (psycopg.connect(url, autocommit=True) for url in sys.argv[1:])
write_back(Source("collecte_taxe"), etaxe, relances, BaseFiscale())
"""


@pytest.fixture(scope="module")
def sample_url(new_database: NewDatabase) -> str:
    url = new_database("etaxe")
    create_base_fictive(url, contribuables=60, date_reference=TODAY)
    nobody_was_reminded(url)
    return url


@pytest.fixture
def office(sample_url: str, copy_database: CopyDatabase, relances_url: str) -> Office:
    """Messages that were accepted, and are not shown yet."""
    office = Office(SOURCE, copy_database(sample_url), relances_url)
    office.run(request())
    settle(office, "envoyee")
    return office


@pytest.fixture
def office_shown(office: Office) -> Office:
    """The same, shown."""
    show(office)
    return office


def remembered(office: Office) -> set[str | None]:
    return {row["ligne"] for row in ask(office.relances_url, "SELECT ligne FROM relances.relance_creance")}


def keys(office: Office) -> set[str | None]:
    return {str(row["id"]) for row in ask(office.etaxe_url, OURS)}


def versions(office: Office) -> list[Row]:
    """What any writing at all would change."""
    tables = ("relance", "dossier_impaye")
    return [row for table in tables for row in ask(office.etaxe_url, f"SELECT ctid, xmin, * FROM {table} ORDER BY id")]  # noqa: S608


def all_is_shown_once(office: Office) -> None:
    assert shown(office.etaxe_url) == told(office)
    assert counted(office.etaxe_url) == len(told(office))
    assert remembered(office) == keys(office)
    assert ask(office.relances_url, "SELECT * FROM relances.report") == []


def test_the_key_of_each_row_is_remembered(office_shown: Office) -> None:
    all_is_shown_once(office_shown)


def test_showing_the_same_again_writes_nothing(office_shown: Office) -> None:
    before = versions(office_shown)
    show_again(office_shown)
    assert versions(office_shown) == before
    all_is_shown_once(office_shown)


def test_nothing_is_searched_for_where_all_keys_are_known(
    office_shown: Office, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    settle(office_shown, "livree")
    show(office_shown)
    assert SEARCHED not in caplog.text
    assert all(row["notes"].endswith("· livrée") for row in ask(office_shown.etaxe_url, OURS))


def test_rows_of_a_version_that_remembered_no_key_are_searched_for_once(
    office_shown: Office, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    ask(office_shown.relances_url, "UPDATE relances.relance_creance SET ligne = NULL")
    settle(office_shown, "livree")
    show(office_shown)
    assert caplog.text.count(SEARCHED) == 1
    all_is_shown_once(office_shown)
    show_again(office_shown)
    assert caplog.text.count(SEARCHED) == 1


def test_rows_that_a_version_of_before_wrote_meanwhile_are_found(office_shown: Office) -> None:
    ask(office_shown.relances_url, "UPDATE relances.relance_creance SET ligne = DEFAULT")
    settle(office_shown, "livree")
    show(office_shown)
    all_is_shown_once(office_shown)


def killed_before_it_remembers(office: Office) -> None:
    """A write-back that dies once all is committed in the tax application, and nothing in our own database."""
    path = os.pathsep.join(sys.path)
    command = [sys.executable, "-c", A_WRITE_BACK, office.etaxe_url, office.relances_url]
    with psycopg.connect(office.relances_url) as blocking:
        blocking.execute("LOCK TABLE relances.relance IN SHARE MODE")
        with subprocess.Popen(command, env={**os.environ, "PYTHONPATH": path}) as process:
            try:
                wait_until(lambda: len(keys(office)) == len(told(office)), "everything is committed there")
            finally:
                process.kill()
    assert remembered(office) == {""}


def test_a_write_back_killed_between_the_two_commits_writes_no_second_row(office: Office) -> None:
    killed_before_it_remembers(office)
    show(office)
    all_is_shown_once(office)


def test_what_waits_while_the_others_are_searched_for_is_not_written_twice_later(office: Office) -> None:
    killed_before_it_remembers(office)
    waits = """
        UPDATE relances.relance SET statut = 'en_attente', envoyee_le = NULL, reference = NULL
        WHERE id = (SELECT min(id) FROM relances.relance)
    """
    ask(office.relances_url, waits)
    show(office)
    assert None in remembered(office)
    settle(office, "envoyee")
    show(office)
    all_is_shown_once(office)


def test_a_row_that_an_agent_deleted_is_written_again_once(office_shown: Office) -> None:
    ask(office_shown.etaxe_url, "DELETE FROM relance WHERE id = (SELECT max(id) FROM relance)")
    settle(office_shown, "livree")
    show(office_shown)
    show_again(office_shown)
    assert shown(office_shown.etaxe_url) == told(office_shown)
    assert remembered(office_shown) == keys(office_shown)


def test_rows_that_have_other_keys_now_are_found_by_their_marks(office_shown: Office) -> None:
    ask(office_shown.etaxe_url, "UPDATE relance SET id = id + 100000")
    settle(office_shown, "livree")
    show(office_shown)
    all_is_shown_once(office_shown)


def test_a_tax_base_brought_back_to_before_gets_its_rows_again_beside_those_that_took_their_keys(
    office_shown: Office,
) -> None:
    ask(office_shown.etaxe_url, "UPDATE relance SET notes = 'Rappelé au guichet.', message = 'Rappel'")
    ask(office_shown.etaxe_url, "UPDATE dossier_impaye SET nombre_relances = 0")
    of_agents = ask(office_shown.etaxe_url, "SELECT * FROM relance ORDER BY id")
    settle(office_shown, "livree")
    show(office_shown)
    all_is_shown_once(office_shown)
    assert ask(office_shown.etaxe_url, "SELECT * FROM relance WHERE message = 'Rappel' ORDER BY id") == of_agents


def test_our_own_base_brought_back_to_before_finds_what_it_wrote_since(
    office: Office, copy_database: CopyDatabase
) -> None:
    restored = Office(SOURCE, office.etaxe_url, copy_database(office.relances_url))
    show(office)
    with (
        psycopg.connect(restored.relances_url, autocommit=True) as connection,
        Marque(connection).recognising([]) as recognition,
    ):
        recognition.rename(None, contacts=False)
    show(restored)
    all_is_shown_once(restored)


def test_a_tax_base_without_primary_key_is_told_and_shown_all_the_same(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    ask(office.etaxe_url, "ALTER TABLE relance DROP CONSTRAINT relance_pkey")
    show(office)
    settle(office, "livree")
    show(office)
    all_is_shown_once(office)
    assert "n'a pas d'index sur la clé de relance" in caplog.text


def test_a_row_changed_by_a_trigger_of_theirs_is_searched_for_when_it_must_be_written_again(office: Office) -> None:
    trigger = """
        CREATE FUNCTION annotee() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN NEW.notes := ''Vu. '' || NEW.notes; RETURN NEW; END';
        CREATE TRIGGER annotee BEFORE INSERT ON relance FOR EACH ROW EXECUTE FUNCTION annotee()
    """
    ask(office.etaxe_url, trigger)
    show(office)
    settle(office, "livree")
    show(office)
    all_is_shown_once(office)


@pytest.mark.parametrize("analysed", [True, False])
def test_rows_whose_keys_are_known_are_reached_by_their_keys_alone(office_shown: Office, analysed: bool) -> None:
    many = """
        INSERT INTO relance (contribuable_id, affectation_taxe_id, type_relance, statut, montant_due, date_planifiee,
            notes, created_at, updated_at)
        SELECT contribuable_id, affectation_taxe_id, type_relance, statut, 1, date_planifiee, 'autre', now(), now()
        FROM relance, generate_series(1, 2000)
    """
    ask(office_shown.etaxe_url, "ALTER TABLE relance SET (autovacuum_enabled = false)")
    ask(office_shown.etaxe_url, many)
    if analysed:
        ask(office_shown.etaxe_url, "ANALYZE")
    settle(office_shown, "livree")
    with psycopg.connect(office_shown.etaxe_url, autocommit=True) as connection:
        connection.execute(query("create_to_show"))
        ours = ask(office_shown.etaxe_url, "SELECT id, affectation_taxe_id, contribuable_id FROM relance LIMIT 5000")
        with connection.cursor() as cursor, cursor.copy("COPY a_montrer FROM STDIN") as copy:
            for rang, row in enumerate(ours, 1):
                creance, who = str(row["affectation_taxe_id"]), str(row["contribuable_id"])
                said = ("sms", "envoyee", "Bonjour", 1, TODAY, TODAY, None, "ventis", None, None, None)
                copy.write_row((rang, rang, f"x-{rang}", creance, who, *said, str(row["id"]), "1"))
        connection.execute(query("analyse_to_show"))
        connection.execute(query("by_keys"), {"valeur": "off"})
        explain = f"EXPLAIN {SOURCE.statement('write_back.sql', connection)}"
        plan = [row[0] for row in connection.execute(explain, {"premier": 1, "dernier": 5000})]
    assert any("Index Scan using relance_pkey on relance" in line for line in plan)
    assert [line for line in plan if "Seq Scan on relance" in line or "Seq Scan on dossier" in line] == []
