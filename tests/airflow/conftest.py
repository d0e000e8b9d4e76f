"""A real Airflow beside the real databases and the simulators: each Dag run is a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import LiteralString
from zoneinfo import ZoneInfo

import httpx
import psycopg
import pytest

from relances.local.base_fictive import create_base_fictive
from tests.conftest import CopyDatabase, NewDatabase
from tests.support import postgres_connection, write_policy

REPOSITORY = Path(__file__).parents[2]
RUN_DAG = Path(__file__).with_name("run_dag.py")


@dataclass(frozen=True, slots=True)
class DagRun:
    """How a run ended. ``tasks``: state by ``task_id[map_index]``; ``log``: everything it printed."""

    state: str
    run_id: str
    tasks: dict[str, str | None]
    log: str


@dataclass(frozen=True, slots=True)
class Office:
    """A tax office on one machine: its databases, its simulated providers, and its Airflow."""

    simulators: str
    relances_url: str
    environment: dict[str, str]

    def run(self, dag_id: str, **conf: object) -> DagRun:
        """Run a Dag to its end with these parameters."""
        return self.end(self.start(dag_id, **conf))

    def run_again(self, dag_id: str, moment: str = "", marked: str = "", **conf: object) -> DagRun:
        """The same, in the place and by the id of an earlier run of that moment, which is deleted.

        ``marked``: the tasks that somebody marks as done, by a pattern of their names.
        """
        return self.end(self.start(dag_id, marked, moment, **conf))

    def start(self, dag_id: str, *words: str, **conf: object) -> subprocess.Popen[str]:
        """Begin to run a Dag with these parameters."""
        command = [sys.executable, "-W", "ignore", str(RUN_DAG), dag_id, json.dumps(conf), *words]
        return subprocess.Popen(
            command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def end(self, started: subprocess.Popen[str]) -> DagRun:
        """Wait for the end of a run."""
        try:
            out, err = started.communicate(timeout=300)
        finally:
            started.kill()
        result = [line for line in out.splitlines() if line.startswith("RESULT ")]
        assert result, out[-4000:] + err[-4000:]
        return DagRun(**json.loads(result[0].removeprefix("RESULT ")), log=out + err)

    def ask_airflow(self, query: LiteralString) -> list[tuple[object, ...]]:
        """The rows of a query to Airflow's own database; what it changes is kept."""
        url = self.environment["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"].replace("+psycopg", "")
        with psycopg.connect(url) as connection:
            cursor = connection.execute(query)
            return cursor.fetchall() if cursor.description else []

    def with_connection(self, **changes: object) -> "Office":
        """The same office with a changed Ventis connection; ``extra`` fields are changed one by one."""
        known = json.loads(self.environment["AIRFLOW_CONN_VENTIS_DEFAULT"])
        extra = {**known["extra"], **changes.pop("extra", {})}  # type: ignore[dict-item]
        connection = json.dumps({**known, **changes, "extra": extra})
        return replace(self, environment={**self.environment, "AIRFLOW_CONN_VENTIS_DEFAULT": connection})

    def with_twilio(self) -> "Office":
        """The same office with a Twilio account beside Ventis."""
        connection = {
            "conn_type": "twilio_whatsapp",
            "host": self.simulators,
            "login": "AC" + "0" * 32,
            "password": "simulateur",
            "extra": {"sender": "+24111000000", "timeout": 3, "rate_per_second": 500},
        }
        return replace(self, environment={**self.environment, "AIRFLOW_CONN_TWILIO_DEFAULT": json.dumps(connection)})

    def ledger_count(self) -> int:
        """Messages the simulated providers accepted."""
        return int(httpx.get(f"{self.simulators}/ledger/count").json()["count"])

    def statuts(self, canal: str = "sms") -> dict[str, int]:
        """Relances of a canal, by statut."""
        query = "SELECT statut, count(*) FROM relances.relance WHERE canal = %s GROUP BY statut"
        with psycopg.connect(self.relances_url) as connection:
            return dict(connection.execute(query, (canal,)).fetchall())


@pytest.fixture(scope="module")
def simulators(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The simulators' address."""
    command = [sys.executable, "-m", "simulators", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().split()[-1]
        process.terminate()


@pytest.fixture(scope="session")
def airflow_url(new_database: NewDatabase) -> str:
    """Airflow's own database, migrated and empty, to be copied alone."""
    url = new_database("airflow")
    environment = {**os.environ, "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": _sqlalchemy(url)}
    migration = [sys.executable, "-W", "ignore", "-m", "airflow", "db", "migrate"]
    subprocess.run(migration, env=environment, check=True, capture_output=True)
    return url


@pytest.fixture(scope="module")
def databases(
    new_database: NewDatabase, copy_database: CopyDatabase, migrated_url: str, airflow_url: str
) -> tuple[str, str, str]:
    """The tax application's, empty; the pipeline's and Airflow's, migrated."""
    return new_database("etaxe"), copy_database(migrated_url), copy_database(airflow_url)


@pytest.fixture(scope="module")
def office(simulators: str, databases: tuple[str, str, str], tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Sixty contribuables: too few for the simulators' magic numbers, so that every message goes through."""
    etaxe, relances, airflow = databases
    today = datetime.now(ZoneInfo("Africa/Libreville")).date()
    create_base_fictive(etaxe, contribuables=60, graine=1, date_reference=today)
    home = tmp_path_factory.mktemp("airflow")
    environment = {
        **os.environ,
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(REPOSITORY / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(REPOSITORY / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": _sqlalchemy(airflow),
        "RELANCES_POLITIQUE": str(write_policy(home / "politique.toml")),
        "RELANCES_DATA_DOCS": str(home / "data_docs"),
        "GX_ANALYTICS_ENABLED": "False",
        "AIRFLOW_CONN_ETAXE_DB": postgres_connection(etaxe),
        "AIRFLOW_CONN_RELANCES_DB": postgres_connection(relances),
        "AIRFLOW_CONN_VENTIS_DEFAULT": json.dumps(
            {
                "conn_type": "ventis",
                "host": f"{simulators}/messaging/api/v1",
                "login": "simulateur",
                "password": "simulateur",
                "extra": {"sender": "VENTIS", "keycloak_host": simulators, "timeout": 3, "rate_per_second": 500},
            }
        ),
    }
    return Office(simulators, relances, environment)


def _sqlalchemy(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://")
