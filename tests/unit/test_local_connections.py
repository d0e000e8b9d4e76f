"""Airflow's connections as values, and the lines that say them."""

import json
import shlex
from io import StringIO

import pytest
from airflow.sdk import Connection as AirflowConnection
from dotenv import dotenv_values

from relances.local.connections import Connection, database_connection
from relances.local.errors import LocalError

SECRET = 'l\'été \\ de "Franceville" à $HOME # 50 %'
VENTIS = Connection("ventis_default", "ventis", host="https://ventis.example", login="mairie", password=SECRET)


def test_secrets_do_not_show_in_a_traceback() -> None:
    connection = Connection("ventis_default", "ventis", password=SECRET, extra={"client_secret": "le-secret"})

    assert SECRET not in repr(connection)
    assert "le-secret" not in repr(connection)


def test_airflow_reads_back_what_is_written_for_its_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    written = Connection("ventis_default", "ventis", "https://v.example", 8443, None, "m", SECRET, {"debug": True})
    monkeypatch.setenv(written.variable, written.as_json())

    read = AirflowConnection.get("ventis_default")

    assert (read.host, read.port, read.login, read.password) == ("https://v.example", 8443, "m", SECRET)
    assert read.extra_dejson == {"debug": True}


def test_a_line_is_read_alike_by_a_shell_and_by_an_env_file() -> None:
    line = VENTIS.line()

    name, _, value = line.partition("=")
    assert name == "AIRFLOW_CONN_VENTIS_DEFAULT"
    assert "\n" not in line
    for read in (shlex.split(value)[0], str(dotenv_values(stream=StringIO(line), interpolate=False)[name])):
        assert json.loads(read)["password"] == SECRET


def test_what_is_said_now_goes_over_what_was_known() -> None:
    known = Connection(
        "ventis_default", "ventis", "https://ancien.example", login="a", extra={"sender": "X", "debug": True}
    )
    said = Connection("ventis_default", "ventis", host="https://nouveau.example", extra={"sender": "Y"})

    merged = said.over(known)

    assert (merged.host, merged.login) == ("https://nouveau.example", "a")
    assert merged.extra == {"sender": "Y", "debug": True}


def test_a_connection_of_another_type_gives_way_whole() -> None:
    assert VENTIS.over(Connection("ventis_default", "http", port=1, extra={"x": 1})) == VENTIS


def test_a_database_said_by_its_url_keeps_nothing_of_an_older_one() -> None:
    said = database_connection("etaxe_db", "ETAXE_URL", "postgresql://agent@bd.example/collecte")

    assert said.over(Connection("etaxe_db", "postgres", "ancienne", password="vieux")).password is None


def test_a_database_url_is_taken_apart() -> None:
    url = "postgresql://agent:m%40t%20de%20passe@bd.example:6543/collecte?sslmode=require&application_name=relances"

    connection = database_connection("etaxe_db", "ETAXE_URL", url)

    assert (connection.host, connection.port, connection.schema) == ("bd.example", 6543, "collecte")
    assert (connection.login, connection.password) == ("agent", "m@t de passe")
    assert connection.extra == {"sslmode": "require", "application_name": "relances"}


def test_a_socket_folder_is_a_host() -> None:
    connection = database_connection("relances_db", "relances", "postgresql://postgres@/relances?host=%2Frun%2Fpg")

    assert (connection.host, connection.port) == ("/run/pg", 5432)


@pytest.mark.parametrize(
    "url",
    [
        "mysql://agent:motdepasse@bd/base",
        "host=bd password=motdepasse",
        "postgresql://agent:motdepasse@bd:port/base",
        "postgresql://agent:motdepasse@bd1:5432,bd2:5433/base",
        "postgresql://agent:motdepasse@bd/base?inconnu=1",
        "motdepasse",
    ],
)
def test_what_is_not_a_database_url_is_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(LocalError, match="ETAXE_URL n'est pas une URL PostgreSQL") as refusal:
        database_connection("etaxe_db", "ETAXE_URL", url)

    assert "motdepasse@bd" not in str(refusal.value)
    assert refusal.value.__cause__ is None
