"""Who runs a state folder, and which sessions it started: what survives on disk when the supervisor does not."""

import fcntl
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import astuple
from pathlib import Path

from relances.local.errors import LocalError
from relances.local.sessions import Session
from relances.local.state import StateFolder, write_private

_BOOT = Path("/proc/sys/kernel/random/boot_id")


@contextmanager
def ownership(state: StateFolder) -> Iterator[None]:
    """Be the only one to run this folder; the kernel gives it back when we die.

    Raises LocalError when somebody else runs it.
    """
    with _lock_file(state).open("a+", encoding="ascii") as file:
        if not _try_lock(file.fileno()):
            raise LocalError(
                f"Relances tourne déjà avec le dossier {state.path} ; « make down » l'arrête, d'où que ce soit."
            )
        os.fchmod(file.fileno(), 0o600)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def owner(state: StateFolder) -> int | None:
    """The process that runs this folder now."""
    if not _lock_file(state).exists():
        return None
    with _lock_file(state).open(encoding="ascii") as file:
        return None if _try_lock(file.fileno()) else int(file.read())


def record_sessions(state: StateFolder, sessions: Iterable[Session]) -> None:
    """Write down what to end, should we be killed before we do it."""
    entry = {"boot": _boot(), "sessions": [astuple(session) for session in sessions]}
    write_private(_sessions_file(state), json.dumps(entry))


def recorded_sessions(state: StateFolder) -> list[Session]:
    """The sessions of the last start, none of which outlives a restart of the machine."""
    file = _sessions_file(state)
    entry = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {"boot": "", "sessions": []}
    return [Session(*numbers) for numbers in entry["sessions"]] if entry["boot"] == _boot() else []


def _boot() -> str:
    return _BOOT.read_text(encoding="ascii")


def _lock_file(state: StateFolder) -> Path:
    return state.path / "supervisor.pid"


def _sessions_file(state: StateFolder) -> Path:
    return state.path / "sessions.json"


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
