"""Reads what any server may answer: text whatever it says of its characters, a JSON object, when to come back."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

import httpx

_KNOWN: Final = frozenset(
    {"utf-8", "us-ascii", "ascii", "iso-8859-1", "iso-8859-15", "windows-1252", "utf-16", "utf-32"}
)
"""What servers write. Python knows names that decode no bytes (rot13), names that take minutes (punycode), and more."""


def text_of(response: httpx.Response) -> str:
    """The body in the charset that it names, if that is one of the web's, else as UTF-8; never fails."""
    named = (response.charset_encoding or "utf-8").strip().lower()
    return response.content.decode(named if named in _KNOWN else "utf-8", errors="replace")


def object_of(response: httpx.Response) -> dict[str, object]:
    """The body; raises ValueError where it is not a JSON object."""
    try:
        body = response.json()
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    if not isinstance(body, dict):
        raise ValueError("not an object")  # noqa: TRY004 - to be caught with the other ways to be unreadable
    return body


_LONGEST: Final = 86_400.0  # seconds; who asks for more than a day is better asked again


def retry_after(response: httpx.Response, now: datetime | None = None) -> float | None:
    """Seconds to wait, from 0 to a day; None where the headers are absent or unreadable."""
    present = now or datetime.now(UTC)
    seconds = _asked(response.headers.get("Retry-After", "").strip(), present)
    if seconds is None:
        seconds = _until_reset(response.headers.get("X-RateLimit-Reset", "").strip(), present)
    return None if seconds is None else min(max(0.0, seconds), _LONGEST)


def _asked(value: str, now: datetime) -> float | None:
    return float(value) if value.isdecimal() else _seconds_until(value, now)


def _until_reset(value: str, now: datetime) -> float | None:
    # A shorter number counts from now at some gateways, and means nothing sure at others.
    return float(value) - now.timestamp() if value.isdecimal() and len(value) >= 10 else None


def _seconds_until(value: str, now: datetime) -> float | None:
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = read(value)
        except (ValueError, OverflowError, TypeError, IndexError):
            continue
        return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now).total_seconds()
    return None
