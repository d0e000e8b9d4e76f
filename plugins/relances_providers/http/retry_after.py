"""Reads when a 429 says to come back.

``Retry-After``: seconds, an HTTP date (RFC 9110) or an ISO 8601 date (Zoom's daily limits). Without it,
``X-RateLimit-Reset``: seconds since 1970 (Zoom's other limits).
"""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

import httpx

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
