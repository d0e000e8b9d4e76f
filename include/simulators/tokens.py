"""Opaque tokens and how long they live."""

import secrets
import time
from enum import Enum

from msgspec import Struct


class Issued(Struct, frozen=True):
    """A new pair of tokens."""

    access: str
    refresh: str


class Standing(Enum):
    """What the server knows of a token."""

    LIVE = "live"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


class Tokens:
    """The tokens of one server, forgotten when it stops. Lifetimes are in seconds."""

    def __init__(self, access_seconds: int, refresh_seconds: int) -> None:
        self._seconds = access_seconds, refresh_seconds
        self._access: dict[str, float] = {}
        self._refresh: dict[str, float] = {}

    def issue(self) -> Issued:
        """Make a pair that lives from now on."""
        issued = Issued(secrets.token_urlsafe(48), secrets.token_urlsafe(48))
        now = time.monotonic()
        self._access[issued.access] = now + self._seconds[0]
        self._refresh[issued.refresh] = now + self._seconds[1]
        return issued

    def revoke(self) -> None:
        """Make an end of every token issued so far."""
        self._access.clear()
        self._refresh.clear()

    def access(self, token: str) -> Standing:
        """How an access token stands now."""
        return _standing(self._access.get(token))

    def refresh(self, token: str) -> Standing:
        """How a refresh token stands now."""
        return _standing(self._refresh.get(token))


def _standing(expiry: float | None) -> Standing:
    if expiry is None:
        return Standing.UNKNOWN
    return Standing.LIVE if time.monotonic() < expiry else Standing.EXPIRED
