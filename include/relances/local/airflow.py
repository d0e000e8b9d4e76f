"""The processes of the embedded Airflow, and the version of its database."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import version

from psycopg import sql

from relances.local.supervisor import Component, Supervisor
from relances.store.encodage import connect

_RELEASE = version("apache-airflow-core")
_COMMAND = (sys.executable, "-m", "airflow")
_CLEANING = (sys.executable, "-m", "relances.local", "menage", "--chaque-jour")
_SCHEDULER = "scheduler"
_LOGS_ON_DISK = "--skip-serve-logs"  # where the API reads them


@dataclass(frozen=True, slots=True)
class EmbeddedAirflow:
    """One Airflow: what its processes are started with, the URL of its metadata, and how many Celery workers it has."""

    supervisor: Supervisor
    environment: Mapping[str, str] = field(repr=False)
    database: str
    workers: int

    def begin_migration(self) -> Component | None:
        """Start to bring the database to this release, unless it is there.

        The database itself says so: asking Airflow would take as long as migrating.
        """
        with connect(self.database) as connection:
            row = connection.execute(
                "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
            ).fetchone()
        if row == (_RELEASE,):
            return None
        return self.supervisor.start("migration", [*_COMMAND, "db", "migrate"], self.environment, meant_to_end=True)

    def end_migration(self, migration: Component) -> None:
        """Wait for it and write the release down. Raises LocalError when it fails."""
        self.supervisor.finish(migration)
        with connect(self.database) as connection:
            name = sql.Identifier(connection.info.dbname)
            connection.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(name, sql.Literal(_RELEASE)))

    def start(self) -> None:
        """Start what a run needs at once; nothing is ready yet."""
        self._start("api-server")
        self._start(_SCHEDULER, _LOGS_ON_DISK, holds_tasks=True)
        self._start("dag-processor")

    def complete(self) -> None:
        """Start the rest, once the first are up: on few cores they would only slow each other down."""
        self._start("triggerer", _LOGS_ON_DISK)
        for number in range(1, self.workers + 1):
            self._start_worker(f"worker-{number}")
        self.supervisor.start("menage", _CLEANING, self.environment, replaceable=True)

    def _start(self, name: str, *options: str, holds_tasks: bool = False) -> None:
        self.supervisor.start(name, [*_COMMAND, name, *options], self.environment, holds_tasks=holds_tasks)

    def _start_worker(self, name: str) -> None:
        command = [*_COMMAND, "celery", "worker", "--celery-hostname", name, _LOGS_ON_DISK]
        self.supervisor.start(name, command, self.environment, holds_tasks=True, replaceable=True)
