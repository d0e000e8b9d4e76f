"""Sends the requests of an open connection: what providers need of ``httpx.AsyncClient``, and nothing else.

The cookies, redirects and defaults of that client, which no provider wants, take a fifth of the processor time of a
message.
"""

from types import TracebackType
from typing import Self

import httpx

from relances_providers.http.traffic_log import log_request, log_response


class Client:
    """Many requests at once over one transport.

    ``timeout``: seconds, for connecting and for each wait. ``debug``: log what is said, discreetly.
    """

    def __init__(
        self,
        transport: httpx.AsyncBaseTransport,
        auth: httpx.Auth | None = None,
        *,
        timeout: float,
        debug: bool = False,
    ) -> None:
        self._transport = transport
        self._auth = auth or httpx.Auth()
        self._timeout = httpx.Timeout(timeout).as_dict()
        self._debug = debug

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._transport.aclose()

    async def get(self, url: httpx.URL | str, params: dict[str, str] | None = None) -> httpx.Response:
        """:meth:`send` a GET."""
        return await self.send(httpx.Request("GET", url, params=params))

    async def send(self, request: httpx.Request, auth: httpx.Auth | None = None) -> httpx.Response:
        """Send once, but for the requests of ``auth`` before and after it; the whole answer is read.

        Raises httpx.TransportError, and what ``auth`` raises.
        """
        request.extensions.setdefault("timeout", self._timeout)  # before the flow, whose own requests copy it
        flow = (auth or self._auth).async_auth_flow(request)
        try:
            asked = await anext(flow)
            while True:
                answer = await self._send_once(asked)
                try:
                    asked = await flow.asend(answer)
                except StopAsyncIteration:
                    return answer
        finally:
            await flow.aclose()

    async def _send_once(self, request: httpx.Request) -> httpx.Response:
        if self._debug:
            log_request(request)
        response = await self._transport.handle_async_request(request)
        response.request = request
        if self._debug:
            log_response(response)
        return response
