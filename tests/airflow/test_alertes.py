"""Alerts as Airflow asks for them: when a run of the Dags fails, and when it is late."""

import asyncio
import json
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.airflow.conftest import Airflow, DagRun
from tests.chat import Chat, running_chat


@pytest.fixture(scope="module")
def chat() -> Iterator[Chat]:
    with running_chat() as chat:
        yield chat


@pytest.fixture(scope="module")
def failed(airflow: Airflow, chat: Chat) -> DagRun:
    """A run that a wrong secret stops, where somebody is told."""
    broken = airflow.with_connection(password="faux")
    environment = {**broken.environment, "AIRFLOW_CONN_ALERTES": chat.connection(), "NO_PROXY": "127.0.0.1"}
    return replace(broken, environment=environment).run("relances_quotidiennes")


def test_a_failed_run_is_one_alert_that_names_what_failed(failed: DagRun, chat: Chat) -> None:
    assert failed.state == "failed"
    [text] = chat.texts()
    assert text.startswith("Relances : passage en échec\n")
    assert failed.run_id in text
    assert "Tâches en échec : check_providers\n" in text


def test_nobody_is_told_of_a_run_where_nobody_asked(failed: DagRun, airflow: Airflow, chat: Chat) -> None:
    silent = airflow.with_connection(password="faux").run("relances_quotidiennes")

    assert silent.state == "failed"
    assert len(chat.received) == 1
    assert "alerte non remise" not in silent.log
    assert "Callback failed" not in silent.log


def test_the_callback_of_a_late_run_is_one_the_triggerer_can_import_and_await(failed: DagRun, airflow: Airflow) -> None:
    definitions = {str(row[0]) for row in airflow.ask("SELECT callback_def::text FROM deadline_alert")}

    [path] = {json.loads(definition)["__data__"]["path"] for definition in definitions}
    assert asyncio.iscoroutinefunction(pkgutil.resolve_name(path))
    # Deadlines that a version before this one stored.
    assert asyncio.iscoroutinefunction(pkgutil.resolve_name("relances.orchestration.alertes.run_late"))


def test_a_failed_run_that_has_a_deadline_may_be_cleared(failed: DagRun, airflow: Airflow) -> None:
    command(airflow, "dags", "trigger", "relances_quotidiennes", "--logical-date", "2026-01-05T07:00:00+00:00")
    airflow.ask("UPDATE task_instance SET state = 'failed'")
    airflow.ask("UPDATE dag_run SET state = 'failed'")
    assert airflow.ask("SELECT id FROM deadline WHERE NOT missed")

    command(airflow, "tasks", "clear", "relances_quotidiennes", "--yes")
    assert ("queued",) in airflow.ask("SELECT state FROM dag_run")


def command(airflow: Airflow, *words: str) -> None:
    typed = [sys.executable, "-W", "ignore", "-m", "airflow", *words]
    done = subprocess.run(typed, env=airflow.environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
