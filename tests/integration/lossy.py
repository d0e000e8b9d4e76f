"""A way to PostgreSQL that loses an answer: the statement was carried out, and its client never hears so."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from psycopg.conninfo import conninfo_to_dict, make_conninfo


@asynccontextmanager
async def losing_the_answer_to(statement: bytes, url: str) -> AsyncIterator[str]:
    """Give a conninfo of the same database; fail in the end when the statement never came."""
    words = conninfo_to_dict(url)
    way = _Way(f"{words['host']}/.s.PGSQL.{words['port']}", statement)
    async with await asyncio.start_server(way.serve, "127.0.0.1", 0) as server:
        host, port = server.sockets[0].getsockname()
        yield make_conninfo(url, host=host, port=port, sslmode="disable", gssencmode="disable")
    await asyncio.gather(*way.served)
    assert way.lost


@dataclass(slots=True)
class _Way:
    """Passes bytes on, except once: the answer to the statement, and the connection with it."""

    socket: str
    statement: bytes
    asked: bool = False
    lost: bool = False
    served: list[asyncio.Task[None]] = field(default_factory=list)

    def serve(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        self.served.append(asyncio.create_task(self._serve(client, to_client)))

    async def _serve(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        server, to_server = await asyncio.open_unix_connection(self.socket)
        await asyncio.gather(self._ask(client, to_server), self._answer(server, to_client))
        for way in (to_server, to_client):
            with suppress(ConnectionError):
                await way.wait_closed()

    async def _ask(self, client: asyncio.StreamReader, to_server: asyncio.StreamWriter) -> None:
        while part := await client.read(65_536):
            self.asked = self.asked or self.statement in part
            to_server.write(part)
        to_server.close()

    async def _answer(self, server: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        while part := await server.read(65_536):
            if self.asked and not self.lost:
                self.lost = True
                break
            to_client.write(part)
        to_client.close()
