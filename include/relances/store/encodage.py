"""The encoding of a database: every connection speaks UTF-8 and PostgreSQL converts, where it knows from what."""

from typing import Final

import psycopg

from relances.rules.errors import Blocked

UTF8: Final = "UTF8"
"""PostgreSQL's name of what every connection speaks."""

UNKNOWN: Final = "SQL_ASCII"
"""That of a database that keeps the bytes that it was given, whatever they are."""


def connect(url: str, *, autocommit: bool = False, connect_timeout: int | None = None) -> psycopg.Connection:
    """Connect to one of our own databases by its URL, whatever PGCLIENTENCODING says."""
    return psycopg.connect(url, autocommit=autocommit, client_encoding=UTF8, connect_timeout=connect_timeout)


def encoding_of(connection: psycopg.Connection) -> str:
    """PostgreSQL's name of how this database keeps text."""
    return connection.info.parameter_status("server_encoding") or UNKNOWN


def assumed_encoding(connection: psycopg.Connection) -> str | None:
    """The encoding assumed for a database in SQL_ASCII, which declares none; None for any other."""
    if encoding_of(connection) != UNKNOWN:
        return None
    return connection.info.parameter_status("client_encoding")


def require_utf8(connection: psycopg.Connection, base: str) -> None:
    """Blocked unless the database can hold any text; ``base``: what to call it."""
    if encoding_of(connection) != UTF8:
        raise must_be_utf8(base, connection.info.dbname, encoding_of(connection))


def must_be_utf8(base: str, nom: str, encodage: str) -> Blocked:
    """The error for one of our databases that is not in UTF-8."""
    return Blocked(
        f"base {base} ({nom}) : son encodage est {encodage}, il faut UTF8 ; créez-en une autre, createdb -E UTF8 "
        f"-T template0 …, et donnez-la à {base}",
        f"its encoding is {encodage} and must be UTF8: create another database",
    )


def unreadable(base: str, encodage: str | None) -> Blocked:
    """The error for a text that cannot be read in the encoding that the database declares."""
    if encodage == UNKNOWN:
        return Blocked(
            f"base {base} : son encodage est {UNKNOWN}, et l'un de ses textes n'est pas dans l'encodage attendu ; "
            'dites celui de l\'application dans le champ Extra de la connexion, {"client_encoding": "WIN1252"} par '
            "exemple",
            "its encoding is unknown and a text is not what was expected: name it in the Extra of the connection",
        )
    return Blocked(
        f"base {base} : l'un de ses textes ne peut être lu dans l'encodage qu'elle déclare"
        f"{f', {encodage}' if encodage else ''} ; corrigez ce texte, ou refaites-la en UTF8",
        "a text is not in the encoding that the database declares: mend it",
    )
