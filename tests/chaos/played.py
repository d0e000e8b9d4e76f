"""What a scenario leaves behind, to be judged."""

import os
import signal
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from tests.chaos.scenario import Scenario, Who
from tests.chaos.ways import Victim, Way
from tests.integration.world import Row


@dataclass(slots=True)
class Worker:
    """A process that sends or reconciles, and its own ways. ``started``: Unix seconds, before it did anything.

    ``disturbed``: killed, frozen or cut off: the calls it had in flight may be doubts. ``pid_file``: where the process
    that does the work is named, when it is not this one.
    """

    name: str
    who: Who | None
    process: ForkServerProcess
    victim: Victim
    ways: list[Way]
    started: float
    pid_file: Path | None = None
    frozen: bool = False
    disturbed: bool = False

    @property
    def alive(self) -> bool:
        return self.process.is_alive() or self.orphan is not None

    @property
    def orphan(self) -> int | None:
        """The process that a supervisor started, while it runs."""
        if self.pid_file is None or not self.pid_file.exists():
            return None
        pid = int(self.pid_file.read_text())
        with suppress(FileNotFoundError, ProcessLookupError):
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
            return pid if state != "Z" else None
        return None

    def signal(self, number: signal.Signals) -> None:
        if self.process.is_alive() and self.process.pid is not None:
            with suppress(ProcessLookupError):
                os.kill(self.process.pid, number)


@dataclass(slots=True)
class Played:
    """``broken``: what was seen to be wrong while it ran. ``missing``: blows and events that never came.

    ``paid``, ``opposed``: when, in Unix seconds, each contribuable did. ``stops``: from when until when nothing may
    start. ``moved_again``: calls and changes when the same day was sent once more.
    """

    scenario: Scenario
    url: str
    log_file: Path
    staged: int = 0
    ledger: list[Row] = field(default_factory=list)
    happened: Counter[str] = field(default_factory=Counter)
    fired: Counter[str] = field(default_factory=Counter)
    missing: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    workers: list[Worker] = field(default_factory=list)
    paid: dict[str, float] = field(default_factory=dict)
    opposed: dict[str, float] = field(default_factory=dict)
    stops: list[tuple[float, float]] = field(default_factory=list)
    balances: int = 0
    passes: int = 0
    seconds: float = 0.0
    moved_again: int = 0
    tokens: int = 0

    @property
    def alive(self) -> list[Worker]:
        return [worker for worker in self.workers if worker.alive]

    def log(self) -> str:
        """The last words of its processes."""
        return self.log_file.read_text(errors="replace")[-4000:] if self.log_file.exists() else ""
