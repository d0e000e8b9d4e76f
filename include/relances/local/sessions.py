"""Sessions of processes, and how to end them whole.

Every component leads a session. Its descendants stay in it when they change group, lose their parent or hide
their environment, as Airflow's do; so a session is what is recorded on disk, and what is ended.
"""

import signal
from collections.abc import Iterable
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
        if stat is None or stat.is_dead or stat.session != self.leader or stat.started < self.started:
            return None
        try:
            return psutil.Process(pid)
        except psutil.NoSuchProcess:
            return None


def end(sessions: Iterable[Session], grace: float) -> None:
    """Ask every member to stop, wait ``grace`` seconds at most, then kill until nothing is left."""
    known = list(sessions)
    asked = _members(known)
    _send(asked, signal.SIGTERM)
    psutil.wait_procs(asked, timeout=grace)
    while left := _members(known):
        _send(left, signal.SIGKILL)
        psutil.wait_procs(left, timeout=1)


def _members(sessions: list[Session]) -> list[psutil.Process]:
    return [process for session in sessions for process in session.members()]


def _send(processes: list[psutil.Process], number: signal.Signals) -> None:
    for process in processes:
        try:
            process.send_signal(number)
        except psutil.NoSuchProcess:
            continue


@dataclass(frozen=True, slots=True)
class _Stat:
    """What psutil does not tell of a process: its session, and its start in ticks, which no clock change moves."""

    is_dead: bool
    session: int
    started: int


def _read_stat(pid: int) -> _Stat | None:
    try:
        text = (_PROC / str(pid) / "stat").read_text(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = text.rpartition(")")[2].split()  # the name before may hold spaces and parentheses
    return _Stat(is_dead=fields[0] in {"Z", "X"}, session=int(fields[3]), started=int(fields[19]))
