"""A whole demonstration, then a search: no number, name, text or secret of it is anywhere that it should not be.

Where it should be: in the databases of the tax application and of the pipeline (PostgreSQL's own files, whose folder is
its owner's), in the registry of the look-alike providers, and in the files of secrets, each its owner's alone.
Airflow's own database is searched whole: its audit log, the parameters of its runs, XCom, rendered fields and the rest.
"""

import json
import os
import re
import signal
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil
import psycopg
import pytest
from psycopg import sql

from relances.local.airflow_environment import USER
from relances.local.postgres import EmbeddedPostgres
from relances.local.provider_variables import PROVIDER_VARIABLES
from relances.local.state import LOOPBACK, StateFolder
from tests.chat import TOKEN, Chat, running_chat
from tests.support import wait_until

RELANCES = Path(sys.executable).with_name("relances")
TEST_NUMBER = "+24177654321"
OPPOSED, REASON = "066987654", "décès de Zéphirin MAKAYA"
KEPT_ON_PURPOSE = {"messages.jsonl", "secrets.json", "passwords.json"}
_DIGITS = re.compile(r"\d(?:[ .\u00a0\u202f/-]{0,2}\d){7,}")


@dataclass
class Demonstration:
    """One that was played to its end. ``shown``: what it printed; ``processes``: every command line seen meanwhile;
    ``answers``: what the API shows; ``metadata``: Airflow's database, as text.
    """

    state: StateFolder
    shown: str = ""
    processes: set[str] = field(default_factory=set)
    answers: str = ""
    metadata: str = ""
    names: set[str] = field(default_factory=set)
    texts: set[str] = field(default_factory=set)
    tails: set[str] = field(default_factory=set)
    secrets: set[str] = field(default_factory=set)
    alerts: list[str] = field(default_factory=list)

    def found_in(self, text: str) -> list[str]:
        """What of it is in this text."""
        digits = "\n".join(re.sub(r"\D", "", run) for run in _DIGITS.findall(text))
        numbers = [tail for tail in self.tails if tail in digits]
        return numbers + [said for said in self.names | self.texts | self.secrets if said in text]


