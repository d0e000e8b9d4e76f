"""``relances up`` with databases of one's own: a real Airflow, connected to them, and nothing left behind."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import jwt
import psycopg
import pytest

from relances.local.airflow_api import AirflowApi
from relances.local.airflow_environment import USER
from relances.local.connections import Connection
from relances.local.ownership import owner, recorded_sessions
from relances.local.postgres import EmbeddedPostgres
from relances.local.provider_variables import PROVIDER_VARIABLES
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


def relances(command: str, state: StateFolder, variables: dict[str, str], *words: str) -> subprocess.Popen[str]:
    """Run the command as an operator would, and as if this machine had no ``.env`` and no other Airflow."""
    nothing = dict.fromkeys([*PROVIDER_VARIABLES, "ETAXE_URL", "RELANCES_URL", "RELANCES_PORT", "AIRFLOW_HOME"], "")
    return subprocess.Popen(
        [RELANCES, command, *words],
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


def printed(command: str, state: StateFolder, variables: dict[str, str], *words: str) -> str:
    """Everything a command prints, to its end."""
    with relances(command, state, variables, *words) as process:
        return process.communicate(timeout=120)[0]


def test_up_connects_ones_own_databases_and_leaves_nothing(
    state: StateFolder, new_database: NewDatabase, tmp_path: Path
) -> None:
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
            url = f"http://{LOOPBACK}:{port}"
            with AirflowApi(url, state.secrets().password) as api:
                api.log_in()
                assert api.has_dag(DAG)
                assert api.connection("etaxe_db") is not None
                assert api.connection("relances_db") is not None
                assert_the_operators_settings_stay(api)
                assert_a_file_of_variables_becomes_connections(state, api, tmp_path / "guides.env")
            assert_the_pages_of_the_checks_are_for_who_may_see_the_run(state, url)
            shown = printed("diagnostic", state, {})
            assert f"Connexions : l'Airflow qui tourne ({state.path})." in shown
            assert "twilio_default\n  ✔ champs" in shown
            with psycopg.connect(relances_url) as connection:
                assert connection.execute("SELECT count(*) FROM relances.execution").fetchone() == (0,)
            with psycopg.connect(etaxe_url) as connection:
                assert connection.execute("SELECT to_regclass('contribuable')").fetchone() == (None,)
            assert not (state.logs / "simulateurs.log").exists()
            sessions = recorded_sessions(state)
            assert [bool(session.members()) for session in sessions] == [False] + [True] * 5
        finally:
            process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 0
    assert [session.members() for session in sessions] == [[]] * 6
    assert owner(state) is None
    assert_a_stack_at_rest_is_read_and_left_at_rest(state, relances_url)


def assert_the_operators_settings_stay(api: AirflowApi) -> None:
    """A start says what .env says, and no more."""
    by_hand: dict[str, str | int | float | bool] = {"rate_per_second": 9, "client_secret": "le secret du client"}
    api.put_connections([Connection("ventis_default", "ventis", extra=by_hand)])
    api.put_connections([Connection("ventis_default", "ventis", host="https://autre.example", extra={"sender": "X"})])
    ventis = api.connection("ventis_default")
    assert ventis is not None
    assert ventis.host == "https://autre.example"
    fields = ventis.fields()
    assert fields.keys() == form_defaults("ventis").keys()
    assert (fields["sender"], fields["rate_per_second"], fields["client_secret"]) == ("X", 9, "***")


def assert_a_file_of_variables_becomes_connections(state: StateFolder, api: AirflowApi, file: Path) -> None:
    """And the remarks on the file say no value."""
    sid = "AC" + "0" * 32
    file.write_text(f"TWILIO_ACCOUNT_SID = {sid}\nTWILIO_AUTH_TOKEN=jeton\nTWILIO_SANDBOX_NUMBER=+24111000000\n")
    shown = printed("connexions", state, {}, "--depuis-env", str(file))
    assert "ligne 1, TWILIO_ACCOUNT_SID : espaces autour de = ôtés" in shown
    assert "Écrites dans Airflow : twilio_default." in shown
    assert sid not in shown
    twilio = api.connection("twilio_default")
    assert twilio is not None
    assert twilio.fields()["sender"] == "+24111000000"


def assert_the_pages_of_the_checks_are_for_who_may_see_the_run(state: StateFolder, url: str) -> None:
    """By Airflow's own rights; and no page calls for another's script, nor says whence one comes."""
    page = "passage-essai/validations/creance_a_valider/un/1/lot.html"
    file = state.data_docs / page
    file.parent.mkdir(parents=True)
    file.write_text("<p>page</p>")
    with httpx.Client(base_url=url, trust_env=False) as client:
        password = state.secrets().password
        token = client.post("/auth/token", json={"username": USER, "password": password}).json()["access_token"]
        nobody = without_role(token, state.secrets().jwt_secret)

        def answer(path: str, token: str | None = token) -> httpx.Response:
            headers = {} if token is None else {"Authorization": f"Bearer {token}"}
            return client.get(f"/controles/{path}", headers=headers)

        assert [answer(page, who).status_code for who in (None, nobody, token)] == [401, 403, 200]
        assert answer("passage-inconnu").status_code == 404
        for served in (answer(page), answer("passage-essai")):
            assert served.headers["Content-Security-Policy"].startswith("default-src 'none'; ")
            assert "script-src" not in served.headers["Content-Security-Policy"]
            assert served.headers["Referrer-Policy"] == "no-referrer"
            assert served.headers["X-Content-Type-Options"] == "nosniff"
        assert answer(page).text == "<p>page</p>"
        assert f'href="{page}"' in answer("passage-essai").text
        assert answer("passage-essai/").headers["location"] == "/controles/passage-essai"


def without_role(token: str, secret: str) -> str:
    """The token of someone who has logged in and may see nothing."""
    said = jwt.decode(token, options={"verify_signature": False})
    algorithm = jwt.get_unverified_header(token)["alg"]
    return jwt.encode({**said, "sub": "personne", "role": None}, secret, algorithm)


def assert_a_stack_at_rest_is_read_and_left_at_rest(state: StateFolder, relances_url: str) -> None:
    """What it holds, with the given variables over it, as the next start would have it."""
    shown = printed("diagnostic", state, {"RELANCES_URL": relances_url})
    assert f"l'Airflow à l'arrêt ({state.path})" in shown
    assert "relances_db\n  ✔ accès" in shown
    assert "twilio_default\n  ✔ champs" in shown
    assert not EmbeddedPostgres(state.postgres).stop()
    assert owner(state) is None


def test_a_database_that_does_not_answer_is_one_sentence(state: StateFolder) -> None:
    with relances("up", state, {"RELANCES_URL": "postgresql://agent:motdepasse@127.0.0.1:1/base"}) as process:
        shown = read_until(process, "never printed")
        assert process.wait(timeout=60) == 1

    assert "RELANCES_URL : base relances_db injoignable : aucun PostgreSQL n'y répond" in shown
    assert "motdepasse" not in shown
    assert "Traceback" not in shown
