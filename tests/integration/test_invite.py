"""In the tax application's database the pipeline is a guest: it waits for nobody there, and nobody waits for it."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import psycopg
import pytest

from demo import create_base_fictive
from relances.rules.errors import Blocked, TryAgain
from relances.rules.politique import BaseFiscale
from relances.services import extraction
from relances.services.diagnostic_occupation import diagnose_occupation
from relances.services.installation import ETAXE, RELANCES
from relances.services.write_back import Tour, write_back
from relances.store.rapport import Rapports
from relances.store.sources import Source
from relances_providers.messaging import Finding, Verdict
from tests import jour
from tests.conftest import CopyDatabase, NewDatabase
from tests.integration.asked import in_words
from tests.integration.conftest import Connect
from tests.integration.frozen import falling_silent_after
from tests.integration.office import Office
from tests.integration.test_reperes import OURS, counted, settle, shown, told
from tests.integration.world import TODAY, ask, request
from tests.jour import database
from tests.support import one_sentence, postgres_connection, wait_until

SOURCE = Source("collecte_taxe")
AT_ONCE = (Tour(0, 50), Tour(0, 5), Tour(0, 1))


@pytest.fixture(scope="module")
def sample_url(new_database: NewDatabase) -> str:
    url = new_database("etaxe")
    create_base_fictive(url, contribuables=60, date_reference=TODAY)
    ask(url, "DELETE FROM relance; DELETE FROM dossier_impaye")
    ask(
        url,
        """
        INSERT INTO dossier_impaye (contribuable_id, affectation_taxe_id, montant_initial, montant_restant,
            date_echeance, statut, nombre_relances, created_at, updated_at)
        SELECT contribuable_id, id, 1, 1, now(), 'en_cours', 0, now(), now() FROM affectation_taxe
        """,
    )
    return url


@pytest.fixture
def office(
    sample_url: str, copy_database: CopyDatabase, relances_url: str, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> Office:
    """A tax application and our own database, behind their connections."""
    url = copy_database(sample_url)
    monkeypatch.setenv("AIRFLOW_CONN_ETAXE_DB", postgres_connection(url))
    return Office(SOURCE, url, relances_url)


@pytest.fixture
def to_show(office: Office) -> Office:
    """Messages that were accepted, and are not shown yet."""
    office.run(request())
    settle(office, "envoyee")
    return office


def show(office: Office, limites: BaseFiscale | None = None, tours: Sequence[Tour] = AT_ONCE) -> int:
    limites = limites or BaseFiscale()
    with database(ETAXE, "write_back", limites) as etaxe, database(RELANCES) as relances:
        return write_back(office.source, etaxe, relances, limites, tours)


@contextmanager
def officer_in(office: Office, statement: str, *parameters: object) -> Iterator[psycopg.Connection]:
    """An officer who opened a window, changed something, and went for lunch."""
    with psycopg.connect(office.etaxe_url) as officer:
        officer.execute(statement, parameters)
        yield officer
        officer.rollback()


def waiting(office: Office) -> int:
    with database(RELANCES) as relances:
        return len({row.relance_id for row in Rapports(relances).to_write_back(SOURCE.name, 0, 1_000)})


def someone(office: Office) -> int:
    """A contribuable whom a relance is to."""
    return int(ask(office.relances_url, "SELECT min(contribuable_id::integer) AS id FROM relances.relance")[0]["id"])


# --- writing ---


@pytest.mark.parametrize(
    "held",
    [
        "UPDATE dossier_impaye SET notes = 'vu' WHERE contribuable_id = %s",
        "SELECT FROM contribuable WHERE id = %s FOR UPDATE",
        "SELECT FROM affectation_taxe WHERE contribuable_id = %s FOR UPDATE",
    ],
    ids=["dossier", "contribuable", "affectation"],
)
def test_what_an_officer_holds_is_left_and_the_rest_is_shown(to_show: Office, held: str) -> None:
    who, everything = someone(to_show), told(to_show)
    with officer_in(to_show, held, who):
        show(to_show)
        owed = "SELECT id FROM affectation_taxe WHERE contribuable_id = %(who)s"
        left = {str(row["id"]) for row in ask(to_show.etaxe_url, owed, who=who)}
        assert shown(to_show.etaxe_url).keys() >= {key for key in everything if key[1] not in left}
        assert waiting(to_show) == 1
    assert show(to_show) == 1
    assert shown(to_show.etaxe_url) == everything
    assert counted(to_show.etaxe_url) == len(everything)


def test_our_own_row_that_an_officer_holds_is_left_too(to_show: Office) -> None:
    show(to_show)
    settle(to_show, "livree")
    [row, *_] = ask(to_show.etaxe_url, OURS)
    with officer_in(to_show, "UPDATE relance SET notes = 'Rappelé. ' || notes WHERE id = %s", row["id"]) as officer:
        show(to_show)
        assert waiting(to_show) == 1
        officer.commit()
    assert show(to_show) == 1
    notes = [row["notes"] for row in ask(to_show.etaxe_url, OURS)]
    assert all(note.endswith("livrée") for note in notes)
    assert [note for note in notes if note.startswith("Rappelé. [")] != []


def test_a_whole_table_that_is_held_leaves_everything_for_the_next_pass(to_show: Office) -> None:
    with officer_in(to_show, "LOCK TABLE dossier_impaye IN EXCLUSIVE MODE"):
        began = time.monotonic()
        assert show(to_show) == 0
        assert time.monotonic() - began < 30
    assert show(to_show) > 0
    assert shown(to_show.etaxe_url) == told(to_show)


def test_rows_too_slow_to_write_together_are_written_alone(to_show: Office) -> None:
    slow = """
        CREATE FUNCTION lente() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.05); RETURN NEW; END';
        CREATE TRIGGER lente BEFORE INSERT ON relance FOR EACH ROW EXECUTE FUNCTION lente()
    """
    ask(to_show.etaxe_url, slow)
    show(to_show, BaseFiscale(ecriture_max=0.5))
    assert shown(to_show.etaxe_url) == told(to_show)
    assert counted(to_show.etaxe_url) == len(told(to_show))


def test_two_write_backs_at_once_show_each_result_once(to_show: Office, caplog: pytest.LogCaptureFixture) -> None:
    left = waiting(to_show)
    with officer_in(to_show, "SELECT pg_advisory_lock(7241000002)"):
        assert show(to_show, tours=(Tour(0, 250), Tour(3_600, 50))) == 0
    assert f"{left} relances restent à reporter dans l'application fiscale" in caplog.text
    show(to_show)
    assert shown(to_show.etaxe_url) == told(to_show)


# --- seen from there ---


def test_an_administrator_sees_who_we_are_and_no_limit_is_missing(office: Office) -> None:
    settings = """
        SELECT name, setting FROM pg_settings WHERE name IN ('application_name', 'statement_timeout', 'lock_timeout',
            'idle_in_transaction_session_timeout', 'client_connection_check_interval')
    """
    with database(ETAXE, "extract", BaseFiscale(lecture_max=77)) as etaxe:
        found: dict[str, str] = dict(etaxe.execute(settings).fetchall())
        words = etaxe.info.get_parameters()
    assert found.pop("application_name") == "relances: extract"
    assert found.pop("statement_timeout") == "77000"
    assert "0" not in found.values()
    assert {"connect_timeout", "tcp_user_timeout", "keepalives_idle"} <= words.keys()


def test_what_the_connection_says_itself_prevails(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    said = postgres_connection(office.etaxe_url)
    extra = said.removesuffix("}") + ', "extra": {"application_name": "mairie", "connect_timeout": "3"}}'
    monkeypatch.setenv("AIRFLOW_CONN_ETAXE_DB", extra)
    with database(ETAXE, "extract") as etaxe:
        words = etaxe.info.get_parameters()
    assert (words["application_name"], words["connect_timeout"]) == ("mairie", "3")


def occupation(office: Office) -> Finding:
    with psycopg.connect(office.etaxe_url, autocommit=True) as connection:
        [found] = in_words([diagnose_occupation(ETAXE, connection)])
        return found.finding


def test_the_diagnostic_tells_our_longest_statement_and_who_waits_behind_us(office: Office) -> None:
    assert occupation(office).verdict is Verdict.GOOD
    with database(ETAXE, "extract") as etaxe:
        etaxe.execute("BEGIN")
        etaxe.execute("LOCK TABLE dossier_impaye")
        assert "relances: extract" in occupation(office).text
        with psycopg.connect(office.etaxe_url) as officer:
            officer.execute("SET lock_timeout = '10s'")
            waiting = Thread(target=officer.execute, args=("UPDATE dossier_impaye SET notes = 'vu'",))
            waiting.start()
            wait_until(lambda: occupation(office).verdict is Verdict.BAD, "somebody who waits behind us")
            assert "attendent derrière nous (relances: extract" in occupation(office).text
            etaxe.execute("ROLLBACK")
            waiting.join()


def test_the_diagnostic_tells_of_a_window_left_open(office: Office) -> None:
    with officer_in(office, "UPDATE dossier_impaye SET notes = 'vu'"):
        found = occupation(office)
    assert found.verdict is Verdict.UNSEEN
    assert "sans rien faire" in found.text
    one_sentence(Exception(found.text))


# --- silence ---


def silent_for(call: object, *arguments: object) -> tuple[str, float]:
    began = time.monotonic()
    with pytest.raises(TryAgain) as stopped:
        call(*arguments)  # type: ignore[operator]
    return one_sentence(stopped.value), time.monotonic() - began


@pytest.mark.parametrize("answered", [2_000, 6_000], ids=["before the rows", "among the rows"])
def test_a_tax_base_that_falls_silent_is_not_waited_for(
    office: Office, answered: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    limites = BaseFiscale(lecture_max=1, silence_max=1)
    monkeypatch.setattr("relances.store.guest._MARGIN", 1.0)
    with falling_silent_after(answered, office.etaxe_url) as conninfo:
        monkeypatch.setenv("AIRFLOW_CONN_ETAXE_DB", postgres_connection(conninfo))

        def extract() -> None:
            with database(ETAXE, "extract", limites) as etaxe, database(RELANCES) as relances:
                extraction.extract(SOURCE, request(), etaxe, relances)

        said, seconds = silent_for(extract)
    assert "etaxe_db" in said
    assert "ne répond plus" in said
    assert seconds < 15
    wait_until(lambda: not ours_in(office.etaxe_url), "nothing of ours is left in the tax base")
    assert ask(office.relances_url, "SELECT 1 FROM relances.execution") == []


def test_a_statement_that_takes_too_long_ends_in_one_sentence(office: Office) -> None:
    with pytest.raises(TryAgain, match="lecture_max") as stopped, database(ETAXE, "x", BaseFiscale(0.2)) as etaxe:
        etaxe.execute("SELECT pg_sleep(30)")
    one_sentence(stopped.value)


def test_a_table_that_somebody_rebuilds_ends_the_reading_in_one_sentence(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("relances.store.guest._READING_WAITS", 0.3)
    with officer_in(office, "LOCK TABLE affectation_taxe"), pytest.raises(TryAgain, match="occupée") as stop:
        jour.extract(request())
    one_sentence(stop.value)


def test_a_full_disk_is_one_sentence_and_nothing_is_changed(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = Path("/proc/nowhere")
    monkeypatch.setattr("tempfile.tempdir", str(nowhere))
    monkeypatch.setattr("relances.services.extraction._IN_MEMORY", 1)
    with pytest.raises(Blocked, match="TMPDIR") as stopped:
        jour.extract(request())
    one_sentence(stopped.value)
    assert not ours_in(office.etaxe_url)


def ours_in(url: str) -> list[str]:
    """What our sessions do in a database."""
    mine = (
        "SELECT query FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'relances%%'"
    )
    return [row["query"] for row in ask(url, mine)]


def extract_in_a_second(etaxe: psycopg.Connection) -> None:
    """What it waits for in our own database, it waits for no longer."""
    with database(RELANCES) as relances:
        relances.execute("SET lock_timeout = '1s'")
        extraction.extract(SOURCE, request(), etaxe, relances)


def test_the_tax_base_is_let_go_before_our_own_is_written(office: Office) -> None:
    """However long our own database takes, no snapshot is held in theirs."""
    with psycopg.connect(office.relances_url) as blocking:
        blocking.execute("LOCK TABLE relances.creance_extraite")
        with database(ETAXE, "extract") as etaxe:
            with pytest.raises(TryAgain, match="base relances_db occupée"):
                extract_in_a_second(etaxe)
            held = etaxe.pgconn.transaction_status
    assert held == psycopg.pq.TransactionStatus.IDLE
