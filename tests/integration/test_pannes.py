"""Whatever fails, wherever: run again, every creance of the day is in its place, and nobody is written to twice."""

from collections.abc import Callable

import psycopg
import pytest

from relances.rules.errors import PipelineError
from relances_providers.provider_info import PROVIDERS
from tests import jour
from tests.integration.invariants import invariants
from tests.integration.provider import Provider
from tests.integration.world import ask, let_time_pass, request
from tests.support import wait_until

ASKED = request()

BREAK_DOWN = """
CREATE SEQUENCE {table}_panne;
CREATE FUNCTION {table}_panne() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF nextval('{table}_panne') = {rang} THEN
        RAISE EXCEPTION 'panne' USING ERRCODE = 'internal_error';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER panne BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_panne();
"""
"""Fails once, at one row: a sequence does not go back with its transaction."""

pytestmark = pytest.mark.usefixtures("great_expectations", "connect")


def send() -> None:
    jour.send(ASKED, *(provider.name for provider in PROVIDERS))


def reconcile(relances_url: str) -> None:
    let_time_pass(relances_url)
    wait_until(lambda: jour.reconcile(ASKED), "nothing left to reconcile")


@pytest.mark.parametrize(
    ("task", "panne"),
    [
        ("extract", ("relances.creance_extraite", "INSERT", 7)),
        ("extract", ("relances.execution", "UPDATE", 1)),
        ("validate", ("relances.numero", "INSERT", 7)),
        ("create_relances", ("relances.relance", "INSERT", 7)),
        ("create_relances", ("relances.relance_creance", "INSERT", 7)),
        ("create_relances", ("relances.exclusion", "INSERT", 7)),
        ("send", ("relances.tentative", "INSERT", 7)),
        ("send", ("relances.tentative", "UPDATE", 7)),
        ("write_back", ("relance", "INSERT", 7)),
        ("write_back", ("dossier_impaye", "UPDATE", 3)),
        ("report", ("relances.execution", "UPDATE", 8)),
    ],
)
def test_a_task_that_fails_once_and_runs_again_leaves_every_creance_in_its_place(
    etaxe_url: str, relances_url: str, provider: Provider, task: str, panne: tuple[str, str, int]
) -> None:
    table, event, rang = panne
    url = relances_url if table.startswith("relances.") else etaxe_url
    ask(url, BREAK_DOWN.format(table=table, event=event, rang=rang))
    steps: dict[str, Callable[[], object]] = {
        "extract": lambda: jour.extract(ASKED),
        "validate": lambda: jour.validate(ASKED),
        "create_relances": lambda: jour.create_relances(ASKED),
        "send": send,
        "reconcile": lambda: reconcile(relances_url),
        "write_back": lambda: jour.write_back(ASKED),
        "report": lambda: jour.report(ASKED),
    }
    failed = []
    for name, step in steps.items():
        try:
            step()
        except (psycopg.Error, PipelineError):
            failed.append(name)
            step()
    assert failed == [task]
    assert "## Bilan : équilibré" in jour.report(ASKED)
    invariants(relances_url, provider.ledger())
