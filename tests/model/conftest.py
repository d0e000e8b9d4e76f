"""The day that every history begins with."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tenacity import wait_exponential_jitter

from relances.store import sources
from relances_providers.provider_info import PROVIDERS
from tests.conftest import NewDatabase
from tests.integration.office import DETTE, Office, write_source
from tests.integration.world import ask, request
from tests.model.base import Base
from tests.support import postgres_connection


@pytest.fixture
def base(
    tmp_path: Path, new_database: NewDatabase, relances_url: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Base]:
    """Three contribuables were prepared. Who loses the database finds it again at once."""
    monkeypatch.setattr(sources, "FOLDERS", (*sources.FOLDERS, tmp_path))
    etaxe_url = new_database("dettes")
    ask(etaxe_url, DETTE)
    monkeypatch.setenv("AIRFLOW_CONN_RELANCES_DB", postgres_connection(relances_url))
    for provider in PROVIDERS:
        monkeypatch.setenv(f"AIRFLOW_CONN_{provider.name.upper()}_DEFAULT", "{}")
    office = Office(write_source(tmp_path / "dettes"), etaxe_url, relances_url)
    office.owe(3)
    office.run(request())
    monkeypatch.setattr(wait_exponential_jitter, "__call__", lambda *_: 0.0)
    base = Base(relances_url)
    yield base
    base.connection.close()
