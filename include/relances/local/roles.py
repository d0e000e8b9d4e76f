"""``relances preparer-bases``: the databases of an installation, each with a role of its own, none of them superuser.

The superuser of the server is needed here, and by nothing else. Harmless when all is there; on the server of an older
installation, whose superuser owned everything, what it owned changes hands.
"""

from collections.abc import Mapping
from typing import Final

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from relances.local.connections import read_database_url
from relances.local.errors import LocalError
from relances.store.database import query
from relances.store.encodage import connect

_SUPERUSER: Final = "RELANCES_SUPERUTILISATEUR_URL"
_PASSWORDS: Final = {"metadonnees": "POSTGRES_METADONNEES_PASSWORD", "relances": "POSTGRES_RELANCES_PASSWORD"}
_OWNERS: Final = {"airflow": "metadonnees", "relances": "relances"}  # of each database, its role
_INVENTED: Final = {"etaxe": "relances"}  # only in the demonstration
_OF_OTHERS: Final = ("schemas_of_others", "relations_of_others", "types_of_others", "routines_of_others")
_LOCK_TIMEOUT: Final = "30s"
_PUBLIC_IS_THE_OWNER_S: Final = 150_000  # the schema of that name, from this version of PostgreSQL on

_ROLE: Final = sql.SQL("ALTER ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD {}")
_DATABASE: Final = sql.SQL("CREATE DATABASE {} OWNER {} ENCODING 'UTF8' TEMPLATE template0")


def prepare_databases(environment: Mapping[str, str]) -> None:
    """Roles, databases, owners. Raises LocalError, naming what to mend."""
    url = environment.get(_SUPERUSER, "")
    read_database_url(_SUPERUSER, url)
    passwords = {role: _given(variable, environment) for role, variable in _PASSWORDS.items()}
    owners = {**_OWNERS, **(_INVENTED if environment.get("RELANCES_DEMONSTRATION") else {})}
    try:
        with connect(url, autocommit=True) as server:
            for role, password in passwords.items():
                _put_role(server, role, password)
            for database, role in owners.items():
                _put_database(server, database, role)
        for database, role in owners.items():
            with connect(make_conninfo(url, dbname=database)) as connection:
                _hand_over(connection, role)
    except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
        raise LocalError(
            "Des services tournent encore sur ces bases, qui changent de propriétaire : « docker compose stop », puis "
            "recommencez. — Services still use these databases, whose owner changes: stop them first."
        ) from None
    except psycopg.Error as error:
        raise LocalError(
            f"PostgreSQL ne prépare pas ses bases ({str(error).splitlines()[0]}) ; POSTGRES_PASSWORD est celui du "
            "premier démarrage de ce volume. — POSTGRES_PASSWORD is the one of this volume's first start."
        ) from None


def _given(variable: str, environment: Mapping[str, str]) -> str:
    password = environment.get(variable)
    if not password:
        raise LocalError(
            f"{variable} manque dans .env ; voyez la fin de .env.example. — {variable} is missing in .env."
        )
    return password


def _put_role(server: psycopg.Connection, role: str, password: str) -> None:
    name = sql.Identifier(role)
    if server.execute("SELECT FROM pg_roles WHERE rolname = %s", (role,)).rowcount == 0:
        server.execute(sql.SQL("CREATE ROLE {}").format(name))
    # Hashed here: the server's log may hold its statements.
    hashed = server.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256")
    server.execute(_ROLE.format(name, sql.Literal(hashed.decode())))


def _put_database(server: psycopg.Connection, database: str, role: str) -> None:
    name, owner = sql.Identifier(database), sql.Identifier(role)
    if server.execute("SELECT FROM pg_database WHERE datname = %s", (database,)).rowcount == 0:
        server.execute(_DATABASE.format(name, owner))
    server.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(name, owner))
    server.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))


def _hand_over(connection: psycopg.Connection, role: str) -> None:
    """Give the role all that is in the database, in one transaction."""
    connection.execute("SELECT set_config('lock_timeout', %s, true)", (_LOCK_TIMEOUT,))
    owner = sql.Identifier(role)
    if connection.info.server_version < _PUBLIC_IS_THE_OWNER_S:
        connection.execute(sql.SQL("ALTER SCHEMA public OWNER TO {}").format(owner))
    for name in _OF_OTHERS:
        for kind, schema, thing, arguments in connection.execute(query(name), {"role": role}).fetchall():
            whole = sql.Identifier(thing) if schema is None else sql.Identifier(schema, thing)
            # The catalogue writes the arguments as SQL reads them.
            taken = sql.SQL("" if arguments is None else f"({arguments})")
            connection.execute(sql.SQL("ALTER {} {}{} OWNER TO {}").format(sql.SQL(kind), whole, taken, owner))
