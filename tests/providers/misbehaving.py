"""A server that reads whole requests off its sockets and ends each exchange as told, down to the socket."""

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

Ending = Callable[[asyncio.StreamWriter], Awaitable[None]]
"""What follows a request; the connection is kept unless it is closed here."""

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Server:
    """What the server received, and how it ends the next exchange."""

    def __init__(self, ending: Ending, *, patient: bool = True) -> None:
        self.ending = ending
        self._patient = patient
        self.url = ""
        self.connections = 0
        self.heads: list[str] = []
        self.bodies: list[bytes] = []

    async def exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until either side has enough of it."""
        self.connections += 1
        try:
            while not writer.is_closing():
                await self._read(reader)
                await self.ending(writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the client left
        finally:
            writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        headers = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if line)
        self.heads.append(head)
        body = await reader.readexactly(int(headers.get("content-length", 0))) if self._patient else b""
        if body:
            self.bodies.append(body)


@asynccontextmanager
async def misbehaving(
    ending: Ending, tls: ssl.SSLContext | None = None, *, patient: bool = True
) -> AsyncIterator[Server]:
    """The server, on a free port of the loopback. ``patient``: it reads bodies, not only heads."""
    server, exchanges = Server(ending, patient=patient), set[asyncio.Task[None]]()

    def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        exchange = asyncio.ensure_future(server.exchange(reader, writer))
        exchanges.add(exchange)
        exchange.add_done_callback(exchanges.discard)

    listener = await asyncio.start_server(begin, "127.0.0.1", 0, ssl=tls)
    port = listener.sockets[0].getsockname()[1]
    server.url = f"{'https' if tls else 'http'}://127.0.0.1:{port}"
    try:
        yield server
    finally:
        listener.close()
        for exchange in exchanges:
            exchange.cancel()
        await asyncio.gather(*exchanges, return_exceptions=True)


def answer(content: bytes) -> Ending:
    """These bytes, on a connection that is kept."""

    async def ending(writer: asyncio.StreamWriter) -> None:
        writer.write(content)
        await writer.drain()

    return ending


def answer_and_close(content: bytes) -> Ending:
    """These bytes, then the end of the stream."""

    async def ending(writer: asyncio.StreamWriter) -> None:
        await answer(content)(writer)
        writer.close()

    return ending


close = answer_and_close(b"")


async def reset(writer: asyncio.StreamWriter) -> None:
    """RST."""
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    writer.transport.abort()


async def silence(_writer: asyncio.StreamWriter) -> None:
    """Nothing, ever."""
    await asyncio.Event().wait()


async def drip(writer: asyncio.StreamWriter) -> None:
    """One byte every tenth of a second."""
    for byte in OK:
        await answer(bytes([byte]))(writer)
        await asyncio.sleep(0.1)
