"""Keycloak's password grant as an ``httpx.Auth``: one token for all calls, renewed early, once on a 401.

A token is renewed at 90 % of its life. Concurrent calls wait for one request and share its outcome, success
or failure. The flow does no I/O: it yields requests and is handed answers.
"""

import asyncio
import math
import time
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote

import httpx

from relances_providers.errors import Misconfigured, ProviderError, TryLater
from relances_providers.keycloak_refusals import refusal

TOKEN_REQUEST: Final = "relances.token_request"  # noqa: S105 - marks the token's own request, for who maps its errors
_LIFE_USED: Final = 0.9
_FAILURE_SHARED_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class KeycloakAccount:
    """Who asks for a token, and where. ``client_secret`` is None for a public client."""

    conn_id: str
    host: str
    realm: str
    client_id: str
    username: str
    password: str = field(repr=False)
    client_secret: str | None = field(repr=False, default=None)

    @property
    def token_url(self) -> str:
        return f"{self.host.rstrip('/')}/realms/{quote(self.realm, safe='')}/protocol/openid-connect/token"

    def form(self) -> dict[str, str]:
        """The body of the token request."""
        secret = {"client_secret": self.client_secret} if self.client_secret else {}
        return {
            "grant_type": "password",
            "client_id": self.client_id,
            "username": self.username,
            "password": self.password,
            **secret,
        }


@dataclass(frozen=True, slots=True)
class _Token:
    value: str = field(repr=False)
    renew_at: float
    dead_at: float


@dataclass(frozen=True, slots=True)
class _Failure:
    error: ProviderError
    until: float


class KeycloakAuth(httpx.Auth):
    """Adds the bearer token to each request. ``clock`` is monotonic, in seconds.

    Raises Misconfigured (credentials refused: never asked again) or TryLater (Keycloak out of reach).
    """

    def __init__(self, account: KeycloakAccount, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._account = account
        self._clock = clock
        self._lock = asyncio.Lock()
        self._token: _Token | None = None
        self._failure: _Failure | None = None

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        refused: str | None = None
        for _ in range(2):  # a second time only after a 401, with a new token
            async with self._lock:
                if self._needs_token(refused):
                    try:
                        self._keep((yield self._token_request(request)))
                    except GeneratorExit:  # all that httpx says when the token request itself fails
                        self._share(_out_of_reach(self._account))
                        raise
                token = self._bearer()
            request.headers["Authorization"] = f"Bearer {token}"
            response = yield request
            if response.status_code != httpx.codes.UNAUTHORIZED:
                return
            refused = token

    def _needs_token(self, refused: str | None) -> bool:
        now, token = self._clock(), self._token
        usable = token is not None and token.value != refused and now < token.dead_at
        if self._failure is not None and now < self._failure.until:
            if usable:
                return False  # an early renewal that failed costs nothing yet
            raise self._failure.error.with_traceback(None)  # else it grows with every call that shares it
        return token is None or not usable or now >= token.renew_at

    def _token_request(self, request: httpx.Request) -> httpx.Request:
        extensions = {TOKEN_REQUEST: True, "timeout": request.extensions.get("timeout", {})}
        return httpx.Request("POST", self._account.token_url, data=self._account.form(), extensions=extensions)

    def _keep(self, response: httpx.Response) -> None:
        try:
            self._token = _read_token(response, self._clock(), self._account.conn_id)
        except ProviderError as error:
            self._share(error)
            raise

    def _share(self, error: ProviderError) -> None:
        final = isinstance(error, Misconfigured)  # asked again, a wrong password would lock the account
        self._failure = _Failure(error, math.inf if final else self._clock() + _FAILURE_SHARED_SECONDS)

    def _bearer(self) -> str:
        assert self._token is not None  # noqa: S101 - _needs_token or _keep saw to it
        return self._token.value


def _read_token(response: httpx.Response, now: float, conn_id: str) -> _Token:
    error = refusal(response, conn_id)
    if error is not None:
        raise error
    try:
        body = response.json()
        value, life = str(body["access_token"]), float(body.get("expires_in", 60))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise TryLater(
            f"réponse illisible de Keycloak : vérifiez keycloak_host de la connexion {conn_id} "
            "— unreadable answer from Keycloak",
            code="keycloak_illisible",
        ) from error
    return _Token(value, now + life * _LIFE_USED, now + life)


def _out_of_reach(account: KeycloakAccount) -> TryLater:
    return TryLater(
        f"Keycloak ({account.host}) ne répond pas : vérifiez keycloak_host de la connexion {account.conn_id} "
        "et le réseau — Keycloak is out of reach",
        code="keycloak_injoignable",
    )
