"""One owner a folder, components watched, nothing left."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from relances.local.errors import LocalError
from relances.local.ownership import owner, recorded_sessions
from relances.local.processes import is_alive, wait_until
from relances.local.state import StateFolder
from relances.local.supervisor import Supervisor, bring_down

SLEEP = ["/bin/sleep", "600"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('ready', flush=True)\ntime.sleep(600)",
]


@pytest.fixture
def state() -> Iterator[StateFolder]:
    """Where root's PostgreSQL can enter."""
    with tempfile.TemporaryDirectory(prefix="relances-etat-") as folder:
        yield StateFolder(Path(folder) / "demo")


def test_leaving_ends_every_component_and_postgresql(state: StateFolder) -> None:
    with Supervisor(state) as supervisor:
        supervisor.postgres.start()
        component = supervisor.start("dormeur", SLEEP, {})
        assert is_alive(component.process)
        supervisor.check()

    assert not is_alive(component.process)
    assert supervisor.postgres.stop() is False
    assert owner(state) is None


def test_an_error_inside_leaves_nothing_either(state: StateFolder) -> None:
    supervisor = Supervisor(state)

    with pytest.raises(KeyboardInterrupt):
        interrupt_when_ready(supervisor)

    assert recorded_sessions(state) != []
    assert [session.members() for session in recorded_sessions(state)] == [[]]


def interrupt_when_ready(supervisor: Supervisor) -> None:
    with supervisor:
        component = supervisor.start("tetu", STUBBORN, {})
        wait_until(lambda: component.log.exists() and "ready" in component.log.read_text(), 20, "never ready")
        raise KeyboardInterrupt


def test_a_folder_has_one_owner_at_a_time(state: StateFolder) -> None:
    with Supervisor(state):
        assert owner(state) is not None
        with pytest.raises(LocalError, match="tourne déjà avec le dossier"), Supervisor(state):
            pytest.fail("two owners")

    with Supervisor(state):
        assert owner(state) is not None


def test_a_component_that_dies_is_named_with_its_last_words(state: StateFolder) -> None:
    with Supervisor(state) as supervisor:
        supervisor.start("fragile", ["/bin/sh", "-c", "echo plus de memoire; exit 3"], {})

        with pytest.raises(LocalError, match=r"(?s)« fragile » s'est arrêté \(code 3\).*plus de memoire"):
            supervisor.wait_for(lambda: False, 20, "it lived")


def test_a_component_that_dies_is_replaced_where_it_may_be_and_its_children_end(state: StateFolder) -> None:
    said: list[str] = []
    with Supervisor(state, said.append, soon=0) as supervisor:
        first = supervisor.start("worker-1", ["/bin/sh", "-c", "sleep 600 & wait"], {}, replaceable=True)
        wait_until(lambda: len(first.session.members()) == 2, 20, "no child")
        first.process.kill()

        supervisor.wait_for(lambda: bool(said), 20, "nobody noticed")

        (second,) = recorded_sessions(state)
        assert second.members() != []
        assert first.session.members() == []
    assert said[0].startswith("« worker-1 » s'est arrêté (code -9)")


def test_a_component_that_ends_as_it_begins_is_not_begun_again_for_ever(state: StateFolder) -> None:
    with Supervisor(state, soon=600) as supervisor:
        supervisor.start("worker-1", ["/bin/sh", "-c", "echo mal configure; exit 1"], {}, replaceable=True)

        with pytest.raises(LocalError, match=r"(?s)« worker-1 » s'est arrêté \(code 1\).*mal configure"):
            supervisor.wait_for(lambda: False, 20, "it lived")


def test_a_service_that_ends_well_has_ended_all_the_same(state: StateFolder) -> None:
    with Supervisor(state) as supervisor:
        supervisor.start("service", ["/bin/true"], {})

        with pytest.raises(LocalError, match=r"« service » s'est arrêté \(code 0\)"):
            supervisor.wait_for(lambda: False, 20, "it lived")


def test_a_step_may_end_but_not_badly(state: StateFolder) -> None:
    with Supervisor(state) as supervisor:
        supervisor.finish(supervisor.start("etape", ["/bin/true"], {}, meant_to_end=True))
        supervisor.check()

        with pytest.raises(LocalError, match=r"« etape » s'est arrêté \(code 1\)"):
            supervisor.finish(supervisor.start("etape", ["/bin/false"], {}, meant_to_end=True))


def test_the_log_of_the_last_time_is_kept(state: StateFolder) -> None:
    with Supervisor(state) as supervisor:
        for word in ("hier", "aujourd'hui"):
            supervisor.finish(supervisor.start("mot", ["/bin/echo", word], {}, meant_to_end=True))

    assert (state.logs / "mot.precedent.log").read_text() == "hier\n"
    assert (state.logs / "mot.log").read_text() == "aujourd'hui\n"


def test_down_stops_a_supervisor_at_work(state: StateFolder) -> None:
    process, component = start_elsewhere(state, SLEEP)

    assert bring_down(state) is True

    assert process.wait(timeout=30) != 0
    assert not is_alive(component)
    assert bring_down(state) is False


def test_down_ends_what_a_killed_supervisor_left(state: StateFolder) -> None:
    process, component = start_elsewhere(state, STUBBORN)
    process.kill()
    process.wait()
    assert is_alive(component)

    assert bring_down(state) is True

    assert not is_alive(component)
    assert bring_down(state) is False


def test_a_new_start_ends_what_a_killed_supervisor_left(state: StateFolder) -> None:
    process, component = start_elsewhere(state, STUBBORN)
    process.kill()
    process.wait()

    with Supervisor(state):
        assert not is_alive(component)


def test_sessions_of_before_the_machine_restarted_are_forgotten(state: StateFolder) -> None:
    with Supervisor(state) as supervisor:
        supervisor.start("dormeur", SLEEP, {})
        assert len(recorded_sessions(state)) == 1
        file = state.path / "sessions.json"
        file.write_text(json.dumps(json.loads(file.read_text()) | {"boot": "another"}))
        assert recorded_sessions(state) == []
        supervisor.start("dormeur", SLEEP, {})


def start_elsewhere(state: StateFolder, command: list[str]) -> tuple[subprocess.Popen[str], psutil.Process]:
    """A supervisor in another process, with PostgreSQL and one component that is ready."""
    code = (
        "import json, signal, sys, time; from pathlib import Path\n"
        "from relances.local.state import StateFolder; from relances.local.supervisor import Supervisor\n"
        "signal.signal(signal.SIGTERM, signal.default_int_handler)\n"
        "with Supervisor(StateFolder(Path(sys.argv[1]))) as supervisor:\n"
        "    supervisor.postgres.start()\n"
        "    component = supervisor.start('composant', json.loads(sys.argv[2]), {})\n"
        "    ready = lambda: json.loads(sys.argv[2])[0] == '/bin/sleep' or 'ready' in component.log.read_text()\n"
        "    supervisor.wait_for(ready, 20, 'never ready')\n"
        "    print(component.process.pid, flush=True)\n"
        "    time.sleep(600)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(state.path), json.dumps(command)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    with process.stdout as output:
        component = psutil.Process(int(output.readline()))
    return process, component
