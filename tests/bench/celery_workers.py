"""Two Celery workers against one: the daily Dag in a whole Airflow with Redis, to a server whose answers take a while.

A worker here runs one task at a time, and there are two lots: one after the other for one worker, side by side for two.
The whole machine works at it, Airflow included. From the first call to the last answer, the start of the second task
of a lone worker included.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

import psycopg

from demo import create_base_fictive
from relances.local import airflow_environment
from relances.local.connections import Connection
from relances.local.console import Console
from relances.local.postgres import EmbeddedPostgres
from relances.local.settings import read_settings
from relances.local.stack import DAG, Stack, running_stack
from relances.rules.fenetre import LIBREVILLE
from tests.bench.connections import account
from tests.bench.days import CONTRIBUABLES_PER_RELANCE
from tests.bench.workers import Workers
from tests.support import write_policy

_RUN_SECONDS: Final = 1_800.0
_SENT: Final = """
SELECT count(*), extract(epoch FROM max(terminee_le) - min(commencee_le))::float8
FROM relances.tentative WHERE issue = 'acceptee'
"""
# Near eight in the morning, Airflow would start the day's run beside the one that is measured.
_NO_RUN_BUT_OURS: Final = "[scheduler]\nuse_job_schedule = False\n"
_LOTS: Final = "SELECT count(*) FROM task_instance WHERE task_id = 'send_ventis' AND state = 'success'"


def compare(postgres: EmbeddedPostgres, server: str, latency_ms: int, relances: int) -> Workers | None:
    """A day of about so many relances, by one worker, then by two; None where there is no Redis to install."""
    if shutil.which("redis-server") is None:
        return None
    one, two = (rate(postgres, server, latency_ms, workers, relances) for workers in (1, 2))
    return Workers(latency_ms, one, two, two / one)


def rate(postgres: EmbeddedPostgres, server: str, latency_ms: int, workers: int, relances: int) -> float:
    """Relances a second of a run on databases of its own."""
    with installed(postgres, f"celery_{workers}_{latency_ms}", workers, relances) as stack:
        stack.api.put_connections([Connection("ventis_default", **account(server, latency_ms))])  # type: ignore[arg-type]
        run_id = f"celery-{workers}-{latency_ms}"
        stack.api.trigger(DAG, run_id, {"date_relance": datetime.now(LIBREVILLE).date().isoformat()})
        stack.supervisor.wait_for(
            lambda: stack.api.run_state(DAG, run_id) in {"success", "failed"}, _RUN_SECONDS, "the run lasts", every=1
        )
        assert stack.api.run_state(DAG, run_id) == "success"
        with psycopg.connect(stack.surroundings.relances_url) as connection:
            row = connection.execute(_SENT).fetchone()
        with psycopg.connect(stack.supervisor.postgres.url("airflow")) as connection:
            assert connection.execute(_LOTS).fetchone() == (2,)
    assert row is not None
    return float(row[0] / row[1])


@contextmanager
def installed(postgres: EmbeddedPostgres, name: str, workers: int, relances: int) -> Iterator[Stack]:
    """An installation of its own, the day's relances in two lots."""
    folder = Path(postgres.folder.parent, name)
    folder.mkdir()
    etaxe, pipeline = (postgres.create_database(f"{name}_{part}") for part in ("etaxe", "relances"))
    contribuables = int(relances * CONTRIBUABLES_PER_RELANCE)
    create_base_fictive(etaxe, contribuables=contribuables, graine=1, date_reference=datetime.now(LIBREVILLE).date())
    policy = write_policy(folder / "politique.toml", taille_lot=int(relances * 0.6), fraicheur_jours=30)
    given = {
        "EXECUTOR": "celery",
        "WORKERS": str(workers),
        "RELANCES_ETAT": str(folder),
        "RELANCES_POLITIQUE": str(policy),
        "ETAXE_URL": etaxe,
        "RELANCES_URL": pipeline,
    }
    settings = read_settings(given)
    settings.state.create()
    (settings.state.airflow / "airflow.cfg").write_text(_NO_RUN_BUT_OURS, encoding="utf-8")
    usual, airflow_environment.TASKS_AT_ONCE = airflow_environment.TASKS_AT_ONCE, 1
    try:
        with running_stack(settings, Silent()) as stack:
            yield stack
    finally:
        airflow_environment.TASKS_AT_ONCE = usual


class Silent(Console):
    """Says nothing: a measure is not watched."""

    def step(self, text: str) -> None:
        pass

    def say(self, text: str) -> None:
        pass
