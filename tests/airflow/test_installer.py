"""``relances installer``: what the containers of an installation find ready, and what an upgrade leaves alone."""

import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from cryptography.fernet import Fernet

from relances.local.provider_variables import PROVIDER_VARIABLES
from tests.conftest import NewDatabase

RELANCES = Path(sys.executable).with_name("relances")
KNOWN = "SELECT conn_id FROM connection WHERE conn_id LIKE '%\\_db' OR conn_id LIKE '%\\_default'"


def install(metadata: str, folder: Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run it as the container of an installation does."""
    nothing = dict.fromkeys([*PROVIDER_VARIABLES, "ETAXE_URL", "RELANCES_URL", "RELANCES_DEMONSTRATION"], "")
    airflow = {
        "AIRFLOW_HOME": str(folder),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__FERNET_KEY": Fernet.generate_key().decode(),
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(folder / "passwords.json"),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": metadata.replace("postgresql://", "postgresql+psycopg://", 1),
    }
    environment = {**os.environ, **nothing, **airflow, **variables}
    return subprocess.run([RELANCES, "installer"], env=environment, capture_output=True, text=True, check=False)


def ask(url: str, query: str) -> list[tuple[object, ...]]:
    """The rows of a query, or nothing."""
    with psycopg.connect(url) as connection:
        cursor = connection.execute(query.encode())
        return cursor.fetchall() if cursor.description else []


def test_an_upgrade_keeps_what_the_operator_set(new_database: NewDatabase, tmp_path: Path) -> None:
    metadata, relances_url = new_database("installation"), new_database("relances_installees")
    given = {
        "RELANCES_URL": relances_url,
        "ETAXE_URL": "postgresql://fisc:secret@etaxe.example/collecte",
        "KEYCLOAK_MESSAGING_PASSWORD": "mot de passe",
        "RELANCES_MOT_DE_PASSE": "celui de l'interface",
        "AIRFLOW__CORE__FERNET_KEY": Fernet.generate_key().decode(),
    }

    first = install(metadata, tmp_path, **given)

    assert first.returncode == 0, first.stderr[-2_000:]
    assert {row[0] for row in ask(metadata, KNOWN)} == {"etaxe_db", "relances_db", "ventis_default"}
    assert {"ventis", "twilio", "zoom"} <= {row[0] for row in ask(metadata, "SELECT pool FROM slot_pool")}
    assert ask(relances_url, "SELECT count(*) FROM relances.relance") == [(0,)]
    assert json.loads((tmp_path / "passwords.json").read_text()) == {"admin": "celui de l'interface"}
    assert "mot de passe" not in first.stdout + first.stderr

    ask(metadata, "UPDATE slot_pool SET slots = 7 WHERE pool = 'ventis'")
    ask(metadata, "UPDATE connection SET login = 'donné dans l''interface' WHERE conn_id = 'ventis_default'")
    again = install(metadata, tmp_path, **given)

    assert again.returncode == 0, again.stderr[-2_000:]
    assert ask(metadata, "SELECT slots FROM slot_pool WHERE pool = 'ventis'") == [(7,)]
    assert ask(metadata, "SELECT login FROM connection WHERE conn_id = 'ventis_default'") == [
        ("donné dans l'interface",)
    ]


@pytest.mark.parametrize("metadata", ["", "sqlite:////tmp/airflow.db"])
def test_without_a_postgresql_of_airflow_there_is_nothing_to_install(metadata: str, tmp_path: Path) -> None:
    refused = install(metadata, tmp_path)

    assert refused.returncode == 1
    assert "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN ne mène pas à un PostgreSQL" in refused.stderr
