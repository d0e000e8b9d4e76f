"""Ways from one worker to its database and to its fournisseur, that strike it when a given exchange passes by.

A worker is stopped at an exact step without a word of this in the product: what passes by says which step it is at.
"""

import asyncio
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final

from tests.chaos.exchanges import Requests, Statements

_PART: Final = 65_536


class Where(Enum):
    BASE = "base"
    HTTP = "http"


class Moment(Enum):
    """When an exchange strikes: it never arrives; it has left; it was carried out, and its answer is not heard."""

    BEFORE = auto()
    SENT = auto()
    AFTER = auto()


class Deed(Enum):
    """What befalls the worker. CUT: its connection alone."""

    KILL = signal.SIGKILL
    FREEZE = signal.SIGSTOP
    TERMINATE = signal.SIGTERM
    CUT = 0


@dataclass(frozen=True, slots=True)
class Blow:
    """What happens at the ``nth`` exchange that says this ``word``: a statement, or the first line of a request."""

    where: Where
    word: bytes
    nth: int
    moment: Moment
    deed: Deed

    def __str__(self) -> str:
        return f"{self.deed.name} {self.moment.name} {self.word.decode()} n° {self.nth}"


@dataclass(slots=True)
class Victim:
    """A worker's process, once it is known, and the blows that wait for it. ``struck``: those that came."""

    blows: list[Blow]
    struck: list[Blow] = field(default_factory=list)
    pid: int | None = None
    seen: dict[Blow, int] = field(default_factory=dict)

    def blow_at(self, where: Where, exchange: bytes) -> Blow | None:
        """The blow that this exchange brings, if any."""
        due = None
        for blow in self.blows:
            if blow.where is where and blow.word in exchange:
                self.seen[blow] = self.seen.get(blow, 0) + 1
                if self.seen[blow] == blow.nth:
                    due = blow
        return due

    async def strike(self, blow: Blow) -> None:
        while self.pid is None:  # noqa: ASYNC110 - for the moment that a start takes
            await asyncio.sleep(0.001)
        if blow.deed is not Deed.CUT:
            with suppress(ProcessLookupError):
                os.kill(self.pid, blow.deed.value)
        self.struck.append(blow)


@dataclass(slots=True)
class Way:
    """From one worker to one server. ``port``: where it begins, on the loopback."""

    where: Where
    target: str | tuple[str, int]
    victim: Victim
    port: int = 0
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    async def serve(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        try:
            server, to_server = await self._connect()
        except OSError:
            to_client.transport.abort()
            return
        self._open |= {to_client, to_server}
        exchange = Exchange()
        asking = asyncio.create_task(self._ask(client, to_server, exchange))
        answering = asyncio.create_task(self._answer(server, to_client, exchange))
        try:
            await asyncio.wait({asking, answering}, return_when=asyncio.FIRST_COMPLETED)
            if not answering.done() and not exchange.cut:
                await asyncio.wait({answering}, timeout=5)  # the client is done: its last words are answered
        except asyncio.CancelledError:
            pass  # the network closes
        finally:
            for task in (asking, answering):
                task.cancel()
            await asyncio.gather(asking, answering, return_exceptions=True)
            self._open -= {to_client, to_server}
            to_client.close()
            to_server.close()

    def cut(self) -> None:
        """Break what is open, here and now."""
        for writer in list(self._open):
            writer.transport.abort()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if isinstance(self.target, str):
            return await asyncio.open_unix_connection(self.target)
        return await asyncio.open_connection(*self.target)

    async def _ask(self, client: asyncio.StreamReader, to_server: asyncio.StreamWriter, exchange: "Exchange") -> None:
        names = Statements() if self.where is Where.BASE else Requests()
        while part := await client.read(_PART):
            blow = None
            for name in names.read(part):
                blow = self.victim.blow_at(self.where, name) or blow
            if blow is not None and blow.moment is Moment.BEFORE:
                await self.victim.strike(blow)
                if blow.deed in (Deed.KILL, Deed.CUT):
                    exchange.cut = True
                    return
            if blow is not None and blow.moment is Moment.AFTER:
                exchange.blow = blow
            to_server.write(part)
            await to_server.drain()
            if blow is not None and blow.moment is Moment.SENT:
                await self.victim.strike(blow)
                if blow.deed is Deed.CUT:
                    exchange.cut = True
                    return
        if to_server.can_write_eof():
            to_server.write_eof()

    async def _answer(
        self, server: asyncio.StreamReader, to_client: asyncio.StreamWriter, exchange: "Exchange"
    ) -> None:
        while part := await server.read(_PART):
            if (blow := exchange.blow) is not None:
                exchange.blow = None
                await self.victim.strike(blow)
                if blow.deed in (Deed.KILL, Deed.CUT):
                    exchange.cut = True
                    return
            to_client.write(part)
            await to_client.drain()


@dataclass(slots=True)
class Exchange:
    """One connection. ``blow``: what its next answer brings."""

    blow: Blow | None = None
    cut: bool = False


class Network:
    """The ways of every worker, on an event loop of their own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._servers: dict[int, asyncio.Server] = {}

    def open(self, way: Way) -> None:
        """Serve a way, on the port that it had if it had one."""
        asyncio.run_coroutine_threadsafe(self._listen(way), self._loop).result(30)

    def cut(self, way: Way) -> None:
        """Break its connections."""
        self._loop.call_soon_threadsafe(way.cut)

    def shut(self, way: Way) -> None:
        """Break them, and refuse those to come until it is opened again."""
        asyncio.run_coroutine_threadsafe(self._shut(way), self._loop).result(30)

    def close(self) -> None:
        """Close every way there is."""
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(30)

    @contextmanager
    def running(self) -> Iterator[None]:
        self._thread.start()
        try:
            yield
        finally:
            self.close()
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(30)
            self._loop.close()

    async def _listen(self, way: Way) -> None:
        if way.port in self._servers:
            return
        server = await asyncio.start_server(way.serve, "127.0.0.1", way.port)
        way.port = int(server.sockets[0].getsockname()[1])
        self._servers[way.port] = server

    async def _shut(self, way: Way) -> None:
        if (server := self._servers.pop(way.port, None)) is not None:
            server.close()
        way.cut()

    async def _close(self) -> None:
        for server in self._servers.values():
            server.close()
        self._servers.clear()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
