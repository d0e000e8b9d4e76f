"""The ``relances`` database keeps what it acknowledges, and a worker's connection to it comes back when it is lost.

An intent forgotten is a message sent twice.
"""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Protocol, Self, TypeVar

import psycopg
from psycopg.conninfo import make_conninfo
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_delay, wait_exponential_jitter

from relances.rules.errors import Blocked
from relances.store.database import CUT, Impatient, query

T_co = TypeVar("T_co", covariant=True)
_PASSING: Final = (
    psycopg.OperationalError,
    psycopg.errors.ReadOnlySqlTransaction,
)  # read-only while a standby takes over
_PATIENCE: Final = 300.0  # seconds a worker waits for a database that went away, holding its outcomes
_TURNS: Final = (0, 1, 0, 0, 1, 1)  # so that neither a first-come nor a round-robin pooler looks like two sessions


@dataclass(frozen=True, slots=True)
class Defaut:
    """What breaks the promise: cause and cure, in French, then in English."""

    french: str
    english: str

    def __str__(self) -> str:
        return f"{self.french} — {self.english}"


@dataclass(frozen=True, slots=True)
class Garanties:
    """What the server does with a commit of one session.

    ``synchronous_commit``: as the session has it, once :func:`commit_durably` was asked; ``regle``: as the server, the
    database or the role sets it. ``non_journalisees``: tables that a crash empties.
    """

    fsync: bool
    full_page_writes: bool
    synchronous_commit: str
    regle: str
    lecture_seule: bool
    non_journalisees: list[str]

    @property
    def ici_seulement(self) -> bool:
        """Whether a commit waits for this server's disk, and for no standby that may take its place."""
        return self.synchronous_commit == "local"

    def defauts(self) -> Iterator[Defaut]:
        """Everything by which a crash would lose what was acknowledged."""
        if self.lecture_seule:
            yield Defaut(
                "la base est en lecture seule (réplique, ou default_transaction_read_only) ; visez le serveur où l'on "
                "écrit",
                "read-only: point at the server that is written to",
            )
        for name, on in (("fsync", self.fsync), ("full_page_writes", self.full_page_writes)):
            if not on:
                yield Defaut(
                    f"le serveur a {name} = off et perdrait ou abîmerait à une coupure ce qui est noté comme parti ; "
                    f"ALTER SYSTEM SET {name} = on, puis SELECT pg_reload_conf()",
                    f"{name} is off: a crash would forget what was sent; set it on",
                )
        if self.synchronous_commit == "off":
            yield Defaut(
                "une session ne garde pas synchronous_commit = on (elle a off) ; passez par une "
                "connexion directe, ou un pooler en mode session",
                "the session does not keep synchronous_commit: connect directly, or pool by session",
            )
        if self.non_journalisees:
            tables = ", ".join(self.non_journalisees)
            yield Defaut(
                f"un arrêt brutal viderait {tables} (UNLOGGED) ; ALTER TABLE relances.… SET LOGGED",
                "a crash would empty unlogged tables: SET LOGGED",
            )


PARTAGEE: Final = Defaut(
    "un pooler (PgBouncer…) y prête la même session à plusieurs à la fois, par transaction ou requête : ni réglages "
    "de session ni verrous n'y tiennent ; passez en pool_mode = session, ou par une connexion directe",
    "a pooler shares sessions by transaction or statement: use pool_mode = session, or connect directly",
)


def commit_durably(connection: psycopg.Connection) -> None:
    """Have the session's commits wait for the disk where they wait for nothing; for standbys, as the server wants."""
    connection.execute(query("commit_durably"))


def garanties(connection: psycopg.Connection) -> Garanties:
    """What the server guarantees to a session, after :func:`commit_durably`."""
    [row] = connection.execute(query("guarantees"))
    return Garanties(*row)


def is_shared(one: psycopg.Connection, other: psycopg.Connection) -> bool:
    """Whether two connections in autocommit are no two sessions of the server's own, each kept by its connection."""
    seen: tuple[set[str], set[str]] = (set(), set())
    for turn in _TURNS:
        [(backend,)] = (one, other)[turn].execute(query("backend"))
        seen[turn].add(backend)
    return len(seen[0]) > 1 or len(seen[1]) > 1 or bool(seen[0] & seen[1])


def require_durable(base: str, one: psycopg.Connection, other: psycopg.Connection) -> None:
    """Blocked, with the first cause and its cure, where what is acknowledged might be lost. Two connections to it."""
    if is_shared(one, other):
        raise refusal(base, PARTAGEE)
    for defaut in garanties(one).defauts():
        raise refusal(base, defaut)


def refusal(base: str, defaut: Defaut) -> Blocked:
    """The error that says so; ``base``: what to call the database."""
    return Blocked(f"rien n'est envoyé : base {base}, {defaut.french}", f"nothing is sent: {defaut.english}")


class Operation(Protocol[T_co]):
    """Statements that are safe to repeat; ``again``: an earlier try may have been carried out unheard."""

    async def __call__(self, connection: psycopg.AsyncConnection, *, again: bool) -> T_co: ...


Recognise = Callable[[psycopg.AsyncConnection], Awaitable[None]]


class DurableConnection:
    """One connection in autocommit, made when it is first needed and made again when it was lost.

    Its commits are on the disk before they are acknowledged. A server that is frozen counts as lost. ``recognise``:
    looks at whatever answers there now, and raises where it must not be used.
    """

    def __init__(self, conninfo: str, recognise: Recognise | None = None) -> None:
        self._conninfo = conninfo
        self._recognise = recognise
        self._connection: psycopg.AsyncConnection | None = None
        self._was_made = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._disconnect()

    async def run(self, operation: Operation[T_co]) -> T_co:
        """Carry it out, again where the server fails it, during five minutes; then raise what psycopg raised.

        Blocked, once a connection, where the server would forget what it acknowledges.
        """
        try:
            return await self._carry_out(
                operation, again=False
            )  # nearly always: retrying costs a third of a round trip
        except _PASSING:
            attempts = AsyncRetrying(
                retry=retry_if_exception_type(_PASSING),
                wait=wait_exponential_jitter(multiplier=0.1, max=5),
                stop=stop_after_delay(_PATIENCE),
                reraise=True,
            )
        return await attempts(self._carry_out, operation, again=True)

    async def _carry_out(self, operation: Operation[T_co], *, again: bool) -> T_co:
        try:
            return await operation(await self._connected(), again=again)
        except _PASSING:
            await self._disconnect()  # its first statement may be the one that failed
            raise

    async def _connected(self) -> psycopg.AsyncConnection:
        if self._connection is None or self._connection.closed:
            # Kept though it may be refused: what a provider has answered is still worth writing.
            self._connection = await Impatient.connect(make_conninfo(self._conninfo, **CUT), autocommit=True)
            await self._connection.execute(query("seek_by_key"))
            if self._recognise is not None:
                await self._recognise(self._connection)
            await self._connection.execute(query("commit_durably"))
            await self._require_durable(self._connection)
        return self._connection

    async def _require_durable(self, connection: psycopg.AsyncConnection) -> None:
        made_again, self._was_made = self._was_made, True
        [row] = await (await connection.execute(query("guarantees"))).fetchall()
        garanties = Garanties(*row)
        if garanties.lecture_seule and made_again:
            raise psycopg.errors.ReadOnlySqlTransaction("a standby that may take over soon")
        for defaut in garanties.defauts():
            raise refusal("relances_db", defaut)

    async def _disconnect(self) -> None:
        if self._connection is not None:
            await self._connection.close()
