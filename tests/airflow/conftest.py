"""A real Airflow beside the real databases and the simulators: each Dag run is a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import LiteralString
from uuid import uuid4
from zoneinfo import ZoneInfo

import psutil
import psycopg
import pytest

from demo import create_base_fictive
from relances.store.sources import Source
from tests.conftest import CopyDatabase, NewDatabase
from tests.integration.office import Office
from tests.integration.provider import Provider
from tests.integration.world import statuts
from tests.simulated import simulators
from tests.support import write_policy

REPOSITORY = Path(__file__).parents[2]
AIRFLOW = {
    "AIRFLOW__CORE__DAGS_FOLDER": str(REPOSITORY / "dags"),
    "AIRFLOW__CORE__PLUGINS_FOLDER": str(REPOSITORY / "plugins"),
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "GX_ANALYTICS_ENABLED": "False",
}


@dataclass(frozen=True, slots=True)
class DagRun:
    """How a run ended. ``tasks``: state by ``task_id[map_index]``; ``log``: everything it printed."""

    state: str
    run_id: str
    tasks: dict[str, str | None]
    log: str


@dataclass(frozen=True, slots=True)
class Started:
    """A run under way."""

    process: psutil.Process
    printed: Path

    def is_over(self) -> bool:
        """Whether it ended."""
        return not self.process.is_running()

    def kill(self) -> None:
        """End it, unless it is over."""
        with suppress(psutil.NoSuchProcess):
            self.process.kill()


@dataclass(frozen=True, slots=True)
class Runner:
    """Airflow, read once for all the runs of a session."""

    process: subprocess.Popen[str]
    folder: Path

    def start(
        self,
        dag_id: str,
        conf: dict[str, object],
        environment: dict[str, str],
        again: dict[str, str] | None = None,
    ) -> Started:
        """Begin to run a Dag; ``again``: in the place of which earlier run, with which tasks marked as done."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        printed = self.folder / f"{uuid4()}.log"
        asked = {"dag_id": dag_id, "conf": conf, "environment": environment, "log": str(printed), "again": again or {}}
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        return Started(psutil.Process(int(self.process.stdout.readline())), printed)


@dataclass(frozen=True, slots=True)
class Airflow:
    """That of a tax office, beside its databases and its simulated providers."""

    office: Office
    provider: Provider
    environment: dict[str, str]
    runner: Runner

    def run(self, dag_id: str, **conf: object) -> DagRun:
        """Run a Dag to its end with these parameters."""
        return self.end(self.start(dag_id, **conf))

    def run_again(self, dag_id: str, moment: str = "", marked: str = "", **conf: object) -> DagRun:
        """The same, in the place and by the id of an earlier run of that moment, which is deleted.

        ``marked``: the tasks that somebody marks as done, by a pattern of their names.
        """
        again = {"moment": moment, "marked": marked}
        return self.end(self.runner.start(dag_id, conf, self.environment, again))

    def start(self, dag_id: str, **conf: object) -> Started:
        """Begin to run a Dag with these parameters."""
        return self.runner.start(dag_id, conf, self.environment)

    def end(self, started: Started) -> DagRun:
        """Wait for the end of a run."""
        try:
            started.process.wait(timeout=300)
        finally:
            started.kill()
        log = started.printed.read_text(encoding="utf-8")
        result = [line for line in log.splitlines() if line.startswith("RESULT ")]
        assert result, log[-8000:]
        return DagRun(**json.loads(result[0].removeprefix("RESULT ")), log=log)

    def ask(self, query: LiteralString) -> list[tuple[object, ...]]:
        """The rows of a query to Airflow's own database; what it changes is kept."""
        url = self.environment["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"].replace("+psycopg", "")
        with psycopg.connect(url) as connection:
            cursor = connection.execute(query)
            return cursor.fetchall() if cursor.description else []

    def with_connection(self, fournisseur: str = "ventis", **changes: object) -> "Airflow":
        """The same with a connection to a provider, or with another one than it had."""
        return replace(self, environment={**self.environment, **self.provider.variables(fournisseur, **changes)})

    def ledger_count(self) -> int:
        """Messages the simulated providers accepted."""
        return len(self.provider.ledger())

    def statuts(self, canal: str = "sms") -> dict[str, int]:
        """Relances of a canal, by statut."""
        return statuts(self.office.relances_url, canal)


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    """The simulators, in a process of their own."""
    with simulators() as url:
        yield Provider(url)


@pytest.fixture(scope="session")
def airflow_url(new_database: NewDatabase) -> str:
    """Airflow's own database, migrated and empty, to be copied alone."""
    url = new_database("airflow")
    environment = {**os.environ, "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": _sqlalchemy(url)}
    migration = [sys.executable, "-W", "ignore", "-m", "airflow", "db", "migrate"]
    subprocess.run(migration, env=environment, check=True, capture_output=True)
    return url


@pytest.fixture(scope="session")
def runner(airflow_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    """Whatever is not of one office is the same for all."""
    environment = {**os.environ, **AIRFLOW, "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": _sqlalchemy(airflow_url)}
    command = [sys.executable, "-W", "ignore", "-m", "tests.airflow.run_dag"]
    with subprocess.Popen(
        command, env=environment, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield Runner(process, tmp_path_factory.mktemp("passages"))
        process.terminate()


@pytest.fixture(scope="module")
def office(new_database: NewDatabase, copy_database: CopyDatabase, migrated_url: str) -> Office:
    """Sixty contribuables: too few for the simulators' magic numbers, so that every message goes through."""
    office = Office(Source("collecte_taxe"), new_database("etaxe"), copy_database(migrated_url))
    today = datetime.now(ZoneInfo("Africa/Libreville")).date()
    create_base_fictive(office.etaxe_url, contribuables=60, graine=1, date_reference=today)
    return office


@pytest.fixture(scope="module")
def metadata_url(copy_database: CopyDatabase, airflow_url: str) -> str:
    """The database of one Airflow."""
    return _sqlalchemy(copy_database(airflow_url))


@pytest.fixture(scope="module")
def airflow(
    office: Office, provider: Provider, metadata_url: str, runner: Runner, tmp_path_factory: pytest.TempPathFactory
) -> Airflow:
    """With one connection, that of Ventis."""
    home = tmp_path_factory.mktemp("airflow")
    environment = {
        **os.environ,
        "AIRFLOW_HOME": str(home),
        **AIRFLOW,
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": metadata_url,
        "RELANCES_POLITIQUE": str(write_policy(home / "politique.toml")),
        "RELANCES_DATA_DOCS": str(home / "data_docs"),
        **office.variables(),
        **provider.variables(),
    }
    return Airflow(office, provider, environment, runner)


def _sqlalchemy(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://")
