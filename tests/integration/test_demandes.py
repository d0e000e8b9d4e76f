"""What a command asks for: at a terminal or on the standard input, and never by its arguments."""

import io
import os
import pty
import signal
import stat
import subprocess
import sys
from pathlib import Path

import psutil
import psycopg
import pytest

from relances.cli.questions import ask
from relances.local.processes import wait_until
from relances.rules.errors import Blocked
from tests.integration import asked as oppositions
from tests.integration.world import ask as rows_of
from tests.support import one_sentence

PIPELINE = [sys.executable, "-W", "ignore", "-m", "relances.cli"]
LOCAL = [sys.executable, "-W", "ignore", "-c", "import sys; from relances.local.cli import main; sys.exit(main())"]
pytestmark = pytest.mark.usefixtures("connect")
WAITING = "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
NUMBER, REASON = "066123456", "décès de ONDO"


@pytest.fixture(autouse=True)
def only_these_connections(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AIRFLOW_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("RELANCES_ETAT", str(tmp_path / "etat"))


def opposed(url: str) -> list[tuple[object, ...]]:
    rows = rows_of(url, "SELECT DISTINCT telephone, motif FROM relances.numero_signale WHERE etat = 'opposition'")
    return [tuple(row.values()) for row in rows]


def test_values_that_are_asked_for_come_one_a_line_from_the_standard_input(relances_url: str) -> None:
    done = subprocess.run(
        [*LOCAL, "opposition", "ajouter", "--telephone", "--motif"],
        input=f"{NUMBER}\n{REASON}\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "+241••••3456 est en opposition" in done.stdout
    assert opposed(relances_url) == [("24166123456", REASON)]
    assert NUMBER not in done.stdout + done.stderr


def test_at_a_terminal_each_is_asked_for_and_no_process_shows_it(relances_url: str) -> None:
    officer, terminal = pty.openpty()
    command = [*LOCAL, "opposition", "ajouter", "--telephone", "--motif"]
    with psycopg.connect(relances_url) as other, psycopg.connect(relances_url, autocommit=True) as watch:
        other.execute("LOCK TABLE relances.numero_signale")  # keeps the command there while it is looked at
        with subprocess.Popen(command, stdin=terminal, stdout=terminal, stderr=terminal) as process:
            os.close(terminal)
            os.write(officer, f"{NUMBER}\n{REASON}\n".encode())
            wait_until(lambda: watch.execute(WAITING).fetchone() is not None, 60, "the command does not wait")
            family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
            shown = "\n".join(" ".join(member.cmdline()) for member in family)
            other.rollback()
            said = read_all(officer)
    assert process.returncode == 0
    assert len(family) > 1
    assert "relances.cli" in shown
    assert NUMBER not in shown
    assert "ONDO" not in shown
    assert "Numéro : " in said
    assert "Motif : " in said
    assert opposed(relances_url) == [("24166123456", REASON)]


def test_nothing_given_is_no_number(relances_url: str) -> None:
    done = subprocess.run(
        [*PIPELINE, "reactiver"], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "ce n'est le numéro d'aucun fournisseur" in done.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGKILL])
def test_a_list_that_is_interrupted_leaves_nothing_behind(
    relances_url: str, tmp_path: Path, number: signal.Signals
) -> None:
    folder = tmp_path / "listes"
    folder.mkdir()
    with psycopg.connect(relances_url) as other, psycopg.connect(relances_url, autocommit=True) as watch:
        other.execute("LOCK TABLE relances.opposition")
        with subprocess.Popen([*PIPELINE, "opposition", "lister", f"--csv={folder / 'liste.csv'}"]) as process:
            wait_until(lambda: watch.execute(WAITING).fetchone() is not None, 60, "the command does not wait")
            process.send_signal(number)
            other.rollback()
        assert process.returncode == (-number if number is signal.SIGKILL else 130)
    assert list(folder.iterdir()) == []


def test_a_list_takes_the_place_of_another_that_others_may_read(relances_url: str, tmp_path: Path) -> None:
    target, link = tmp_path / "autre.csv", tmp_path / "liste.csv"
    target.write_text("autre chose")
    link.symlink_to(target)
    for file in (link, target):
        file.chmod(0o644)
        assert oppositions.listing(file).startswith("0 opposition")
        assert stat.S_IMODE(file.lstat().st_mode) == 0o600
        if file is link:
            assert target.read_text() == "autre chose"


@pytest.mark.parametrize("line", [b"9" * 9_000, b"999\xff\n"])
def test_what_is_no_line_of_text_is_refused(line: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(line)))
    with pytest.raises(Blocked, match="ce n'est pas une ligne de texte") as refusal:
        ask("Numéro")
    assert "999" not in one_sentence(refusal.value)


def read_all(terminal: int) -> str:
    """What was shown there, until nobody writes there any more."""
    shown = b""
    while True:
        try:
            more = os.read(terminal, 65_536)
        except OSError:  # the other end is closed
            more = b""
        if not more:
            os.close(terminal)
            return shown.decode()
        shown += more
