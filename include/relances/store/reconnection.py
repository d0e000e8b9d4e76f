"""A worker's connection, which may be lost and comes back: statements are repeated, and know that they are."""

from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Final, Protocol, Self, TypeVar

import psycopg
from psycopg.conninfo import make_conninfo
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_delay, wait_exponential_jitter

from relances.store.database import query
from relances.store.durabilite import Garanties, refusal
from relances.store.silence import CUT, Impatient

T_co = TypeVar("T_co", covariant=True)
_PASSING: Final = (
    psycopg.OperationalError,
    psycopg.errors.ReadOnlySqlTransaction,
)  # read-only while a standby takes over
_PATIENCE: Final = 300.0  # seconds a worker waits for a database that went away, holding its outcomes


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
        attempts = AsyncRetrying(
            retry=retry_if_exception_type(_PASSING),
            wait=wait_exponential_jitter(multiplier=0.1, max=5),
            stop=stop_after_delay(_PATIENCE),
            reraise=True,
        )
        async for attempt in attempts:
            with attempt:
                try:
                    again = attempt.retry_state.attempt_number > 1
                    return await operation(await self._connected(), again=again)
                except _PASSING:
                    await self._disconnect()  # its first statement may be the one that failed
                    raise
        raise AssertionError("unreachable: AsyncRetrying returns or raises")

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
