"""A way to PostgreSQL that loses an answer: the statement was carried out, and its client never hears so."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from psycopg.conninfo import conninfo_to_dict, make_conninfo


@asynccontextmanager
async def losing_the_answer_to(statement: bytes, url: str) -> AsyncIterator[str]:
    """Give a conninfo of the same database; fail in the end when the statement never came."""
    way = Way(url)
    conninfo = await way.open()
    way.lose(statement)
    try:
        yield conninfo
    finally:
        await way.close()
    assert not way.loses


class Way:
    """Passes bytes on, but for what :meth:`lose` says."""

    def __init__(self, url: str) -> None:
        self._url = url
        words = conninfo_to_dict(url)
        self._socket = f"{words['host']}/.s.PGSQL.{words['port']}"
        self._statement = b""
        self._meanwhile: Callable[[], None] | None = None
        self._asked = False
        self._served: set[asyncio.Task[None]] = set()

    async def open(self) -> str:
        """Give a conninfo of the same database by this way."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        host, port = self._server.sockets[0].getsockname()
        return make_conninfo(self._url, host=host, port=port, sslmode="disable", gssencmode="disable")

    async def close(self) -> None:
        """Wait for those who use it, and end it."""
        self._server.close()
        await asyncio.gather(*self._served)
        await self._server.wait_closed()

    @property
    def loses(self) -> bool:
        """Whether an answer is still to be lost."""
        return self._meanwhile is not None

    def lose(self, statement: bytes = b"", meanwhile: Callable[[], None] = lambda: None) -> None:
        """Lose the next answer to what holds this, and the connection. ``meanwhile``: before it can be made again."""
        self._statement, self._meanwhile, self._asked = statement, meanwhile, False

    def _serve(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        serving = asyncio.create_task(self._pass_both_ways(client, to_client))
        self._served.add(serving)
        serving.add_done_callback(self._served.discard)

    async def _pass_both_ways(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        server, to_server = await asyncio.open_unix_connection(self._socket)
        await asyncio.gather(self._ask(client, to_server), self._answer(server, to_client))
        for way in (to_server, to_client):
            with suppress(ConnectionError):
                await way.wait_closed()

    async def _ask(self, client: asyncio.StreamReader, to_server: asyncio.StreamWriter) -> None:
        while part := await client.read(65_536):
            self._asked = self._asked or (self.loses and self._statement in part)
            to_server.write(part)
        to_server.close()

    async def _answer(self, server: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        while part := await server.read(65_536):
            if self._asked and self._meanwhile is not None:
                meanwhile, self._meanwhile = self._meanwhile, None
                meanwhile()
                break
            to_client.write(part)
        to_client.close()
