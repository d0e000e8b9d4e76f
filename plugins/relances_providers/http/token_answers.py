"""What the answers of OAuth token servers have in common (RFC 6749, section 5)."""

import math
from typing import Final

import httpx

from relances_providers.http.json_object import object_of
from relances_providers.http.token_auth import Granted

_LONGEST_LIFE: Final = 86_400.0  # seconds: who says more is asked again after a day


def read_token(response: httpx.Response, life_unsaid: float) -> Granted:
    """The token; ``life_unsaid``: its life in seconds, where the answer does not say. Raises ValueError."""
    body = object_of(response)
    value, seconds = body.get("access_token"), body.get("expires_in", life_unsaid)
    if not isinstance(value, str) or isinstance(seconds, bool) or not isinstance(seconds, str | int | float):
        raise ValueError("no token")  # noqa: TRY004 - to be caught with the other ways to be unreadable
    try:
        life = float(seconds)
    except OverflowError as error:
        raise ValueError("a life of hundreds of digits") from error
    scopes = frozenset(str(body.get("scope", "")).split())
    return Granted(value, min(life, _LONGEST_LIFE) if life < math.inf else life, scopes)


def read_error(response: httpx.Response, description: str) -> tuple[str, str]:
    """The error and what the field ``description`` says of it, in small letters; empty where they cannot be read."""
    try:
        body = object_of(response)
    except ValueError:
        return "", ""
    return str(body.get("error", "")), str(body.get(description, "")).lower()
