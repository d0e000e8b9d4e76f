"""Reads ``Retry-After``: seconds, an HTTP date (RFC 9110) or an ISO 8601 date (Zoom's daily limits)."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

import httpx

_LONGEST: Final = 86_400.0  # seconds; who asks for more than a day is better asked again


def retry_after(response: httpx.Response, now: datetime | None = None) -> float | None:
    """Seconds to wait, from none to a day; None where the header is absent or unreadable."""
    value = response.headers.get("Retry-After", "").strip()
    seconds = float(value) if value.isdecimal() else _seconds_until(value, now or datetime.now(UTC))
    return None if seconds is None else min(max(0.0, seconds), _LONGEST)


def _seconds_until(value: str, now: datetime) -> float | None:
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = read(value)
        except (ValueError, OverflowError):
            continue
        return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now).total_seconds()
    return None
