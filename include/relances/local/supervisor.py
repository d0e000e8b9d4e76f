"""Starts the components of a stack, watches them, and leaves none behind."""

import os
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from relances.local.errors import LocalError
from relances.local.ownership import owner, ownership, record_sessions, recorded_sessions
from relances.local.postgres import EmbeddedPostgres
from relances.local.processes import is_alive, spawn, tail, wait_until
from relances.local.sessions import Session, end
from relances.local.state import StateFolder

SCHEDULER = "scheduler"
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_TASKS_GRACE_SECONDS = 8.0
_GRACE_SECONDS = 3.0
_OWNER_SECONDS = 90.0  # for the stop of a whole stack, with a database that has much to write


@dataclass(frozen=True, slots=True)
class Component:
    """A program of the stack, leading a session. ``meant_to_end``: a step, not a service."""

    name: str
    process: psutil.Process
    session: Session
    log: Path
    meant_to_end: bool

    def has_failed(self) -> bool:
        """Whether it ended when it should not, or badly."""
        return not is_alive(self.process) and not (self.meant_to_end and self.process.wait(timeout=0) == 0)

    def failure(self) -> LocalError:
        """The sentence that says so, with the last words of its log."""
        code = self.process.wait(timeout=0)
        return LocalError(f"« {self.name} » s'est arrêté (code {code}). Fin de {self.log} :\n{tail(self.log)}")


class Supervisor:
    """Owns a state folder while entered; on leaving, however that happens, everything it started is stopped."""

    def __init__(self, state: StateFolder) -> None:
        self.state = state
        self.postgres = EmbeddedPostgres(state.postgres)
        self._components: list[Component] = []
        self._ownership = ExitStack()

    def __enter__(self) -> Self:
        """Raises LocalError when somebody else runs this folder."""
        self.state.create()
        self._ownership.enter_context(ownership(self.state))
        sweep(self.state)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with self._ownership, _signals_held():
            # The scheduler leads the tasks: they hand in their results while the others still listen.
            leaders = [component.session for component in self._components if component.name == SCHEDULER]
            end(leaders, _TASKS_GRACE_SECONDS)
            sweep(self.state)

    def start(
        self, name: str, command: Sequence[str], environment: Mapping[str, str], *, meant_to_end: bool = False
    ) -> Component:
        """Start a component; the log of its previous run is kept beside the new one."""
        log = self.state.logs / f"{name}.log"
        if log.exists():
            log.replace(log.with_suffix(".precedent.log"))
        with _signals_held():
            process = spawn(command, log, environment, folder=self.state.path)
            component = Component(name, process, Session.led_by(process.pid), log, meant_to_end)
            self._components.append(component)
            record_sessions(self.state, [known.session for known in self._components])
        return component

    def check(self) -> None:
        """Raises LocalError with the last words of a component that ended."""
        for component in self._components:
            if component.has_failed():
                raise component.failure()

    def finish(self, step: Component) -> None:
        """Wait for a step that is meant to end. Raises LocalError when it fails."""
        while is_alive(step.process):
            psutil.wait_procs([step.process], timeout=0.2)
            self.check()

    def wait_for(self, condition: Callable[[], bool], seconds: float, too_late: str, *, every: float = 0.1) -> None:
        """Wait while all components live. Raises LocalError when one ends, or after ``seconds``."""

        def alive_and_met() -> bool:
            self.check()
            return condition()

        wait_until(alive_and_met, seconds, too_late, every=every)


def bring_down(state: StateFolder) -> bool:
    """Stop whoever runs this folder, and what a killed one left. Returns whether there was anything to stop."""
    supervisor = owner(state)
    if supervisor is not None:
        os.kill(supervisor, signal.SIGTERM)
        wait_until(
            lambda: owner(state) is None,
            _OWNER_SECONDS,
            f"Le processus {supervisor} ne s'arrête pas ; « kill -9 {supervisor} », puis « make down » à nouveau.",
        )
    return sweep(state) or supervisor is not None


def sweep(state: StateFolder) -> bool:
    """End the recorded sessions, then PostgreSQL. Returns whether any was alive."""
    sessions = recorded_sessions(state)
    found = any(session.members() for session in sessions)
    end(sessions, _GRACE_SECONDS)
    return EmbeddedPostgres(state.postgres).stop() or found


@contextmanager
def _signals_held() -> Iterator[None]:
    """Let Ctrl-C and its kin wait for the end of the block."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
