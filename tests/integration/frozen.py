"""A way to PostgreSQL that keeps its connections up, acknowledges all that it is sent, and says nothing more."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

from psycopg.conninfo import conninfo_to_dict, make_conninfo


@contextmanager
def falling_silent_after(answered: int, url: str) -> Iterator[str]:
    """Give a URL's conninfo whose server falls silent once it answered so many bytes on a connection."""
    words = conninfo_to_dict(url)
    path = f"{words['host']}/.s.PGSQL.{words['port']}"
    over = Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        Thread(target=_accept, args=(server, path, answered, over), daemon=True).start()
        host, port = server.getsockname()
        try:
            yield make_conninfo(url, host=host, port=port, sslmode="disable", gssencmode="disable")
        finally:
            over.set()


def _accept(server: socket.socket, path: str, answered: int, over: Event) -> None:
    with suppress(OSError):
        while True:
            client, _ = server.accept()
            there = socket.socket(socket.AF_UNIX)
            there.connect(path)
            Thread(target=_pass_on, args=(client, there, None, over), daemon=True).start()
            Thread(target=_pass_on, args=(there, client, answered, over), daemon=True).start()


def _pass_on(source: socket.socket, to: socket.socket, limit: int | None, over: Event) -> None:
    passed = 0
    with suppress(OSError), source, to:
        while part := source.recv(65_536):
            passed += len(part)
            if limit is not None and passed > limit:
                over.wait(60)
                return
            to.sendall(part)
