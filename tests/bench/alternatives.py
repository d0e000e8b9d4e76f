"""What sending is measured against: the database's own limits, and the ways of doing it that come to mind first."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx
import psycopg

from relances.local.postgres import EmbeddedPostgres
from tests.bench.connections import airflow_home
from tests.bench.staged import SOURCE, TEXT, stage

_ROOT: Final = Path(__file__).parents[2]
_COPY: Final = """
COPY relances.relance (source, contribuable_id, canal, occasion, date_relance, execution_id, niveau, fournisseur,
    telephone, telephone_migre, texte, segments, montant_du, devise, echeance) FROM STDIN
"""
_UPDATE: Final = "UPDATE relances.relance SET statut = 'envoyee', reference = %s, envoyee_le = now() WHERE id = %s"


@dataclass(frozen=True, slots=True)
class Database:
    """Rows a second."""

    copy: float
    update: float


def database(url: str, copied: int, updated: int) -> Database:
    """Rows of relances in by ``COPY``; then one ``UPDATE`` for each row, committed."""
    [lot] = stage(url, 1, updated)
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute("SELECT execution_id, date_relance FROM relances.relance LIMIT 1").fetchone()
        assert row is not None
        execution, jour = row

        def copy() -> None:
            with connection.cursor().copy(_COPY) as rows:
                for rang in range(copied):
                    who, telephone = f"copie-{rang}", f"24177{rang % 1_000_000:06d}"
                    rows.write_row((SOURCE, who, "sms", lot.occasion, jour, execution, 1, "ventis",
                                    telephone, False, TEXT, 1, 15_000, "XAF", jour))  # fmt: skip

        def update() -> None:
            for relance_id in range(lot.premier, lot.premier + updated):
                connection.execute(_UPDATE, (str(relance_id), relance_id))

        return Database(copied / seconds(copy), updated / seconds(update))


def one_by_one(url: str, server: str, latency_ms: int, messages: int) -> float:
    """Messages a second of a loop that opens a client for each message, then writes its outcome."""
    [lot] = stage(url, 1, messages)
    address = f"{server}/{latency_ms}/messaging/api/v1/message"
    with psycopg.connect(url, autocommit=True) as connection:

        def send() -> None:
            for relance_id in range(lot.premier, lot.premier + messages):
                body = {"to": "24177000000", "sender": "VENTIS", "isOTP": False, "message": TEXT}
                with httpx.Client() as client:
                    answer = client.post(address, json=body, headers={"Authorization": "Bearer jeton"})
                connection.execute(_UPDATE, (answer.text.split("|")[1], relance_id))

        return messages / seconds(send)


def one_task_each(postgres: EmbeddedPostgres, server: str, recipients: int) -> float:
    """Messages a second of one mapped Airflow task for each recipient, by Airflow itself in one process.

    No scheduler to wait for and no process to start for each task: a real installation is slower.
    """
    url = postgres.create_database("airflow")
    home = airflow_home(postgres.folder.parent)
    environment = {
        **os.environ,
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(Path(__file__).with_name("dags")),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": url.replace("postgresql://", "postgresql+psycopg://"),
    }
    migration = [sys.executable, "-W", "ignore", "-m", "airflow", "db", "migrate"]
    subprocess.run(migration, env=environment, check=True, capture_output=True)
    conf = {"adresse": f"{server}/0/messaging/api/v1/message", "destinataires": recipients}
    command = [sys.executable, "-W", "ignore", str(_ROOT / "tests/airflow/run_dag.py"), "une_tache_par_relance"]
    subprocess.run([*command, json.dumps(conf)], env=environment, check=True, capture_output=True)
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT count(*), extract(epoch FROM max(end_date) - min(start_date))::float8 FROM task_instance "
            "WHERE task_id = 'envoyer' AND state = 'success'"
        ).fetchone()
    assert row is not None
    assert row[0] == recipients
    return float(recipients / row[1])


def seconds(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
