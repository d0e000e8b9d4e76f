"""A bearer token as an ``httpx.Auth``: one for all calls, renewed early, once on a 401.

A token is renewed at 90 % of its life. Concurrent calls wait for one request and share its outcome, success
or failure. The flow does no I/O: it yields requests and is handed answers. Who gives the token, and how it is
asked, is the :class:`Grant`'s.
"""

import asyncio
import math
import re
import time
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

import httpx

from relances_providers.errors import Misconfigured, ProviderError

TOKEN_REQUEST: Final = "relances.token_request"  # noqa: S105 - marks the token's own request, for who maps its errors
_BEARER: Final = re.compile(r"[\x21-\x7e]+")
_LIFE_USED: Final = 0.9
_FAILURE_SHARED_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class Granted:
    """A token and how many seconds it lives. ``scopes``: what it allows, where the server says so.

    Raises ValueError for what no header could carry, and for a life that is none.
    """

    value: str = field(repr=False)
    seconds: float
    scopes: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if not (_BEARER.fullmatch(self.value) and 0 < self.seconds < math.inf):
            raise ValueError("not a token")


class Grant(Protocol):
    """How one server is asked for a token."""

    def request(self) -> httpx.Request:
        """The request for a new token."""
        ...

    def read(self, response: httpx.Response) -> Granted:
        """The token in the answer. Raises Misconfigured (never asked again) or TryLater."""
        ...

    def out_of_reach(self) -> ProviderError:
        """The error of a server that gave no answer."""
        ...


@dataclass(frozen=True, slots=True)
class _Token:
    granted: Granted
    renew_at: float
    dead_at: float


@dataclass(frozen=True, slots=True)
class _Failure:
    error: ProviderError
    until: float


class TokenAuth(httpx.Auth):
    """Adds the bearer token to each request. ``clock`` is monotonic, in seconds.

    Raises Misconfigured (credentials refused: never asked again) or TryLater (the server is out of reach).
    """

    def __init__(self, grant: Grant, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._grant = grant
        self._clock = clock
        self._lock = asyncio.Lock()
        self._token: _Token | None = None
        self._failure: _Failure | None = None

    @property
    def scopes(self) -> frozenset[str]:
        """What the token at hand allows; empty before the first call, and where the server does not say."""
        return self._token.granted.scopes if self._token is not None else frozenset()

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        refused: str | None = None
        for _ in range(2):  # a second time only after a 401, with a new token
            async with self._lock:
                if self._needs_token(refused):
                    asked_at = self._clock()
                    try:
                        self._keep((yield self._token_request(request)), asked_at)
                    except GeneratorExit:  # all that is said when the token request itself fails or is given up
                        self._share(self._grant.out_of_reach())
                        raise
                token = self._bearer()
            request.headers["Authorization"] = f"Bearer {token}"
            response = yield request
            if response.status_code != httpx.codes.UNAUTHORIZED:
                return
            refused = token

    def _needs_token(self, refused: str | None) -> bool:
        now, token = self._clock(), self._token
        usable = token is not None and token.granted.value != refused and now < token.dead_at
        if self._failure is not None and now < self._failure.until:
            if usable:
                return False  # an early renewal that failed costs nothing yet
            raise self._failure.error.with_traceback(None)  # else it grows with every call that shares it
        return token is None or not usable or now >= token.renew_at

    def _token_request(self, request: httpx.Request) -> httpx.Request:
        asked = self._grant.request()
        asked.extensions = {TOKEN_REQUEST: True, "timeout": request.extensions.get("timeout", {})}
        return asked

    def _keep(self, response: httpx.Response, asked_at: float) -> None:
        try:
            granted = self._grant.read(response)
        except ProviderError as error:
            self._share(error)
            raise
        self._token = _Token(granted, asked_at + granted.seconds * _LIFE_USED, asked_at + granted.seconds)

    def _share(self, error: ProviderError) -> None:
        final = isinstance(error, Misconfigured)  # asked again, a wrong password would lock the account
        self._failure = _Failure(error, math.inf if final else self._clock() + _FAILURE_SHARED_SECONDS)

    def _bearer(self) -> str:
        assert self._token is not None  # noqa: S101 - _needs_token or _keep saw to it
        return self._token.granted.value
