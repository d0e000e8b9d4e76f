"""Twilio's SDK over our own HTTP client: its credentials, headers and addresses, our time-outs and errors.

The SDK's own asynchronous client has no time-out, whatever it is told, and posts a message again after a 500 when it
is told to try again. Here each request is sent once, by a client that follows no redirect; what that client raises
goes through the SDK unchanged, and answers come back unread, so that no error of the SDK's own stands between.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import httpx
from twilio.base.domain import Domain  # type: ignore[import-untyped]
from twilio.http import AsyncHttpClient  # type: ignore[import-untyped]
from twilio.http.response import Response  # type: ignore[import-untyped]
from twilio.rest import Client as TwilioClient  # type: ignore[import-untyped]

from relances_providers.http.answer_text import text_of
from relances_providers.http.bounded import LARGEST, MOST
from relances_providers.http.client import Client
from relances_providers.http.transport import NOT_AFTER

# TWILIO_REGION, TWILIO_EDGE and the like would change the address. The SDK reads os.environ in place of an empty one.
_NO_ENVIRONMENT: Final = {"": ""}
_LARGEST_LIST: Final = 8 * MOST  # a page of a thousand messages


@dataclass(frozen=True, slots=True)
class Credentials:
    """``username``: the account's SID, or an API key's; ``password``: the secret that goes with it."""

    username: str
    password: str = field(repr=False)


class TwilioApi:
    """The API at one host. Every call raises httpx.TransportError, and returns the answer whatever it says."""

    def __init__(self, client: Client, host: str, credentials: Credentials) -> None:
        sdk = TwilioClient(
            credentials.username,
            credentials.password,
            http_client=_OurClient(client),
            environment=_NO_ENVIRONMENT,
        )
        self._domain = Domain(sdk, host)

    async def post(self, path: str, form: Mapping[str, str], *, not_after: float | None) -> httpx.Response:
        """Post a form, unless ``not_after`` has passed (monotonic seconds)."""
        with _starting_before(not_after):
            return _as_it_came(await self._domain.request_async("POST", path, data=form))

    async def get(self, path: str, params: Mapping[str, str] | None = None) -> httpx.Response:
        """Ask for a path of this host, whatever host its text may name."""
        return _as_it_came(await self._domain.request_async("GET", path, params=params))


class _Answer(Response):  # type: ignore[misc]
    """An answer as the SDK knows it, and as it came."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__(response.status_code, "", response.headers)
        self.as_it_came = response

    @property
    def text(self) -> str:
        return text_of(self.as_it_came)  # decoded where it is wanted: for a message it is not


class _OurClient(AsyncHttpClient):  # type: ignore[misc]
    """Sends the SDK's requests by a client of ours."""

    def __init__(self, client: Client) -> None:
        self.is_async = True  # the SDK asks
        self._client = client

    async def request(
        self,
        method: str,
        uri: str,
        *,
        params: Mapping[str, str] | None = None,
        data: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        **_never_set: object,  # timeout and allow_redirects: the client has its own
    ) -> _Answer:
        """One request, one answer; raises httpx.TransportError."""
        request = httpx.Request(
            method, _url(uri), params=params, data=data, headers=headers, extensions=_extensions(method)
        )
        return _Answer(await self._client.send(request, httpx.BasicAuth(*auth) if auth else None))


def _extensions(method: str) -> dict[str, object]:
    return {LARGEST: _LARGEST_LIST} if method == "GET" else {NOT_AFTER: _not_after.get()}


_url = lru_cache(maxsize=32)(httpx.URL)  # messages all go to one address, and parsing it takes a tenth of a call


# The SDK hands nothing of ours on to its HTTP client. Each task has a context of its own: calls never see another's.
_not_after: ContextVar[float | None] = ContextVar("not_after", default=None)


@contextmanager
def _starting_before(moment: float | None) -> Iterator[None]:
    token = _not_after.set(moment)
    try:
        yield
    finally:
        _not_after.reset(token)


def _as_it_came(answer: _Answer) -> httpx.Response:
    return answer.as_it_came
