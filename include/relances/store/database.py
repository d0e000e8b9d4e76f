"""Our databases: how one is connected to and keeps text, its named queries, and what its errors mean."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from typing import Final, LiteralString, TypeVar

import psycopg
from psycopg.abc import PQGen

from relances.rules.errors import Blocked, TryAgain
from relances.store.pannes import is_lost, panne

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


logger = logging.getLogger(__name__)

CUT: Final[Mapping[str, int]] = {
    "connect_timeout": 10,
    "tcp_user_timeout": 30_000,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 4,
}
"""A network cut without a word must not hold an outcome for hours, whichever side spoke last."""

_PATIENCE: Final = 60.0  # seconds for one statement of a worker, each of which takes a moment

RV = TypeVar("RV")


class Silent(psycopg.OperationalError):
    """The server says nothing any more, though the network does not say that it is lost."""


class Impatient(psycopg.AsyncConnection):
    """A connection that waits a minute at most for an answer, and is closed then. Raises Silent.

    The kernel of a server that is frozen still answers for it: no setting of the network ends that wait.
    """

    async def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:  # noqa: ASYNC109 - as psycopg's
        """Wait for an answer as psycopg does, for a minute at most."""
        try:
            return await super().wait(gen, interval, _PATIENCE if timeout is None else timeout)
        except psycopg.errors._WaitTimeout:  # it has no public name
            if timeout is not None:
                raise
            await self.close()
            logger.warning("la base ne répond plus, sa connexion est refaite — the server went silent: connecting anew")
            raise Silent("the server went silent") from None


_MARK = "-- name: "


@cache
def query(name: str) -> LiteralString:
    """The text of one named query of ``queries/*.sql``. Raises KeyError for an unknown name."""
    return _queries()[name]


@cache
def _queries() -> dict[str, LiteralString]:
    found: dict[str, LiteralString] = {}
    for file in sorted(files("relances.store").joinpath("queries").iterdir(), key=lambda path: path.name):
        for part in file.read_text(encoding="utf-8").split(_MARK)[1:]:
            name, *lines = part.splitlines()
            # Without the comments: psycopg reads a long text anew each time that it is used.
            body = "\n".join(line for line in lines if not line.lstrip().startswith("--"))
            # Files of this distribution are as trusted as literals in its code.
            found[name.strip()] = body.strip().removesuffix(";")
    return found


@contextmanager
def explained(connexion: str, connection: psycopg.Connection | None = None) -> Iterator[None]:
    """Turn what only a person can mend into Blocked, and what may pass, a lost connection above all, into TryAgain.

    ``connexion``: the Airflow connection that the statements use; ``connection``: what it opened, to tell its encoding,
    and the loss of it from that of another, which is left to who explains that one. The original error is dropped on
    purpose: its details quote whole rows, names and phone numbers included, and would go to the task's log.
    """
    # Asked now: what cuts a COPY short closes its connection, which says nothing more.
    encodage = None if connection is None or connection.closed else encoding_of(connection)
    try:
        yield
    except psycopg.errors.InsufficientPrivilege as error:
        raise Blocked(
            f"base {connexion} : {_first_line(error)} ; vérifiez l'utilisateur et ses droits",
            "check the database user and its rights",
        ) from None
    except psycopg.ProgrammingError as error:
        raise Blocked(
            f"base {connexion} : {_first_line(error)} ; vérifiez que la connexion vise la bonne base, et que son "
            "schéma est à jour (relances migrer)",
            "the database lacks what the query asks for: check the connection and its schema",
        ) from None
    except Silent:
        raise TryAgain(
            f"base {connexion} : le serveur ne répond plus, la connexion est fermée ; la tâche réessaiera ; si la base "
            "fiscale n'est que lente, relevez lecture_max ou silence_max (politique.toml, base_fiscale)",
            "the server went silent: it will be tried again; raise the limit where the tax base is only slow",
        ) from None
    except psycopg.errors.UniqueViolation:
        raise TryAgain(
            f"base {connexion} : une autre exécution de cette tâche écrit en même temps",
            "another try of this task is writing at the same time",
        ) from None
    except (psycopg.errors.CharacterNotInRepertoire, psycopg.errors.UntranslatableCharacter):
        raise unreadable(connexion, encodage) from None
    except UnicodeEncodeError:  # half a character: of an emoji cut in two, of bytes that are no text
        raise Blocked(
            f"base {connexion} : un texte à écrire contient ce qui n'est pas un caractère ; récrivez-le",
            "a text to write holds what is no character",
        ) from None
    except (psycopg.DataError, psycopg.IntegrityError) as error:
        raise Blocked(
            f"base {connexion} : {type(error).__name__} sur {error.diag.table_name or 'une donnée extraite'} "
            f"({error.diag.constraint_name or error.sqlstate}) ; prévenez le développeur, avec cette phrase",
            "the database refuses a value: tell the developer",
        ) from None
    except psycopg.Error as error:
        if connection is not None and not connection.closed and is_lost(error):
            raise
        raise panne(error).of(connexion) from None


def _first_line(error: psycopg.Error) -> str:
    return (error.diag.message_primary or str(error)).splitlines()[0]
