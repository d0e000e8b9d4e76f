"""Where a command finds the connections that the Dags use."""

import json
import os
from pathlib import Path

import pytest

from relances.local.dags_connections import dags_connections
from relances.local.errors import LocalError
from relances.local.ownership import owner
from relances.local.settings import Settings, read_settings

VENTIS = {"VENTIS_MESSAGING_SENDER": "MAIRIE", "KEYCLOAK_MESSAGING_PASSWORD": "le-secret"}


@pytest.fixture(autouse=True)
def no_airflow_around(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("AIRFLOW")]:
        monkeypatch.delenv(name)


def settings(folder: Path, given: dict[str, str]) -> Settings:
    return read_settings({**given, "RELANCES_ETAT": str(folder)})


def test_where_nothing_runs_and_nothing_is_given_one_sentence_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(LocalError, match="lancez « make up »"), dags_connections(settings(tmp_path, {})):
        pass


def test_the_environment_is_taken_as_it_is_where_it_holds_connections(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_VENTIS_DEFAULT", "{}")

    with dags_connections(settings(tmp_path, VENTIS)) as found:
        assert found.environment["AIRFLOW_CONN_VENTIS_DEFAULT"] == "{}"
    assert not (tmp_path / "local").exists()


def test_before_the_first_start_the_given_variables_are_all_there_is(tmp_path: Path) -> None:
    asked = settings(tmp_path, VENTIS)

    with dags_connections(asked) as found:
        ventis = json.loads(found.environment["AIRFLOW_CONN_VENTIS_DEFAULT"])
        assert (ventis["password"], ventis["extra"]) == ("le-secret", {"sender": "MAIRIE"})
        assert "relances_db sera créée par « make up »" in found.origin
        assert "le-secret" not in repr(found)
    assert owner(asked.state) is None
    assert not asked.state.postgres.exists()
