"""``relances up`` with databases of one's own: a real Airflow, connected to them, and nothing left behind."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from relances.local.airflow_api import AirflowApi
from relances.local.connections import PROVIDER_VARIABLES, Connection
from relances.local.ownership import owner, recorded_sessions
from relances.local.stack import DAG
from relances.local.state import LOOPBACK, StateFolder
from relances_providers.provider_info import form_defaults
from tests.conftest import NewDatabase

RELANCES = Path(sys.executable).with_name("relances")


@pytest.fixture
def state() -> Iterator[StateFolder]:
    """Where root's PostgreSQL can enter."""
    with tempfile.TemporaryDirectory(prefix="relances-etat-") as folder:
        yield StateFolder(Path(folder) / "local")


def relances(command: str, state: StateFolder, variables: dict[str, str]) -> subprocess.Popen[str]:
    """Run the command as an operator would, and as if this machine had no ``.env``."""
    nothing = dict.fromkeys([*PROVIDER_VARIABLES, "ETAXE_URL", "RELANCES_URL", "RELANCES_PORT"], "")
    return subprocess.Popen(
        [RELANCES, command],
        env={**os.environ, **nothing, "RELANCES_ETAT": str(state.path.parent), **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def read_until(process: subprocess.Popen[str], word: str) -> str:
    """What it prints, up to the line with the word; all of it when the word never comes."""
    assert process.stdout is not None
    text = ""
    while word not in text and (line := process.stdout.readline()):
        text += line
    return text


def test_up_connects_ones_own_databases_and_leaves_nothing(state: StateFolder, new_database: NewDatabase) -> None:
    relances_url, etaxe_url = new_database("relances_a_soi"), new_database("etaxe_a_soi")
    variables = {
        "RELANCES_URL": relances_url,
        "ETAXE_URL": etaxe_url,
        "VENTIS_MESSAGING_URL": "https://ventis.example/api",
        "KEYCLOAK_MESSAGING_PASSWORD": "mot de passe de keycloak",
    }
    with relances("up", state, variables) as process:
        shown = read_until(process, "Ctrl-C")
        try:
            assert shown.startswith("Monde réel"), shown
            assert state.secrets().password in shown, shown
            assert "mot de passe de keycloak" not in shown
            port = json.loads((state.path / "ports.json").read_text())["interface"]
            with AirflowApi(f"http://{LOOPBACK}:{port}", state.secrets().password) as api:
                api.log_in()
                assert api.has_dag(DAG)
                assert api.connection("etaxe_db") is not None
                assert api.connection("relances_db") is not None
                assert_the_operators_settings_stay(api)
            with psycopg.connect(relances_url) as connection:
                assert connection.execute("SELECT count(*) FROM relances.execution").fetchone() == (0,)
            with psycopg.connect(etaxe_url) as connection:
                assert connection.execute("SELECT to_regclass('contribuable')").fetchone() == (None,)
            assert not (state.logs / "simulateurs.log").exists()
            sessions = recorded_sessions(state)
            assert [bool(session.members()) for session in sessions] == [False] + [True] * 4
        finally:
            process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 0
    assert [session.members() for session in sessions] == [[]] * 5
    assert owner(state) is None


def assert_the_operators_settings_stay(api: AirflowApi) -> None:
    """A start says what .env says, and no more."""
    by_hand = {"rate_per_second": 9, "client_secret": "le secret du client"}
    api.put_connections([Connection("ventis_default", "ventis", extra=by_hand)])
    api.put_connections([Connection("ventis_default", "ventis", host="https://autre.example", extra={"sender": "X"})])
    ventis = api.connection("ventis_default")
    assert ventis is not None
    assert ventis.host == "https://autre.example"
    fields = ventis.fields()
    assert fields.keys() == form_defaults("ventis").keys()
    assert (fields["sender"], fields["rate_per_second"], fields["client_secret"]) == ("X", 9, "***")


def test_a_database_that_does_not_answer_is_one_sentence(state: StateFolder) -> None:
    with relances("up", state, {"RELANCES_URL": "postgresql://agent:motdepasse@127.0.0.1:1/base"}) as process:
        shown = read_until(process, "never printed")
        assert process.wait(timeout=60) == 1

    assert "RELANCES_URL : la base ne répond pas" in shown
    assert "motdepasse" not in shown
    assert "Traceback" not in shown
