"""httpx over aiohttp: httpx's API, aiohttp's speed, and errors that never say "nothing was sent" wrongly.

httpx's own connection pool slows down with the square of the calls in flight; ready-made transports over
faster clients report a connection closed *after* the request as a failure to connect, which would send a
message twice. So the mapping here is our own, exact and tested against a misbehaving server:

=====================================  ===========================  =======================
aiohttp says                           httpx hears                  was the request sent?
=====================================  ===========================  =======================
connector, DNS, TLS, proxy errors      ConnectError                 surely not
time-out while connecting              ConnectTimeout               surely not
not an http(s) address                 UnsupportedProtocol          surely not
time-out while waiting for the answer  ReadTimeout                  perhaps
connection reset                       ReadError                    perhaps
closed early, half, endless            RemoteProtocolError          perhaps
=====================================  ===========================  =======================

Redirects are never followed and a POST is never sent again. The proxy is the environment's (HTTPS_PROXY, NO_PROXY).
An answer is read up to a limit: a server that never ends must not fill the memory.
"""

import select
import ssl
import time
import zlib
from collections.abc import Sequence
from functools import cache
from typing import Final
from urllib.request import getproxies, proxy_bypass
from weakref import WeakSet

import aiohttp
import httpx
from aiohttp.abc import AbstractStreamWriter
from aiohttp.connector import Connection
from aiohttp.tracing import Trace

from relances_providers.http.addresses import is_loopback
from relances_providers.http.answer_body import UnreadableBody, read_body

LARGEST: Final = "relances.largest"  # a request's extension: bytes of its answer, where MOST is too few
MOST: Final = 1_048_576  # bytes: a thousand times what a provider has to say
NOT_AFTER: Final = "relances.not_after"  # a request's extension: monotonic seconds, see below
SURELY_NOT_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


class _TooLate(Exception):
    """Nothing of the request was written."""


class _Body(aiohttp.BytesPayload):
    """A body that is not written after its time, nor anything before it: the headers leave with it.

    Looked at right before the socket: connecting, and other calls, come between the start of a call and its first byte.
    """

    def __init__(self, content: bytes, not_after: float | None) -> None:
        super().__init__(content)
        self._not_after = not_after

    async def write_with_length(self, writer: AbstractStreamWriter, content_length: int | None) -> None:
        if self._not_after is not None and time.monotonic() > self._not_after:
            raise _TooLate
        await super().write_with_length(writer, content_length)


