"""Sessions of processes, and how to end them whole.

Every component leads a session. Its descendants stay in it when they change group, lose their parent or hide
their environment, as Airflow's do; so a session is what is recorded on disk, and what is ended.
"""

import signal
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

_PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Session:
    """The number of its leader and when that one started, in clock ticks since the machine did."""

    leader: int
    started: int

    @classmethod
    def led_by(cls, pid: int) -> "Session":
        """The session that this process leads, or is about to. Raises ProcessLookupError when it is gone."""
        stat = _read_stat(pid)
        if stat is None:
            raise ProcessLookupError(pid)
        return cls(pid, stat.started)

    def members(self) -> list[psutil.Process]:
        """Its living processes, of which the leader need not be one."""
        leader = _read_stat(self.leader)
        if leader is not None and leader.started != self.started:
            return []  # the number belongs to somebody else by now
        return [process for pid in psutil.pids() if (process := self._living_member(pid)) is not None]

    def _living_member(self, pid: int) -> psutil.Process | None:
        stat = _read_stat(pid)
        if stat is None or stat.is_dead or stat.started < self.started:
            return None
        if self.leader not in {pid, stat.session}:  # a leader just born is not in its session yet
            return None
        try:
            return psutil.Process(pid)
        except psutil.NoSuchProcess:
            return None


def end(sessions: Iterable[Session], grace: float) -> None:
    """Ask to stop, wait ``grace`` seconds at most, then kill until nothing is left.

    Leaders of process groups are asked, who tell their own: a scheduler whose workers die first waits for them.
    """
    known = list(sessions)
    living = _members(known)
    if _send([process for process in living if _leads_group(process)], signal.SIGTERM):
        psutil.wait_procs(living, timeout=grace)
    while left := _members(known):
        _send(left, signal.SIGKILL)
        psutil.wait_procs(left, timeout=1)


def _members(sessions: list[Session]) -> list[psutil.Process]:
    return [process for session in sessions for process in session.members()]


def _leads_group(process: psutil.Process) -> bool:
    stat = _read_stat(process.pid)
    return stat is not None and stat.group == process.pid


def _send(processes: list[psutil.Process], number: signal.Signals) -> int:
    sent = 0
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(number)
            sent += 1
    return sent


@dataclass(frozen=True, slots=True)
class _Stat:
    """What psutil does not tell of a process. ``started``: in ticks since the machine did, which no clock moves."""

    is_dead: bool
    group: int
    session: int
    started: int


def _read_stat(pid: int) -> _Stat | None:
    try:
        text = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = text.rpartition(")")[2].split()  # the name before may hold spaces and parentheses
    return _Stat(fields[0] in {"Z", "X"}, group=int(fields[2]), session=int(fields[3]), started=int(fields[19]))
