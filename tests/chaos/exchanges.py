"""Names what passes by on a way: the statements of a client of PostgreSQL, the requests of one of HTTP."""

from collections.abc import Iterator


class Statements:
    """Names the statements that a client of PostgreSQL has carried out, those prepared before too: text, parameters."""

    def __init__(self) -> None:
        self._unread = b""
        self._greeted = False
        self._prepared: dict[bytes, bytes] = {}

    def read(self, part: bytes) -> Iterator[bytes]:
        """The statements that this part of the stream asks for."""
        self._unread += part
        while (message := self._next()) is not None:
            kind, body = message
            match kind:
                case b"Q":
                    yield body
                case b"P":
                    name, _, text = body.partition(b"\0")
                    self._prepared[name] = text
                case b"B":
                    _, name, parameters = body.split(b"\0", 2)
                    yield self._prepared.get(name, b"") + parameters
                case _:
                    pass

    def _next(self) -> tuple[bytes, bytes] | None:
        typed = 1 if self._greeted else 0
        if len(self._unread) < typed + 4:
            return None
        length = int.from_bytes(self._unread[typed : typed + 4], "big")
        if len(self._unread) < typed + length:
            return None
        kind, body = self._unread[:typed], self._unread[typed + 4 : typed + length]
        self._unread = self._unread[typed + length :]
        self._greeted = True
        return kind, body


class Requests:
    """Names the requests of a client of HTTP: each begins a part of the stream."""

    def read(self, part: bytes) -> Iterator[bytes]:
        """The request that this part begins, if any."""
        if part.startswith((b"POST ", b"GET ")):
            yield part.partition(b"\r\n")[0]
