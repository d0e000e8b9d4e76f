"""``relances menage``: Airflow's own history and logs, kept for so many days. What is not over is never touched.

The history of the relances is in another database, which nothing here reads.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, NoReturn

import psycopg

from relances.local.connections import SQLALCHEMY, read_database_url
from relances.local.console import speaking_utf8
from relances.local.errors import LocalError
from relances.rules.fichiers import refusal
from relances.store.database import connect, query

METADATA: Final = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"
DAYS: Final = "RELANCES_CONSERVATION_JOURS"
_LOGS: Final = ("AIRFLOW__LOGGING__BASE_LOG_FOLDER", "AIRFLOW__LOGGING__DAG_PROCESSOR_CHILD_PROCESS_LOG_DIRECTORY")
_DEFAULT_DAYS, _FEWEST_DAYS, _MOST_DAYS = 90, 30, 3_650
_AFTER_START_SECONDS: Final = 3_600.0  # not while everything starts
_DAY_SECONDS: Final = 86_400.0

# All that Airflow knows how to clean but « dag »: a Dag not read for long, of an installation that was stopped, would
# lose that an operator paused it. « _xcom_archive » and « session » are of older or other Airflows.
TABLES: Final = (
    "asset_event",
    "callback",
    "celery_taskmeta",
    "celery_tasksetmeta",
    "connection_test_request",
    "dag_run",
    "dag_version",
    "deadline",
    "import_error",
    "job",
    "log",
    "partitioned_asset_key_log",
    "revoked_token",
    "task_instance",
    "task_instance_history",
    "task_reschedule",
    "task_state_store",
    "trigger",
    "xcom",
)


@dataclass(frozen=True, slots=True)
class Menage:
    """What is cleaned: the database behind a URL of SQLAlchemy's, the folders of logs; ``days``: what is kept."""

    metadata: str = field(repr=False)
    logs: tuple[Path, ...]
    days: int

    def clean(self) -> str:
        """Clean once; returns what was done, in words. Raises LocalError where it cannot be done."""
        now, limit = datetime.now(UTC), self.limit()
        self._clean_database(limit)
        try:
            removed = _remove_files(self.logs, limit)
        except OSError as error:
            raise LocalError(
                f"Ménage : un journal ne s'efface pas ({error.filename} : {refusal(error)}). — A log cannot be removed."
            ) from None
        return (
            f"Ménage du {now:%Y-%m-%d} : l'historique d'Airflow commence le {limit:%Y-%m-%d} ; "
            f"journaux effacés : {removed}."
        )

    def limit(self) -> datetime:
        """What is older than this moment may be deleted: the days kept, or the start of the oldest unfinished run."""
        now = datetime.now(UTC)
        return min(now - timedelta(days=self.days), self._oldest_unfinished() or now)

    def _oldest_unfinished(self) -> datetime | None:
        try:
            with connect(SQLALCHEMY.sub("postgresql://", self.metadata, count=1)) as connection:
                row = connection.execute(query("oldest_unfinished")).fetchone()
        except psycopg.Error as error:
            raise LocalError(
                f"Ménage : la base d'Airflow ne répond pas, ou n'est pas à jour ({str(error).splitlines()[0]}). — "
                "Airflow's database does not answer."
            ) from None
        return row[0] if row is not None else None

    def _clean_database(self, limit: datetime) -> None:
        words = ["--clean-before-timestamp", limit.isoformat(), "--tables", ",".join(TABLES)]
        command = [sys.executable, "-W", "ignore", "-m", "airflow", "db", "clean", *words]
        command += ["--skip-archive", "--yes", "--batch-size", "10000", "--error-on-cleanup-failure"]
        environment = {**os.environ, **speaking_utf8()}
        done = subprocess.run(command, env=environment, capture_output=True, check=False)  # noqa: S603 - our own words
        if done.returncode != 0:
            last = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
            raise LocalError(
                f"Ménage : « airflow db clean » a échoué ({' '.join(last)}) ; rien n'en dépend ; il recommencera "
                "demain. — Airflow's clean-up failed; it will be tried again tomorrow."
            )


def read_menage(given: Mapping[str, str]) -> Menage:
    """The clean-up of the Airflow that these variables describe. Raises LocalError, naming the one to mend."""
    metadata = given.get(METADATA, "")
    if not metadata.startswith("postgresql"):
        raise LocalError(
            f"{METADATA} ne mène pas à un PostgreSQL : aucun Airflow ici. — No Airflow in this environment."
        )
    read_database_url(METADATA, SQLALCHEMY.sub("postgresql://", metadata, count=1))
    days = given.get(DAYS, str(_DEFAULT_DAYS))
    if not days.isdecimal() or not _FEWEST_DAYS <= int(days) <= _MOST_DAYS:
        raise LocalError(f"{DAYS} vaut « {days} » ; écrivez un nombre entier de {_FEWEST_DAYS} à {_MOST_DAYS}.")
    return Menage(metadata, tuple(Path(given[name]) for name in _LOGS if name in given), int(days))


def clean_every_day(menage: Menage) -> NoReturn:
    """An hour from now, then each day; a day that fails is said, and the next one comes."""
    time.sleep(_AFTER_START_SECONDS)
    while True:
        try:
            print(menage.clean(), flush=True)
        except LocalError as error:
            print(error, flush=True)
        time.sleep(_DAY_SECONDS)


def _remove_files(folders: Iterable[Path], limit: datetime) -> int:
    """Those that nobody wrote to since, and the folders long empty; returns how many files."""
    removed = 0
    for path, _, names in (step for folder in folders for step in os.walk(folder, topdown=False)):
        for file in (Path(path, name) for name in names):
            with suppress(FileNotFoundError):
                if file.lstat().st_mtime < limit.timestamp():
                    file.unlink()
                    removed += 1
        _remove_if_long_empty(Path(path), limit)
    return removed


def _remove_if_long_empty(path: Path, limit: datetime) -> None:
    # One emptied just now goes another time: a task may be about to write there.
    if path.stat().st_mtime < limit.timestamp() and not any(path.iterdir()):
        path.rmdir()
