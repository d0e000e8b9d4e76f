"""Child processes and sessions: nothing outlives who started it, nothing of others is touched."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest

from relances.local.processes import is_alive, spawn, wait_until
from relances.local.sessions import Session, end


def spawn_python(code: str, folder: Path) -> psutil.Process:
    """Start Python code as a component would be."""
    return spawn([sys.executable, "-c", textwrap.dedent(code)], folder / "log", os.environ, folder=folder)


def wait_for_file(file: Path) -> str:
    wait_until(lambda: file.exists() and file.read_text() != "", 20, f"{file.name} never came")
    return file.read_text()


def test_a_child_dies_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import os, sys, time; from pathlib import Path; from relances.local.processes import spawn\n"
            "folder = Path(sys.argv[1])\n"
            "child = spawn(['/bin/sleep', '600'], folder / 'log', os.environ, folder=folder)\n"
            "(folder / 'pid').write_text(str(child.pid)); time.sleep(600)",
            str(tmp_path),
        ]
    )
    child = psutil.Process(int(wait_for_file(tmp_path / "pid")))

    parent.kill()
    parent.wait()

    wait_until(lambda: not is_alive(child), 10, "the child outlived its parent")


def test_a_command_that_cannot_start_says_why_in_its_log(tmp_path: Path) -> None:
    process = spawn(["/no/such/command"], tmp_path / "log", os.environ, folder=tmp_path)

    assert process.wait(timeout=10) != 0
    assert "FileNotFoundError" in (tmp_path / "log").read_text()


def test_a_component_works_in_its_folder_and_leads_a_session(tmp_path: Path) -> None:
    process = spawn_python("import os; print(os.getcwd(), os.getsid(0) == os.getpid())", tmp_path)

    assert process.wait(timeout=10) == 0
    assert (tmp_path / "log").read_text() == f"{tmp_path} True\n"


def test_a_session_ends_whole_even_orphans_that_hide_and_ignore_us(tmp_path: Path) -> None:
    leader = spawn_python(
        """
        import os, signal, time
        from pathlib import Path
        if os.fork() == 0:
            os.setpgid(0, 0)
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            Path("orphan").write_text(str(os.getpid()))
            time.sleep(600)
        """,
        tmp_path,
    )
    session = Session.led_by(leader.pid)
    orphan = psutil.Process(int(wait_for_file(tmp_path / "orphan")))
    leader.wait(timeout=10)
    assert session.members() == [orphan]

    end([session], grace=0.2)

    assert not is_alive(orphan)
    assert session.members() == []


def test_who_is_asked_has_the_time_to_finish(tmp_path: Path) -> None:
    leader = spawn_python(
        """
        import signal, sys, time
        from pathlib import Path
        def finish(*_):
            time.sleep(0.5)
            Path("finished").write_text("yes")
            sys.exit()
        signal.signal(signal.SIGTERM, finish)
        Path("ready").write_text("yes")
        time.sleep(600)
        """,
        tmp_path,
    )
    session = Session.led_by(leader.pid)
    wait_for_file(tmp_path / "ready")

    end([session], grace=20)

    assert (tmp_path / "finished").read_text() == "yes"


def test_a_number_used_again_is_somebody_else(tmp_path: Path) -> None:
    stranger = spawn_python("import time; time.sleep(600)", tmp_path)
    now = Session.led_by(stranger.pid)
    before = Session(now.leader, now.started - 1)

    end([before], grace=0)

    assert before.members() == []
    assert is_alive(stranger)
    end([now], grace=5)
    assert not is_alive(stranger)


def test_a_session_of_nobody_is_refused() -> None:
    gone = subprocess.Popen(["/bin/true"])
    gone.wait()

    with pytest.raises(ProcessLookupError):
        Session.led_by(gone.pid)


def test_ending_nothing_takes_no_time() -> None:
    begun = time.monotonic()

    end([Session(2**22 - 1, 0)], grace=60)

    assert time.monotonic() - begun < 5


def test_the_signal_at_death_is_the_one_asked_for(tmp_path: Path) -> None:
    child = spawn(["/bin/sleep", "600"], tmp_path / "log", os.environ, folder=tmp_path, signal_at_death=signal.SIGINT)

    child.send_signal(signal.SIGTERM)

    assert child.wait(timeout=10) == -signal.SIGTERM
