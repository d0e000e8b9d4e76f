"""From Airflow's connections to databases."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psycopg
from airflow.providers.postgres.hooks.postgres import PostgresHook
from airflow.sdk.exceptions import AirflowNotFoundException
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlalchemy import URL

from relances.rules.errors import Blocked, TryAgain
from relances.store.database import explained, query

ETAXE: Final = "etaxe_db"
RELANCES: Final = "relances_db"


@contextmanager
def database(conn_id: str) -> Iterator[psycopg.Connection]:
    """A connection in autocommit: what must hold together says so with a transaction.

    Blocked where only a person can mend what the database says, TryAgain where it is out of reach.
    """
    with _connect(conn_id) as connection, explained(conn_id):
        connection.execute(query("without_compilation"))
        yield connection


def _connect(conn_id: str) -> psycopg.Connection:
    try:
        return psycopg.connect(conninfo(conn_id), autocommit=True)
    except psycopg.OperationalError as error:
        raise TryAgain(
            f"base {conn_id} injoignable : {' '.join(str(error).split())} ; vérifiez le serveur, puis la connexion "
            f"{conn_id} dans Admin → Connections",
            "the database is out of reach: check the server, then the connection",
        ) from error


def conninfo(conn_id: str) -> str:
    """Libpq's words for an Airflow connection of type postgres, its extra options included."""
    try:
        connection = PostgresHook.get_connection(conn_id)
    except AirflowNotFoundException as error:
        raise Blocked(
            f"la connexion {conn_id} n'existe pas ; créez-la dans Admin → Connections, type Postgres",
            "the connection does not exist",
        ) from error
    options = {
        key: value for key, value in connection.extra_dejson.items() if key not in PostgresHook.ignored_extra_options
    }
    try:
        return make_conninfo(
            host=connection.host,
            port=connection.port,
            user=connection.login,
            password=connection.password,
            dbname=connection.schema,
            **options,
        )
    except psycopg.ProgrammingError as error:
        raise Blocked(
            f"connexion {conn_id} : {str(error).strip()} ; corrigez son champ Extra dans Admin → Connections",
            "the connection's Extra holds an unknown option",
        ) from error


def sqlalchemy_url(conn_id: str) -> URL:
    """The same for SQLAlchemy."""
    words = {key: str(value) for key, value in conninfo_to_dict(conninfo(conn_id)).items() if value is not None}
    password = words.pop("password", None)
    user = words.pop("user", None)
    database = words.pop("dbname", None)
    return URL.create("postgresql+psycopg", username=user, password=password, database=database, query=words)
