"""From Airflow's connections to databases."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

import psycopg
from airflow.providers.postgres.hooks.postgres import PostgresHook
from airflow.sdk import Connection
from airflow.sdk.exceptions import AirflowNotFoundException
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlalchemy import URL

from relances.rules.adresse import is_cut, is_host
from relances.rules.errors import Blocked, TryAgain
from relances.rules.lettres import is_text
from relances.rules.politique import BaseFiscale
from relances.store.conversion import adapt
from relances.store.database import explained, query
from relances.store.durabilite import commit_durably
from relances.store.guest import Guest, ended, known_as, limit_reading
from relances.store.pannes import unreachable
from relances.store.silence import CUT
from relances.store.utf8 import UTF8, require_utf8

ETAXE: Final = "etaxe_db"
RELANCES: Final = "relances_db"

_ESCAPED: Final = "dans une adresse, un mot de passe qui contient @, #, / ou ? les écrit %40, %23, %2F, %3F"
_USUAL_LIMITS: Final = BaseFiscale()
_ASKED: Final = "client_encoding"  # in the Extra: what the bytes of a database that does not say it are


@contextmanager
def database(
    conn_id: str, tache: str | None = None, limites: BaseFiscale = _USUAL_LIMITS
) -> Iterator[psycopg.Connection]:
    """A connection in autocommit: what must hold together says so with a transaction.

    ``tache``: what the server's administrator sees it is for. ``limites``: of what it takes in the tax system's
    database. Whatever ends the block ends what the connection has under way. Blocked where only a person can mend what
    the database says, TryAgain where it is out of reach.
    """
    said = _read(conn_id)
    with (
        _connect(conn_id, said, tache) as connection,
        explained(conn_id, connection),
        ended(connection),
    ):
        connection.execute(query("without_compilation"))
        if conn_id == RELANCES:
            require_utf8(connection, conn_id)
            commit_durably(connection)
        else:
            limit_reading(connection, limites)
            adapt(connection, conn_id, _extra(said).get(_ASKED))
        yield connection


def _connect(conn_id: str, said: Connection, tache: str | None) -> psycopg.Connection:
    kind = psycopg.Connection if conn_id == RELANCES else Guest
    try:
        return kind.connect(_conninfo(conn_id, said, tache), autocommit=True)
    except psycopg.OperationalError as error:
        why = unreachable(error)
        raise TryAgain(
            f"base {conn_id} {why.french} (connexion {conn_id} dans Admin → Connections)", why.english
        ) from None


def conninfo(conn_id: str) -> str:
    """Libpq's words for an Airflow connection of type postgres, its extra options included.

    Blocked where there is no such connection, or where its fields are pieces of an address that was read wrongly: no
    part of it is shown.
    """
    return _conninfo(conn_id, _read(conn_id))


def sqlalchemy_url(conn_id: str) -> URL:
    """The same for SQLAlchemy."""
    words = {key: str(value) for key, value in conninfo_to_dict(conninfo(conn_id)).items() if value is not None}
    password = words.pop("password", None)
    user = words.pop("user", None)
    database = words.pop("dbname", None)
    return URL.create("postgresql+psycopg", username=user, password=password, database=database, query=words)


def _read(conn_id: str) -> Connection:
    variable = f"AIRFLOW_CONN_{conn_id.upper()}"
    given = os.environ.get(variable, "")
    try:
        found: Connection | None = PostgresHook.get_connection(conn_id)
    except AirflowNotFoundException:  # it says so of what it cannot read too
        found = None
    if given and (found is None or (not given.startswith("{") and is_cut(given))):
        raise Blocked(
            f"{variable} n'est ni du JSON ni une adresse qui se lise, et n'est pas montrée ; {_ESCAPED}",
            "neither JSON nor an address that can be read: escape @ # / ? of the password",
        )
    if found is None:
        raise Blocked(
            f"la connexion {conn_id} n'existe pas ; créez-la dans Admin → Connections, type Postgres",
            "the connection does not exist",
        )
    return found


def _conninfo(conn_id: str, said: Connection, tache: str | None = None) -> str:
    options = {key: value for key, value in _extra(said).items() if key not in PostgresHook.ignored_extra_options}
    fields = {
        "host": said.host,
        "port": said.port,
        "user": said.login,
        "password": said.password,
        "dbname": said.schema,
    }
    ours = {name: str(value) for name, value in CUT.items()}
    ours["application_name"] = os.environ.get("PGAPPNAME") or known_as(tache)
    words = ours | options | {name: str(value) for name, value in fields.items() if value} | {_ASKED: UTF8}
    _refuse_pieces(conn_id, words)
    try:
        return make_conninfo(**words)
    except psycopg.ProgrammingError as error:
        raise Blocked(
            f"connexion {conn_id} : {str(error).strip()} ; corrigez son champ Extra dans Admin → Connections",
            "the connection's Extra holds an unknown option",
        ) from None


def _extra(said: Connection) -> dict[str, str]:
    extra = said.extra_dejson
    if not isinstance(extra, dict):
        raise Blocked(
            f"connexion {said.conn_id} : le champ Extra n'est pas un objet JSON ; corrigez-le dans Admin → Connections",
            "the connection's Extra must be a JSON object",
        )
    return {key: str(value) for key, value in extra.items()}


def _refuse_pieces(conn_id: str, words: Mapping[str, str]) -> None:
    """Airflow cuts an address whose password is not escaped anywhere: a piece of it must not be shown as a server."""
    server, base = words.get("host") or words.get("hostaddr"), words.get("dbname")
    whole = "service" in words or (server and base)
    if not whole or not is_host(server or "") or "@" in (base or "") or not all(map(is_text, words.values())):
        raise Blocked(
            f"connexion {conn_id} : son champ Host n'est pas le nom d'un serveur, ou Database celui d'une base ; "
            f"corrigez-les dans Admin → Connections ; {_ESCAPED}",
            "its Host is no server's name, or its Database none: escape @ # / ? of the password in an address",
        )
