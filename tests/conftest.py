"""The real servers of the tests: one embedded PostgreSQL a session, a fresh database wherever one is asked for."""

import os
import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from relances.local.postgres import EmbeddedPostgres
from relances.store import migrate
from tests.order import pytest_collection_modifyitems, pytest_xdist_make_scheduler
from tests.promised import pytest_runtest_makereport
from tests.providers.certificates import write_self_signed
from tests.support import in_memory

__all__ = ["pytest_collection_modifyitems", "pytest_runtest_makereport", "pytest_xdist_make_scheduler"]

NewDatabase = Callable[[str], str]
CopyDatabase = Callable[[str], str]

# A busy machine is no failure; new cases are sought where somebody looks, not where a build waits.
settings.register_profile(
    "relances", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize="CI" in os.environ
)
settings.load_profile("relances")


def pytest_xdist_auto_num_workers() -> int:
    """One more than processors: many tests wait, for an answer, a lease, a process that ends."""
    return min((os.cpu_count() or 1) + 1, 4)


def pytest_configure(config: pytest.Config) -> None:
    """Give Airflow a home to throw away: it makes one as soon as it is imported, before any fixture."""
    home = tempfile.TemporaryDirectory(prefix="relances-airflow-", ignore_cleanup_errors=True)
    config.add_cleanup(home.cleanup)
    os.environ["AIRFLOW_HOME"] = home.name


@pytest.fixture(autouse=True)
def no_proxy_around(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every call stays on the loopback, whatever proxy the machine is behind."""
    for name in ("http_proxy", "https_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture(scope="session")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority that signed nothing."""
    return write_self_signed(tmp_path_factory.mktemp("tls") / "stranger.pem")


@pytest.fixture(autouse=True)
def only_a_stranger_is_trusted(monkeypatch: pytest.MonkeyPatch, stranger: Path) -> None:
    """To read all the authorities of the system for each new client would take half of the tests' time."""
    monkeypatch.setenv("SSL_CERT_FILE", str(stranger))
    monkeypatch.setenv("SSL_CERT_DIR", str(stranger.parent))


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """One PostgreSQL for the whole session."""
    # Not below pytest's own folder: started by root, the server is another user's, and whoever starts pytest next
    # shuts that folder to others.
    with tempfile.TemporaryDirectory(prefix="relances-tests-", dir=in_memory()) as folder:
        server = EmbeddedPostgres(Path(folder) / "postgres")
        server.start()
        yield server
        server.stop()


@pytest.fixture(scope="session")
def new_database(postgres: EmbeddedPostgres) -> NewDatabase:
    """Make an empty database and give its URL; the prefix only helps who reads the server's log."""
    numbers = count(1)
    return lambda prefix: postgres.create_database(f"{prefix}_{next(numbers)}")


@pytest.fixture(scope="session")
def copy_database(postgres: EmbeddedPostgres) -> CopyDatabase:
    """Make a database like that of a URL, to which nobody may be connected, and give its URL."""
    numbers = count(1)

    def copy(url: str) -> str:
        original = _name(url)
        name = f"{original}_copie_{next(numbers)}"
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
        with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.format(sql.Identifier(name), sql.Identifier(original)))
        url = postgres.url(name)
        with psycopg.connect(url, autocommit=True) as connection:
            if connection.execute("SELECT to_regclass('relances.installation')").fetchone() != (None,):
                connection.execute("UPDATE relances.installation SET lieu = relances.lieu()")  # no copy of another's
        return url

    return copy


@pytest.fixture(scope="session")
def migrated_url(new_database: NewDatabase) -> str:
    """A database of the pipeline's own, migrated and empty, to be copied alone."""
    url = new_database("relances")
    migrate(url)
    return url


@pytest.fixture
def relances_url(postgres: EmbeddedPostgres, copy_database: CopyDatabase, migrated_url: str) -> Iterator[str]:
    """A database of the pipeline's own, migrated and empty; it goes with the test."""
    url = copy_database(migrated_url)
    yield url
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(_name(url))))


def _name(url: str) -> str:
    return str(conninfo_to_dict(url)["dbname"])
