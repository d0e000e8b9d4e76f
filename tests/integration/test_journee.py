"""The sample tax database lives on: every day that it serves, its payments come in, and nobody owes anything else."""

from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest

from demo import add_collections, create_base_fictive
from relances.store.sources import Source
from tests.conftest import NewDatabase

FILLED = date(2024, 3, 2)
LATER = datetime(2024, 3, 12, 9, 30, tzinfo=UTC)
SOURCE = Source("collecte_taxe")


@pytest.fixture
def etaxe(new_database: NewDatabase) -> str:
    url = new_database("journee")
    create_base_fictive(url, contribuables=400, date_reference=FILLED)
    return url


def owed(url: str, day: date) -> bytes:
    with psycopg.connect(url) as connection:
        return b"".join(SOURCE.stream_overdue(connection, day, 0, ()))


def latest(url: str) -> datetime | None:
    with psycopg.connect(url) as connection:
        return SOURCE.latest_payment(connection)


@pytest.mark.parametrize("days", [0, 10, 400])
def test_ten_days_later_payments_are_fresh_and_debts_the_same(etaxe: str, days: int) -> None:
    now = LATER + timedelta(days=days)
    before = sorted(owed(etaxe, now.date()).splitlines())
    assert before
    assert add_collections(etaxe, now) == 3
    seen = latest(etaxe)
    assert seen is not None
    assert timedelta(0) <= now - seen < timedelta(minutes=1)
    assert sorted(owed(etaxe, now.date()).splitlines()) == before


def test_a_day_comes_once(etaxe: str) -> None:
    assert [add_collections(etaxe, LATER), add_collections(etaxe, LATER + timedelta(hours=2))] == [3, 0]
    assert add_collections(etaxe, LATER + timedelta(days=1)) == 3


def test_the_smallest_sample_is_fed_too(new_database: NewDatabase) -> None:
    url = new_database("journee")
    create_base_fictive(url, contribuables=1, date_reference=FILLED)
    assert add_collections(url, LATER) == 1


def test_a_payment_dated_in_the_future_by_mistake_does_not_make_the_feed_fresh(etaxe: str) -> None:
    before = latest(etaxe)
    with psycopg.connect(etaxe) as connection:
        connection.execute("UPDATE info_collecte SET date_collecte = '2999-01-01' WHERE id = 1")
    assert latest(etaxe) == before
