"""How a connection behaves in a database that is somebody else's: known by name, bounded in time, ended for sure."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Final, TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.pq import TransactionStatus

from relances.rules.politique import BaseFiscale
from relances.store.database import query
from relances.store.silence import Silent

NAME: Final = "relances"
"""Under which an administrator finds what we do in pg_stat_activity, before what it is for."""

_LEFT_ALONE: Final = {
    "synchronous_commit": "on",  # where it is off: what is shown is noted as shown, and must not be forgotten there
    "idle_in_transaction_session_timeout": "60s",
    "client_connection_check_interval": "10s",
    "tcp_keepalives_idle": "30",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "4",
    "tcp_user_timeout": "60s",
}
"""What the server keeps, and what it does by itself where it hears no more of us: nothing of ours stays behind."""

_READING_WAITS: Final = 5.0  # seconds for a table that somebody holds whole
_WRITING_WAITS: Final = 0.25  # the same for what no row lock says: a table, what a foreign key points to
_MARGIN: Final = 10.0  # seconds that a server which ends a statement by itself is given to say so
_CANCEL: Final = 2.0

Block = TypeVar("Block", bound="bytes | bytearray | memoryview")
RV = TypeVar("RV")


class Guest(psycopg.Connection):
    """A connection that waits for an answer ``patience`` seconds at most, and is closed then. Raises Silent.

    No limit that the server keeps can end the wait for one that is frozen, or cut off behind a proxy that is not.
    """

    patience: float = 60.0
    silence: float = 60.0  # the patience with a server that already began to answer

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        """Wait for an answer as psycopg does, for ``patience`` seconds at most."""
        try:
            return super().wait(gen, interval, self.patience if timeout is None else timeout)
        except psycopg.errors._WaitTimeout:  # it has no public name
            if timeout is not None:
                raise
            hang_up(self)
            raise Silent("the server went silent") from None


def known_as(tache: str | None) -> str:
    """The application_name of a connection, by what it is for."""
    return NAME if tache is None else f"{NAME}: {tache}"


def limit_reading(connection: psycopg.Connection, limites: BaseFiscale) -> None:
    """Bound what each statement may take from here on, as one that reads."""
    _limit(connection, limites.lecture_max, _READING_WAITS, limites.silence_max)


def limit_writing(connection: psycopg.Connection, limites: BaseFiscale) -> None:
    """Bound what each statement may take from here on, as one that writes: it gives way soon to who works there."""
    _limit(connection, limites.ecriture_max, _WRITING_WAITS, limites.silence_max)


def _limit(connection: psycopg.Connection, statement: float, lock: float, silence: float) -> None:
    limits = _LEFT_ALONE | {"statement_timeout": _milliseconds(statement), "lock_timeout": _milliseconds(lock)}
    connection.execute(query("set_limits"), {"nom": list(limits), "valeur": list(limits.values())})
    if isinstance(connection, Guest):
        connection.patience, connection.silence = statement + _MARGIN, silence


def _milliseconds(seconds: float) -> str:
    return f"{max(1, round(seconds * 1000))}ms"


def flowing(connection: psycopg.Connection, blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks of a COPY; once the first has come, the wait for each next one is shorter."""
    patience = connection.patience if isinstance(connection, Guest) else 0.0
    try:
        for block in blocks:
            if isinstance(connection, Guest):
                connection.patience = connection.silence
            yield block
    finally:
        if isinstance(connection, Guest):
            connection.patience = patience


@contextmanager
def ended(connection: psycopg.Connection) -> Iterator[None]:
    """Whatever cuts the block short ends what its connection has under way, which is closed rather than heard out."""
    try:
        yield
    except BaseException:
        if connection.pgconn.transaction_status == TransactionStatus.ACTIVE:
            hang_up(connection)
        raise


def hang_up(connection: psycopg.Connection) -> None:
    """End a statement under way, where the server still hears, and the connection."""
    with suppress(psycopg.Error):
        connection.cancel_safe(timeout=_CANCEL)
    connection.close()
