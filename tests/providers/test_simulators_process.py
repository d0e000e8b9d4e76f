"""The simulators as a process: ready line, port file, clean end, a ledger that outlives it."""

import json
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from simulators.entry import Entry

PATIENCE_SECONDS = 20
COMMAND = [sys.executable, "-m", "simulators"]
LOGIN = {
    "grant_type": "password",
    "client_id": "api-messaging",
    "username": "simulateur",
    "password": "simulateur",
}


@contextmanager
def running(*options: str | Path) -> Iterator[tuple[subprocess.Popen[str], httpx.Client]]:
    """A started process and a client of it; it is killed if the test leaves it alive."""
    command = [*COMMAND, *map(str, options)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            ready, _, url = process.stdout.readline().strip().partition(" : ")
            assert ready == "Simulateurs prêts"
            with httpx.Client(base_url=url, timeout=10) as http:
                yield process, http
        finally:
            process.kill()


def send(http: httpx.Client, text: str, *, to: str = "24166123456", sender: str = "VENTIS") -> httpx.Response:
    token = http.post("/realms/Messaging/protocol/openid-connect/token", data=LOGIN).json()["access_token"]
    body = {"to": to, "sender": sender, "isOTP": False, "message": text}
    return http.post("/messaging/api/v1/message", json=body, headers={"Authorization": f"Bearer {token}"})


def end(process: subprocess.Popen[str], signum: signal.Signals) -> tuple[int, str]:
    process.send_signal(signum)
    _, errors = process.communicate(timeout=PATIENCE_SECONDS)
    return process.returncode, errors


def wait_for_a_line(ledger: Path) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not ledger.read_bytes() and time.monotonic() < deadline:
        time.sleep(0.01)


def texts(http: httpx.Client) -> list[str]:
    return [entry["text"] for entry in http.get("/ledger").json()["entries"]]


def test_its_ledger_is_its_owner_s_alone_an_older_one_too(tmp_path: Path) -> None:
    ledger = tmp_path / "registre.jsonl"
    ledger.touch()
    ledger.chmod(0o644)
    with running("--ledger", ledger):
        assert stat.S_IMODE(ledger.stat().st_mode) == 0o600


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly_and_the_ledger_is_kept(tmp_path: Path, signum: signal.Signals) -> None:
    ledger = tmp_path / "registre.jsonl"
    with running("--ledger", ledger) as (process, http):
        send(http, "un")
        send(http, "deux")
        assert end(process, signum) == (0, "")
    assert [json.loads(line)["text"] for line in ledger.read_text().splitlines()] == ["un", "deux"]
    with running("--ledger", ledger) as (_, http):
        send(http, "trois")
        assert texts(http) == ["un", "deux", "trois"]


def test_it_ends_while_a_client_waits_for_an_answer_that_never_comes(tmp_path: Path) -> None:
    ledger = tmp_path / "registre.jsonl"
    with running("--ledger", ledger) as (process, http):
        http.timeout = httpx.Timeout(10, read=0.2)
        with pytest.raises(httpx.ReadTimeout):
            send(http, "un", to="24166000408")
        assert end(process, signal.SIGTERM) == (0, "")
    assert len(ledger.read_text().splitlines()) == 1


def test_entries_reach_the_file_without_waiting_for_the_end_so_a_crash_keeps_them(tmp_path: Path) -> None:
    ledger = tmp_path / "registre.jsonl"
    with running("--ledger", ledger) as (process, http):
        send(http, "un")
        wait_for_a_line(ledger)
        process.kill()
    with ledger.open("ab") as torn:
        torn.write(b'{"seq":2,"uuid":"')
    with running("--ledger", ledger) as (process, http):
        send(http, "deux")
        assert texts(http) == ["un", "deux"]
        assert end(process, signal.SIGTERM)[0] == 0
    assert [json.loads(line)["seq"] for line in ledger.read_text().splitlines()] == [1, 2]


def test_an_emptied_ledger_is_empty_on_disk_too(tmp_path: Path) -> None:
    ledger = tmp_path / "registre.jsonl"
    with running("--ledger", ledger) as (process, http):
        send(http, "un")
        wait_for_a_line(ledger)
        send(http, "encore")
        http.delete("/ledger")
        assert ledger.read_bytes() == b""
        send(http, "deux")
        assert end(process, signal.SIGTERM)[0] == 0
    lines = [json.loads(line) for line in ledger.read_text().splitlines()]
    assert [(line["seq"], line["text"]) for line in lines] == [(1, "deux")]
    assert lines[0].keys() == set(Entry.__struct_fields__)


def test_the_port_file_tells_the_port(tmp_path: Path) -> None:
    port_file = tmp_path / "port"
    with running("--port", "0", "--port-file", port_file) as (_, http):
        assert int(port_file.read_text()) == http.base_url.port


def test_options_shape_the_keycloak_look_alike() -> None:
    secret = ("--client-secret", "s3cret-de-test")
    with running("--realm", "Autre", *secret, "--token-seconds", "9", "--generation", "19") as (_, http):
        path = "/realms/Autre/protocol/openid-connect/token"
        refusal = http.post(path, data=LOGIN).json()
        token = http.post(path, data=LOGIN | {"client_secret": "s3cret-de-test"}).json()
    assert refusal["error_description"] == "Client secret not provided in request"
    assert token["expires_in"] == 9


def test_options_shape_the_faults_and_the_senders(tmp_path: Path) -> None:
    faults = tmp_path / "fautes.json"
    faults.write_text('{"latency": {"min_ms": 1}, "rules": [{"fault": "reset_after", "count": 1}]}')
    with running("--faults", faults, "--latency-ms", "2-3", "--sender", "MAIRIE") as (_, http):
        assert send(http, "Bonjour").json()[0]["statusCode"] == 1003
        with pytest.raises(httpx.ReadError):
            send(http, "Bonjour", sender="MAIRIE")
        report = http.get("/faults").json()
    assert (report["latency"]["min_ms"], report["latency"]["max_ms"]) == (2, 3)
    assert [(rule["rule"]["fault"], rule["fired"]) for rule in report["rules"]] == [("reset_after", 1)]


@pytest.mark.parametrize(("seconds", "status"), [("0", "delivered"), ("3600", "queued")])
def test_an_option_says_how_long_messages_are_on_their_way(seconds: str, status: str) -> None:
    account = "AC" + "0" * 32
    form = {"To": "whatsapp:+24166123456", "From": "whatsapp:+24111000000", "Body": "Bonjour"}
    with running("--delivery-seconds", seconds) as (_, http):
        http.auth = httpx.BasicAuth(account, "simulateur")
        created = http.post(f"/2010-04-01/Accounts/{account}/Messages.json", data=form).json()
        assert http.get(created["uri"]).json()["status"] == status


def refused(*options: str | Path) -> str:
    """What it says when it cannot start."""
    command = [*COMMAND, *map(str, options)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)
    assert run.returncode == 1
    assert run.stdout == ""
    return run.stderr


@pytest.mark.parametrize("content", ["rien à voir\n", "rien à voir", '{"seq":1}\n', '{"autre":1}'])
def test_a_ledger_that_is_not_one_is_left_alone(tmp_path: Path, content: str) -> None:
    ledger = tmp_path / "notes.txt"
    ledger.write_text(content)
    message = refused("--ledger", ledger)
    assert f"Le registre {ledger} est illisible" in message
    assert message.count("\n") == 1
    assert ledger.read_text() == content


def test_a_wrong_plan_of_faults_is_named(tmp_path: Path) -> None:
    faults = tmp_path / "fautes.json"
    faults.write_text('{"rules": [{"fault": "inconnue"}]}')
    message = refused("--faults", faults)
    assert "Plan de fautes refusé" in message
    assert message.count("\n") == 1


def test_a_port_in_use_is_named() -> None:
    with running() as (_, http):
        message = refused("--port", str(http.base_url.port))
    assert str(http.base_url.port) in message
    assert message.count("\n") == 1


def test_another_host_requires_a_control_token() -> None:
    assert "--control-token" in refused("--host", "0.0.0.0")  # noqa: S104 - refused, that is the point
