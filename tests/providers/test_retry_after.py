"""``Retry-After`` in each form providers use, and in none; ``X-RateLimit-Reset`` in its place."""

from datetime import UTC, datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from relances_providers.http.retry_after import retry_after

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


def read(value: str | bytes, now: datetime | None = NOW) -> float | None:
    raw = value if isinstance(value, bytes) else value.encode()
    return retry_after(httpx.Response(429, headers=[(b"Retry-After", raw)]), now)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0),
        ("120", 120),
        (" 120 ", 120),
        ("Sat, 21 Nov 2026 08:01:30 GMT", 90),
        ("Saturday, 21-Nov-26 08:01:30 GMT", 90),
        ("Sat Nov 21 08:01:30 2026", 90),
        ("2026-11-21T08:01:30Z", 90),
        ("2026-11-21T09:01:30+01:00", 90),
        ("2026-11-21T08:01:30", 90),
    ],
    ids=["none", "seconds", "spaces", "HTTP date", "RFC 850", "asctime", "ISO", "ISO of Libreville", "ISO, no zone"],
)
def test_each_form_is_read(value: str, seconds: float) -> None:
    assert read(value) == seconds


@pytest.mark.parametrize("value", ["Sat, 21 Nov 2026 07:59:00 GMT", "2026-11-20T00:00:00Z"])
def test_a_date_gone_by_is_now(value: str) -> None:
    assert read(value) == 0


@pytest.mark.parametrize("value", ["86401", "9" * 400, "2027-11-21T08:00:00Z", "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_no_wait_is_longer_than_a_day(value: str) -> None:
    assert read(value) == 86_400


@pytest.mark.parametrize(
    "value", ["", "-5", "1.5", "bientôt", "²", "Sat, 99 Nov 2026 08:00:00 GMT", f"Sat, 21 Nov {10**20} 08:00:00 GMT"]
)
def test_what_cannot_be_read_is_as_if_absent(value: str) -> None:
    assert read(value) is None


def test_absent_is_none() -> None:
    assert retry_after(httpx.Response(429)) is None


def reset_at(value: str, **headers: str) -> float | None:
    return retry_after(httpx.Response(429, headers={"X-RateLimit-Reset": value, **headers}), NOW)


def test_without_it_the_moment_of_the_reset_is_read() -> None:
    assert reset_at(str(int(NOW.timestamp()) + 90)) == 90


def test_a_reset_gone_by_is_now() -> None:
    assert reset_at(str(int(NOW.timestamp()) - 90)) == 0


def test_a_reset_says_nothing_where_retry_after_does() -> None:
    assert reset_at(str(int(NOW.timestamp()) + 90), **{"Retry-After": "7"}) == 7


@pytest.mark.parametrize("value", ["", "30", "demain", "-1", "1.5"])
def test_a_reset_that_is_no_moment_is_as_if_absent(value: str) -> None:
    assert reset_at(value) is None


def test_a_date_is_compared_with_the_present_by_default() -> None:
    assert read("2020-01-01T00:00:00Z", now=None) == 0


WORDS = ["Sat,", "21", "Nov", "2026", "08:01:30", "24:61:99", "GMT", "+9999", "-0001", "9" * 20, "T", "1e9", "(", '"']


@given(
    st.one_of(st.binary(), st.text().map(str.encode), st.lists(st.sampled_from(WORDS)).map(" ".join).map(str.encode))
)
def test_whatever_the_header_the_wait_is_within_a_day_or_unknown(value: bytes) -> None:
    seconds = read(value)
    assert seconds is None or 0 <= seconds <= 86_400
