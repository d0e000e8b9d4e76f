"""A database that goes away in mid-work is told in one sentence, without its address; work is then taken up again."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable

import psycopg
import pytest

from relances.rules.errors import TryAgain
from relances.store import durabilite as durable
from relances.store.database import explained
from tests import jour
from tests.conftest import NewDatabase
from tests.integration.dues import EVERYBODY_OWES
from tests.integration.provider import Provider, send
from tests.integration.staged import stage_relances
from tests.integration.world import ask, request
from tests.jour import database
from tests.support import one_sentence, postgres_connection

pytestmark = pytest.mark.usefixtures("connect")

KILLS_ITSELF = """
CREATE FUNCTION tue() RETURNS integer LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_terminate_backend(pg_backend_pid());
    RETURN 1;
END $$;
"""
FAILURES = {
    "55P03": "occupée : un autre y tient trop longtemps",
    "57014": "une requête y a été interrompue",
    "53100": "le disque du serveur est plein ; libérez de la place",
    "53200": "à court de mémoire",
    "53300": "en échec (TooManyConnections, 53300)",
    "40001": "occupée par une autre exécution",
    "40P01": "occupée par une autre exécution",
    "25006": "en lecture seule",
    "58030": "en échec (IoError, 58030)",
    "XX000": "en échec (InternalError_, XX000)",
}


def told(act: Callable[[], object]) -> str:
    with pytest.raises(TryAgain) as raised:
        act()
    message = one_sentence(raised.value)
    for shown in ("127.0.0.1", "/tmp", "/dev/shm", "postgres ", "server closed", "FATAL"):  # noqa: S108
        assert shown not in message
    return message


def test_a_tax_application_lost_in_mid_extraction_is_named(
    new_database: NewDatabase, relances_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = new_database("etaxe")
    ask(url, EVERYBODY_OWES)
    ask(url, KILLS_ITSELF)
    with psycopg.connect(url, autocommit=True) as etaxe:

        def copy() -> None:
            with (
                explained("etaxe_db", etaxe),
                etaxe.cursor() as cursor,
                cursor.copy(
                    "COPY (SELECT n, CASE WHEN n > 90000 THEN tue() END FROM generate_series(1, 100000) n) TO STDOUT"
                ) as rows,
            ):
                for _ in rows:
                    pass

        assert told(copy).startswith("base etaxe_db perdue en cours de travail")


@pytest.mark.parametrize("lost", ["etaxe_db", "relances_db"])
def test_the_database_that_was_lost_is_told_from_the_other(lost: str) -> None:
    def work() -> None:
        with database("etaxe_db") as etaxe, database("relances_db") as relances:
            victim = {"etaxe_db": etaxe, "relances_db": relances}[lost]
            victim.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    assert told(work).startswith(f"base {lost} perdue en cours de travail")


@pytest.mark.parametrize(("sqlstate", "said"), FAILURES.items())
def test_whatever_the_server_fails_with_is_a_sentence(sqlstate: str, said: str) -> None:
    def work() -> None:
        with database("relances_db") as relances:
            relances.execute(f"DO $$ BEGIN RAISE EXCEPTION 'secret 24177000000' USING ERRCODE = '{sqlstate}'; END $$")

    message = told(work)
    assert message.startswith("base relances_db ")
    assert said in message
    assert "24177000000" not in message


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"schema": "perdue"}, "la base « perdue » n'existe pas sur ce serveur"),
        ({"login": "inconnu", "password": "secret"}, "le serveur refuse l'utilisateur ou le mot de passe"),
        ({"host": "nulle.part.invalid"}, "le nom du serveur est inconnu"),
        ({"host": "127.0.0.1", "port": 1}, "aucun PostgreSQL n'y répond"),
    ],
)
def test_a_connection_that_leads_nowhere_says_why(
    relances_url: str, monkeypatch: pytest.MonkeyPatch, change: dict[str, object], said: str
) -> None:
    known = json.loads(postgres_connection(relances_url))
    monkeypatch.setenv("AIRFLOW_CONN_RELANCES_DB", json.dumps(known | change))
    message = told(lambda: jour.report(request()))
    assert message.startswith("base relances_db injoignable : ")
    assert said in message
    for word in ("inconnu:", "secret", "nulle.part"):
        assert word not in message
    command = [sys.executable, "-W", "ignore", "-m", "relances.cli", "envois", "voir"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_worker_whose_database_stays_away_ends_with_a_sentence(
    relances_url: str, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(durable, "_PATIENCE", 0.5)
    stage_relances(relances_url, 1)

    def work() -> None:
        with explained("relances_db"):
            asyncio.run(send(relances_url.replace("port=5432", "port=1")))

    assert "base relances_db injoignable : aucun PostgreSQL n'y répond" in told(work)
    assert provider.ledger() == []
