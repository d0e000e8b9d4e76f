"""Named queries: found by name, without lines of comment, and short enough for psycopg to keep them read."""

import pytest
from psycopg._queries import MAX_CACHED_STATEMENT_LENGTH

from relances.store import database
from relances.store.database import query

NAMES = sorted(database._queries())


def test_an_unknown_name_is_an_error() -> None:
    with pytest.raises(KeyError):
        query("drop_everything")


@pytest.mark.parametrize("name", NAMES)
def test_a_query_is_short_enough_to_be_read_once(name: str) -> None:
    assert len(query(name)) <= MAX_CACHED_STATEMENT_LENGTH


@pytest.mark.parametrize("name", NAMES)
def test_no_line_of_a_query_is_a_comment(name: str) -> None:
    lines = query(name).splitlines()
    assert lines
    assert not [line for line in lines if line.lstrip().startswith("--")]
