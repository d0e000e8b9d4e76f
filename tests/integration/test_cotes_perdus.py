"""Each of the two databases lost alone, at each step: the task ends soon in one sentence, nothing stays behind, and its
retry succeeds."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread

import psycopg
import pytest

from relances.rules.errors import TryAgain
from tests import jour
from tests.integration.invariants import invariants
from tests.integration.provider import Provider
from tests.integration.test_reperes import shown
from tests.integration.world import ask, request, statuts
from tests.support import one_sentence, wait_until

ASKED = request()
SOON = 20.0  # seconds
SLOW = """
CREATE FUNCTION relances.lente() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(1);
    RETURN NEW;
END $$;
CREATE TRIGGER lente BEFORE INSERT ON relances.creance_extraite FOR EACH ROW EXECUTE FUNCTION relances.lente();
COMMIT;
SELECT pg_advisory_lock(1)
"""
"""Waits in the middle of the rows."""

OURS = "FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'relances%'"

pytestmark = pytest.mark.usefixtures("great_expectations", "connect")


@pytest.fixture
def urls(etaxe_url: str, relances_url: str) -> dict[str, str]:
    """Of both databases, behind their connections."""
    ask(etaxe_url, "DELETE FROM relance")
    return {"etaxe": etaxe_url, "relances": relances_url}


STEPS: dict[str, Callable[[], object]] = {
    "extract": lambda: jour.extract(ASKED),
    "validate": lambda: jour.validate(ASKED),
    "create_relances": lambda: jour.create_relances(ASKED),
    "send": lambda: jour.send(ASKED),
    "write_back": lambda: jour.write_back(ASKED),
    "report": lambda: jour.report(ASKED),
}


@contextmanager
def killed_once_it_waits(url: str, lock: str) -> Iterator[None]:
    """Hold what the block needs of a database; end the sessions of ours there as soon as one waits for it."""

    def kill() -> None:
        with psycopg.connect(url) as holding, psycopg.connect(url, autocommit=True) as watching:
            holding.execute(lock)
            held.append(True)
            waits = f"SELECT count(*) {OURS} AND wait_event_type = 'Lock'"
            wait_until(lambda: watching.execute(waits).fetchone() != (0,), "a session of ours that waits")
            watching.execute(f"SELECT pg_terminate_backend(pid) {OURS}")
            holding.rollback()

    held: list[bool] = []
    killer = Thread(target=kill)
    killer.start()
    wait_until(lambda: held, "the lock")
    yield
    killer.join()


@pytest.mark.parametrize(
    ("step", "side", "lock"),
    [
        ("extract", "etaxe", "LOCK TABLE affectation_taxe"),
        ("extract", "etaxe", "LOCK TABLE type_taxe"),
        ("extract", "relances", "LOCK TABLE relances.creance_extraite"),
        ("extract", "relances", "LOCK TABLE relances.execution"),
        ("extract", "relances", SLOW),
        ("validate", "relances", "LOCK TABLE relances.creance_extraite"),
        ("validate", "relances", "LOCK TABLE relances.numero"),
        ("validate", "relances", "LOCK TABLE relances.exclusion"),
        ("create_relances", "relances", "LOCK TABLE relances.relance IN SHARE MODE"),
        ("create_relances", "relances", "LOCK TABLE relances.numero"),
        ("send", "etaxe", "LOCK TABLE info_collecte"),
        ("send", "relances", "LOCK TABLE relances.relance_creance"),
        ("write_back", "etaxe", "LOCK TABLE dossier_impaye"),
        ("write_back", "relances", "LOCK TABLE relances.relance IN SHARE MODE"),
        ("report", "relances", "LOCK TABLE relances.exclusion"),
    ],
)
def test_a_side_lost_alone_ends_the_task_and_nothing_stays_on_the_other(
    urls: dict[str, str], provider: Provider, step: str, side: str, lock: str
) -> None:
    for name, run in STEPS.items():
        if name == step:
            before, began = statuts(urls["relances"]), time.monotonic()
            with killed_once_it_waits(urls[side], lock), pytest.raises(TryAgain) as stopped:
                run()
            assert time.monotonic() - began < SOON
            assert f"base {side}_db perdue en cours de travail" in one_sentence(stopped.value)
            wait_until(lambda: not any(map(ours, urls.values())), "no session of ours is left")
            assert statuts(urls["relances"]) == before
        run()
    invariants(urls["relances"], provider.ledger())
    assert statuts(urls["relances"]).keys() == {"envoyee"}
    assert shown(urls["etaxe"]).keys() == told_by(urls["relances"])
    assert "## Bilan : équilibré" in jour.report(ASKED)


def ours(url: str) -> list[tuple[str]]:
    with psycopg.connect(url) as connection:
        return connection.execute(f"SELECT query {OURS}").fetchall()


def told_by(url: str) -> set[tuple[str, str]]:
    rows = ask(
        url,
        "SELECT n.prefixe || r.id AS repere, rc.creance_id FROM relances.relance r "
        "JOIN relances.numerotation n ON r.id >= n.premiere AND (n.fin IS NULL OR r.id < n.fin) "
        "JOIN relances.relance_creance rc ON rc.relance_id = r.id",
    )
    return {(row["repere"], row["creance_id"]) for row in rows}
