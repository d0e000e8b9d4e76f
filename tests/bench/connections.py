"""What the measured processes are told: the day, and the connections of Airflow."""

import json
import os
from datetime import date
from pathlib import Path
from typing import Final

from relances.local.postgres import EmbeddedPostgres
from tests.connexions import Fields, connection, variable
from tests.support import postgres_connection, write_policy

DATE: Final = date(2026, 3, 2)
NOBODY_LISTENS: Final = "http://127.0.0.1:9"


def account(server: str, latency_ms: int = 0, in_flight: int = 64) -> Fields:
    """A Ventis connection with no limit but the calls in flight, to a server whose answers take so long."""
    limits = {"max_in_flight": in_flight, "rate_per_second": 100_000, "timeout": 30}
    return connection("ventis", f"{server}/{latency_ms}", keycloak_host=server, **limits)


def ventis(server: str, latency_ms: int = 0, in_flight: int = 64) -> dict[str, str]:
    """The variable that makes it."""
    return {variable("ventis"): json.dumps(account(server, latency_ms, in_flight))}


def environment(postgres: EmbeddedPostgres, etaxe: str, relances: str, server: str = NOBODY_LISTENS) -> dict[str, str]:
    """That of a process which works on these databases; ``server``: who takes its messages, at once."""
    folder = postgres.folder.parent
    # In the last day's base nobody has paid for nine days.
    policy = write_policy(folder / "politique.toml", fraicheur_jours=30)
    return {
        **os.environ,
        "AIRFLOW_CONN_ETAXE_DB": postgres_connection(etaxe),
        "AIRFLOW_CONN_RELANCES_DB": postgres_connection(relances),
        **ventis(server),
        "RELANCES_POLITIQUE": str(policy),
        "RELANCES_DATA_DOCS": str(folder / "data_docs"),
        "AIRFLOW_HOME": str(airflow_home(folder)),
        "GX_ANALYTICS_ENABLED": "False",
    }


def airflow_home(folder: Path) -> Path:
    return folder / "airflow"
