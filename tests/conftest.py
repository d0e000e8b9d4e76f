"""The real servers of the tests: one embedded PostgreSQL a session, a fresh database wherever one is asked for."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from relances.local.postgres import EmbeddedPostgres

NewDatabase = Callable[[str], str]


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """One PostgreSQL for the whole session."""
    server = EmbeddedPostgres(Path(tmp_path_factory.mktemp("postgres")))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def new_database(postgres: EmbeddedPostgres) -> NewDatabase:
    """Make an empty database and give its URL; the prefix only helps who reads the server's log."""
    numbers = count(1)
    return lambda prefix: postgres.create_database(f"{prefix}_{next(numbers)}")
