"""The rooms the integration tests share, each new for each test."""

import importlib
import warnings
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import pytest

from demo import create_base_fictive
from relances.store import sources
from relances_providers.provider_info import PROVIDERS
from tests.conftest import CopyDatabase, NewDatabase
from tests.integration.dues import EVERYBODY_OWES
from tests.integration.office import DETTE, Office, write_source
from tests.integration.provider import Provider, running_provider
from tests.integration.world import TODAY, ask
from tests.support import postgres_connection, write_policy

Connect = Callable[..., None]
Sample = Callable[[int], str]


@pytest.fixture(autouse=True)
def open_window(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """The product's policy, with a send window that is open whenever the tests run."""
    file = write_policy(tmp_path_factory.mktemp("politique") / "politique.toml")
    monkeypatch.setenv("RELANCES_POLITIQUE", str(file))


@pytest.fixture(scope="session")
def sample(new_database: NewDatabase, copy_database: CopyDatabase) -> Sample:
    """Give the sample tax database of so many contribuables, to do with as one likes.

    Sixty are too few for the simulators' magic numbers: every message goes through. A hundred have them all.
    """

    @cache
    def filled(contribuables: int) -> str:
        url = new_database("etaxe")
        create_base_fictive(url, contribuables=contribuables, date_reference=TODAY)
        return url

    return lambda contribuables: copy_database(filled(contribuables))


@pytest.fixture
def contribuables() -> int:
    """How many the sample tax database has."""
    return 60


@pytest.fixture
def etaxe_url(
    sample: Sample, contribuables: int, connect: Connect, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> str:
    """The sample tax database, behind its connection."""
    url = sample(contribuables)
    monkeypatch.setenv("AIRFLOW_CONN_ETAXE_DB", postgres_connection(url))
    monkeypatch.setenv("RELANCES_DATA_DOCS", str(tmp_path / "docs"))
    return url


@pytest.fixture(scope="session")
def dues_url(new_database: NewDatabase) -> str:
    url = new_database("dues")
    ask(url, EVERYBODY_OWES)
    return url


@pytest.fixture(scope="session")
def dettes_url(new_database: NewDatabase) -> str:
    url = new_database("dettes")
    ask(url, DETTE)
    return url


@pytest.fixture(autouse=True)
def tax_systems_of_the_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that a test writes are known beside the product's."""
    monkeypatch.setattr(sources, "FOLDERS", (*sources.FOLDERS, tmp_path))


@pytest.fixture
def office(tmp_path: Path, dettes_url: str, relances_url: str, monkeypatch: pytest.MonkeyPatch) -> Office:
    """An office where nobody owes anything yet, connected to every provider."""
    for provider in PROVIDERS:
        monkeypatch.setenv(f"AIRFLOW_CONN_{provider.name.upper()}_DEFAULT", "{}")
    monkeypatch.setenv("AIRFLOW_CONN_RELANCES_DB", postgres_connection(relances_url))
    ask(dettes_url, "TRUNCATE dette RESTART IDENTITY")
    return Office(write_source(tmp_path / "dettes"), dettes_url, relances_url)


@pytest.fixture(scope="session")
def great_expectations() -> None:
    """Load the library, which takes seconds and warns of what it does meanwhile: that is not ours to mend."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        importlib.import_module("relances.services.validation_suite")
        importlib.import_module("tests.pages").compile_pages_once()


@pytest.fixture
def provider() -> Iterator[Provider]:
    """A provider that works, until a test upsets it."""
    with running_provider() as running:
        yield running


@pytest.fixture
def relances(relances_url: str) -> Iterator[psycopg.Connection]:
    """A connection to the pipeline's database, in autocommit."""
    with psycopg.connect(relances_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def connect(relances_url: str, dues_url: str, provider: Provider, monkeypatch: pytest.MonkeyPatch) -> Connect:
    """Make Airflow's connections, to the databases and to Ventis; again, for another provider or to change one.

    By its tax application, everybody owes what their relances say.
    """
    monkeypatch.setenv("AIRFLOW_CONN_RELANCES_DB", postgres_connection(relances_url))
    monkeypatch.setenv("AIRFLOW_CONN_ETAXE_DB", postgres_connection(dues_url))

    def to_provider(fournisseur: str = "ventis", **changes: Any) -> None:
        for name, words in provider.variables(fournisseur, **changes).items():
            monkeypatch.setenv(name, words)

    to_provider()
    return to_provider
