"""From Airflow's connections to databases and fournisseurs."""

import os
import pkgutil
from collections.abc import Mapping
from typing import Final

import psycopg
from airflow.providers.postgres.hooks.postgres import PostgresHook
from airflow.sdk import Connection
from airflow.sdk.exceptions import AirflowNotFoundException
from psycopg.conninfo import make_conninfo

from relances.rules.adresse import is_cut, is_host
from relances.rules.errors import Blocked
from relances.rules.lettres import is_text
from relances.services.fournisseurs import known_provider
from relances.services.installation import Adresse
from relances.store.database import CUT, UTF8
from relances_providers.hook import MessagingHook

_ESCAPED: Final = "dans une adresse, un mot de passe qui contient @, #, / ou ? les écrit %40, %23, %2F, %3F"
_ASKED: Final = "client_encoding"  # in the Extra: what the bytes of a database that does not say it are


def adresse(conn_id: str) -> Adresse:
    """Where a database is, by an Airflow connection of type postgres, its extra options included.

    Blocked where there is no such connection, or where its fields are pieces of an address that was read wrongly: no
    part of it is shown.
    """
    said = _read(conn_id)
    return Adresse(_conninfo(conn_id, said), _extra(said).get(_ASKED))


def hook_of(fournisseur: str) -> MessagingHook:
    """The hook of a fournisseur, over its default connection; Blocked where there is no such fournisseur."""
    hook: type[MessagingHook] = pkgutil.resolve_name(known_provider(fournisseur).hook_class)
    return hook()


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


def _conninfo(conn_id: str, said: Connection) -> str:
    options = {key: value for key, value in _extra(said).items() if key not in PostgresHook.ignored_extra_options}
    fields = {
        "host": said.host,
        "port": said.port,
        "user": said.login,
        "password": said.password,
        "dbname": said.schema,
    }
    ours = {name: str(value) for name, value in CUT.items()}
    if name := os.environ.get("PGAPPNAME"):
        ours["application_name"] = name
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
