"""The processes of the embedded Airflow, and the version of its database."""

import sys
from collections.abc import Mapping
from importlib.metadata import version

import psycopg
from psycopg import sql

from relances.local.supervisor import Component, Supervisor

DATABASE = "airflow"
# The scheduler comes last: see how the supervisor stops. Nobody serves logs: the API server reads them on disk.
_COMPONENTS = {
    "api-server": (),
    "dag-processor": (),
    "triggerer": ("--skip-serve-logs",),
    "scheduler": ("--skip-serve-logs",),
}
_RELEASE = version("apache-airflow-core")


def start_migration(supervisor: Supervisor, environment: Mapping[str, str], url: str) -> Component | None:
    """Begin to bring the metadata database to this Airflow's version; None when it is there, as the database says.

    Asking Airflow itself would take as long as migrating.
    """
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
        ).fetchone()
    return (
        None
        if row == (_RELEASE,)
        else supervisor.start("migration", [*_airflow(), "db", "migrate"], environment, meant_to_end=True)
    )


def finish_migration(supervisor: Supervisor, migration: Component, url: str) -> None:
    """Wait for it, and let the database say so. Raises LocalError when it fails."""
    supervisor.finish(migration)
    statement = sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(DATABASE), sql.Literal(_RELEASE))
    with psycopg.connect(url) as connection:
        connection.execute(statement)


def start_components(supervisor: Supervisor, environment: Mapping[str, str]) -> None:
    """Start them all; none is ready yet."""
    for name, options in _COMPONENTS.items():
        supervisor.start(name, [*_airflow(), name, *options], environment)


def _airflow() -> list[str]:
    return [sys.executable, "-m", "airflow"]
