"""A Ventis that only answers: ``python -m tests.bench.serveur``, the least an HTTP server can do.

The simulators judge, count and remember each message: they would be measured in place of who sends. The first part of
the path is how many milliseconds an answer takes: ``/100/messaging/api/v1/message``.
"""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Final

from tests.bench.machine import pin, servers_core

_TOKEN: Final = b'{"access_token":"jeton","token_type":"Bearer","expires_in":86400}'
_NUMBERS: Final = count(1)


class Answering(asyncio.Protocol):
    """One connection, one request at a time."""

    def __init__(self) -> None:
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, body = self._received.partition(b"\r\n\r\n")
        if not found or len(body) < _length(head):
            return
        self._received = b""
        path = head.split(b" ", 2)[1]
        if path.endswith(b"/token"):
            self._answer(_TOKEN)
            return
        milliseconds = int(path.split(b"/", 2)[1])
        accepted = b"SUCCESS|%d|accepted" % next(_NUMBERS)
        if milliseconds:
            asyncio.get_running_loop().call_later(milliseconds / 1000, self._answer, accepted)
        else:
            self._answer(accepted)

    def _answer(self, body: bytes) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n" % len(body)
        self._transport.write(head + body)


def _length(head: bytes) -> int:
    _, found, rest = head.lower().partition(b"\r\ncontent-length:")
    return int(rest.partition(b"\r\n")[0]) if found else 0


async def _serve() -> None:
    server = await asyncio.get_running_loop().create_server(Answering, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextmanager
def server() -> Iterator[str]:
    """Its address, without the milliseconds."""
    command = [sys.executable, "-m", "tests.bench.serveur"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        finally:
            process.terminate()


if __name__ == "__main__":
    pin(servers_core())
    asyncio.run(_serve())