@pytest.fixture(scope="module")
def played() -> Iterator[Demonstration]:
    with tempfile.TemporaryDirectory(prefix="relances-etat-") as folder, running_chat() as chat:
        state = StateFolder(Path(folder) / "demo")
        demonstration = Demonstration(state)
        nothing = dict.fromkeys([*PROVIDER_VARIABLES, "ETAXE_URL", "RELANCES_URL", "RELANCES_PORT", "AIRFLOW_HOME"], "")
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")},
            **nothing,
            "RELANCES_ETAT": folder,
            "RELANCES_CONTRIBUABLES": "150",
        }
        process = subprocess.Popen(
            [RELANCES, "up"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        over = threading.Event()
        watcher = threading.Thread(target=watch_processes, args=(demonstration.processes, over))
        watcher.start()
        try:
            demonstration.shown = read_until(process, "Ctrl-C")
            assert "Ctrl-C" in demonstration.shown, demonstration.shown
            play(demonstration, chat, environment)
            look(demonstration)
        finally:
            over.set()
            watcher.join()
            process.send_signal(signal.SIGINT)
            demonstration.shown += process.communicate(timeout=120)[0]
        demonstration.alerts = chat.texts()
        yield demonstration


def watch_processes(seen: set[str], over: threading.Event) -> None:
    while not over.wait(0.1):
        for each in psutil.process_iter(["cmdline"]):
            seen.add(" ".join(each.info["cmdline"] or ()))


def read_until(process: "subprocess.Popen[str]", word: str) -> str:
    assert process.stdout is not None
    text = ""
    while word not in text and (line := process.stdout.readline()):
        text += line
    return text


def play(demonstration: Demonstration, chat: Chat, environment: dict[str, str]) -> None:
    """An operator's morning: connections made in the interface, a run, a test message, an opposition, a failure."""
    state = demonstration.state
    url = f"http://{LOOPBACK}:{state.ports()['interface']}"
    with httpx.Client(base_url=url, trust_env=False, timeout=60) as api:
        password = state.secrets().password
        token = api.post("/auth/token", json={"username": USER, "password": password}).json()["access_token"]
        api.headers["Authorization"] = f"Bearer {token}"
        alertes = {"connection_id": "alertes", "conn_type": "chat_webhook", "password": chat.address + TOKEN}
        api.post("/api/v2/connections", json=alertes).raise_for_status()
        ventis = api.get("/api/v2/connections/ventis_default").raise_for_status().json()
        extra = json.loads(ventis["extra"]) | {"secret_test_number": TEST_NUMBER}
        body = {"connection_id": "ventis_default", "conn_type": "ventis", "extra": json.dumps(extra)}
        api.patch("/api/v2/connections/ventis_default", params={"update_mask": ["extra"]}, json=body).raise_for_status()

        assert run(api, "relances_quotidiennes", {}) == "success"
        assert run(api, "relances_message_test", {"fournisseur": "ventis"}) == "success"
        typed = subprocess.run(
            [RELANCES, "opposition", "ajouter", "--telephone", "--motif"],
            env=environment,
            input=f"{OPPOSED}\n{REASON}\n",
            capture_output=True,
            text=True,
            check=False,
        )
        assert typed.returncode == 0, typed.stderr
        demonstration.shown += typed.stdout + typed.stderr
        assert run(api, "relances_quotidiennes", {"limite": 1, "date_relance": "1990-01-01"}) in {"failed", "success"}
        demonstration.answers = "\n".join(
            api.get(path).raise_for_status().text
            for path in (
                "/api/v2/connections",
                "/api/v2/eventLogs?limit=1000",
                "/api/v2/dags/~/dagRuns",
                "/api/v2/dags/~/dagRuns/~/taskInstances?limit=1000",
                "/api/v2/dags/~/dagRuns/~/taskInstances/~/xcomEntries",
            )
        )
        demonstration.secrets = {token, TOKEN, "T0SECRET", REASON, "MAKAYA"}


def run(api: httpx.Client, dag_id: str, conf: dict[str, object]) -> str:
    """The state in which a run ends."""
    api.patch(f"/api/v2/dags/{dag_id}", json={"is_paused": False}).raise_for_status()
    asked = api.post(f"/api/v2/dags/{dag_id}/dagRuns", json={"logical_date": None, "conf": conf})
    run_id = asked.raise_for_status().json()["dag_run_id"]
    state = ""

    def ended() -> bool:
        nonlocal state
        state = api.get(f"/api/v2/dags/{dag_id}/dagRuns/{run_id}").raise_for_status().json()["state"]
        return state in {"success", "failed"}

    wait_until(ended, f"the end of {dag_id}", patience=400)
    return state


def look(demonstration: Demonstration) -> None:
    """What there is to hide, and Airflow's database as it is at the end."""
    state, server = demonstration.state, EmbeddedPostgres(demonstration.state.postgres)
    secrets = json.loads((state.path / "secrets.json").read_text())
    demonstration.secrets |= {secret for name, secret in secrets.items() if name != "password"}
    messages = [json.loads(line) for line in (state.path / "messages.jsonl").read_text().splitlines()]
    demonstration.texts = {message["text"] for message in messages if len(message["text"]) > 60}
    numbers = {re.sub(r"\D", "", message["to"]) for message in messages} | {"24166987654", TEST_NUMBER[1:]}
    demonstration.tails = {number[-8:] for number in numbers}
    with psycopg.connect(server.url("etaxe")) as etaxe:
        people = etaxe.execute("SELECT concat_ws(' ', prenom, nom), concat_ws(' ', nom, prenom) FROM contribuable")
        demonstration.names = {name for person in people for name in person if name and len(name) > 5}
    with psycopg.connect(server.url("airflow")) as airflow:
        tables = airflow.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        rows = (
            str(row[0])
            for (table,) in tables
            for row in airflow.execute(sql.SQL("SELECT t::text FROM {} AS t").format(sql.Identifier(table)))
        )
        demonstration.metadata = "\n".join(rows)


def test_the_demonstration_had_something_to_hide(played: Demonstration) -> None:
    assert len(played.tails) > 30
    assert len(played.texts) > 30
    assert len(played.names) > 100
    assert "relances_message_test" in played.metadata
    assert "secret_test_number" in played.metadata
    assert any(("task" in line and "supervis" in line) or "scheduler" in line for line in played.processes)
    assert played.found_in(f"Mme {next(iter(played.names))}, 0{next(iter(played.tails))[:2]} {TOKEN}")


def test_airflow_s_own_database_says_nothing_of_it(played: Demonstration) -> None:
    assert played.found_in(played.metadata) == []


def test_what_the_api_shows_says_nothing_of_it(played: Demonstration) -> None:
    assert "alertes" in played.answers
    assert played.found_in(played.answers) == []


def test_what_is_printed_and_told_says_nothing_of_it(played: Demonstration) -> None:
    assert played.found_in(played.shown) == []
    assert played.found_in("\n".join(played.alerts)) == []


def test_no_command_line_says_anything_of_it(played: Demonstration) -> None:
    assert played.found_in("\n".join(played.processes)) == []


def test_no_file_but_its_own_says_anything_of_it(played: Demonstration) -> None:
    found = {
        str(file.relative_to(played.state.path)): played.found_in(file.read_bytes().decode(errors="replace"))[:3]
        for file in files(played.state)
        if file.name not in KEPT_ON_PURPOSE and not file.is_relative_to(played.state.postgres)
    }
    assert len(found) > 20
    assert {name: said for name, said in found.items() if said} == {}


def test_no_file_is_anybody_else_s_to_read(played: Demonstration) -> None:
    readable = [
        str(file.relative_to(played.state.path))
        for file in files(played.state)
        if stat.S_IMODE(file.stat().st_mode) & 0o066
    ]
    assert readable == []


def files(state: StateFolder) -> list[Path]:
    return [path for path in state.path.rglob("*") if path.is_file() and not path.is_symlink()]
