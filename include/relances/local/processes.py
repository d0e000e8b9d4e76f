"""Child processes that cannot outlive this one."""

import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import psutil

from relances.local.errors import LocalError

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Those by which an operator, a terminal or a machine ends a command."""

_TETHER = Path(__file__).with_name("tether.py")
_SIGNALS_TO_RESET = (*STOP_SIGNALS, signal.SIGPIPE)
_POLL_SECONDS = 0.05


def spawn(
    command: Sequence[str],
    log: Path,
    environment: Mapping[str, str],
    *,
    folder: Path,
    signal_at_death: signal.Signals = signal.SIGTERM,
    user: str = "-",
) -> psutil.Process:
    """Start a command in ``folder`` as the leader of a session of its own, its output appended to ``log``.

    It receives ``signal_at_death`` when this process dies, however that happens. ``user``: for root, who to become.
    """
    parent, death = str(os.getpid()), str(int(signal_at_death))
    tether = [sys.executable, "-IS", str(_TETHER), parent, death, str(folder), user]
    pid = os.posix_spawn(
        sys.executable,
        [*tether, *command],
        environment,
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(log), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
        setsigmask=(),
        setsigdef=_SIGNALS_TO_RESET,
    )
    return psutil.Process(pid)


def is_alive(process: psutil.Process) -> bool:
    """A zombie is not alive: nobody has asked for its exit code yet, that is all."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_until(condition: Callable[[], bool], seconds: float, too_late: str, *, every: float = _POLL_SECONDS) -> None:
    """Ask ``every`` so many seconds. Raises LocalError(too_late) after ``seconds``."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise LocalError(too_late)
        time.sleep(every)


def tail(log: Path, lines: int = 20) -> str:
    """The last lines of a log; nothing when it was never written."""
    if not log.is_file():
        return ""
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