class _Connector(aiohttp.TCPConnector):
    """Uses no connection again on which the server spoke out of turn, or which it closed while nobody looked.

    aiohttp would take those bytes for the answer to the next message; and a process that was held up would find out
    that the connection is closed only after it wrote.
    """

    def __init__(self, *, verify: bool) -> None:
        super().__init__(limit=0, ssl=ssl.create_default_context() if verify else False)
        self._known = WeakSet[object]()

    async def connect(
        self,
        req: aiohttp.ClientRequest,
        traces: list[Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - as aiohttp's
    ) -> Connection:
        """One that was idle, or a new one."""
        while True:
            connection = await super().connect(req, traces, timeout)
            if connection.protocol not in self._known:
                self._known.add(connection.protocol)
                return connection
            if not _has_spoken(connection):
                return connection
            connection.close()


def _has_spoken(connection: Connection) -> bool:
    protocol, transport = connection.protocol, connection.transport
    if protocol is None or transport is None or protocol.should_close:
        return True
    looked_at = select.poll()
    looked_at.register(transport.get_extra_info("socket").fileno(), select.POLLIN)
    return bool(looked_at.poll(0))


class ReadResponse(httpx.Response):
    """An answer whose body is at hand. httpx would read it anew, from a stream, in twice the time of the rest."""

    def __init__(self, status: int, headers: Sequence[tuple[bytes, bytes]], content: bytes) -> None:
        super().__init__(status, headers=headers, stream=httpx.ByteStream(content))
        self._body = content
        self.is_stream_consumed = self.is_closed = True

    @property
    def content(self) -> bytes:
        return self._body

    def read(self) -> bytes:
        return self._body

    async def aread(self) -> bytes:
        return self._body


class AiohttpTransport(httpx.AsyncBaseTransport):
    """One session of as many connections as there are calls in flight; the caller bounds those."""

    def __init__(self, *, verify: bool = True) -> None:
        self._verify = verify
        self._session: aiohttp.ClientSession | None = None
        self._proxy = cache(environment_proxy)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request once and read the whole answer; raises httpx.TransportError as tabled above.

        A request whose NOT_AFTER has passed is not sent (PoolTimeout): a process that was frozen must not
        go on with a message that another has taken over meanwhile.
        """
        body = await request.aread()
        not_after = request.extensions.get(NOT_AFTER)
        if not_after is not None and time.monotonic() > not_after:
            raise httpx.PoolTimeout("too late to start this call", request=request)
        try:
            async with self._open().request(
                request.method,
                str(request.url),
                data=_Body(body, not_after) if body else None,
                headers=request.headers.multi_items(),
                timeout=_timeout(request),
                proxy=self._proxy(request.url.scheme, request.url.host),
                allow_redirects=False,
            ) as response:
                content, headers = await read_body(response, request.extensions.get(LARGEST, MOST))
                return ReadResponse(response.status, headers, content)
        except (aiohttp.ClientError, OSError, UnreadableBody, zlib.error) as error:
            if isinstance(error.__cause__, _TooLate):
                raise httpx.PoolTimeout("too late to start this call", request=request) from None
            # Most errors of aiohttp say the whole address, which may hold a phone number; those of the socket do not.
            raise _translate(error, request) from (error if isinstance(error, aiohttp.ClientOSError) else None)

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()

    def _open(self) -> aiohttp.ClientSession:
        # Opened by the first call: a session belongs to the event loop that runs it. No trust_env: it reads
        # ~/.netrc before each call, fails where that has a password for the host, and halves the speed.
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=_Connector(verify=self._verify),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                headers={"Accept-Encoding": "gzip, deflate"},  # what read_body unpacks; aiohttp would ask for more
            )
        return self._session


def environment_proxy(scheme: str, host: str) -> str | None:
    """The proxy through which calls to this host go; None: straight there, as they always go to this machine."""
    return None if is_loopback(host) or proxy_bypass(host) else getproxies().get(scheme)


def _timeout(request: httpx.Request) -> aiohttp.ClientTimeout:
    limits: dict[str, float | None] = request.extensions.get("timeout", {})
    return _limits(limits.get("connect"), limits.get("read"))


@cache
def _limits(connect: float | None, read: float | None) -> aiohttp.ClientTimeout:
    # sock_read starts again at each byte: a server that drips must not hold a call beyond its lease.
    total = connect + read if connect is not None and read is not None else None
    return aiohttp.ClientTimeout(total=total, connect=connect, sock_read=read)


def _translate(error: Exception, request: httpx.Request) -> httpx.TransportError:
    match error:
        case aiohttp.ConnectionTimeoutError():
            return httpx.ConnectTimeout("time-out while connecting", request=request)
        case aiohttp.ClientConnectorError():
            return httpx.ConnectError(str(error), request=request)
        case aiohttp.ClientHttpProxyError(status=status):
            return httpx.ConnectError(f"the proxy answers {status}", request=request)
        case aiohttp.InvalidURL() | aiohttp.NonHttpUrlClientError():
            return httpx.UnsupportedProtocol("not an http(s) address", request=request)
        case TimeoutError():
            return httpx.ReadTimeout("time-out while waiting for the answer", request=request)
        case aiohttp.ServerDisconnectedError() | aiohttp.ClientPayloadError() | aiohttp.ClientResponseError():
            return httpx.RemoteProtocolError(type(error).__name__, request=request)
        case UnreadableBody():
            return httpx.RemoteProtocolError(str(error), request=request)
        case zlib.error():
            return httpx.RemoteProtocolError("the answer cannot be unpacked", request=request)
        case _:
            return httpx.ReadError(type(error).__name__, request=request)
