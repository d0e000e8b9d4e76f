"""Starts the components of a stack, watches them, and leaves none behind."""

import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from relances.local.errors import LocalError
from relances.local.ownership import owner, ownership, record_sessions, recorded_sessions
from relances.local.postgres import EmbeddedPostgres
from relances.local.processes import STOP_SIGNALS, is_alive, spawn, tail, wait_until
from relances.local.sessions import Session, end
from relances.local.state import StateFolder

_TASKS_GRACE_SECONDS = 8.0
_GRACE_SECONDS = 3.0
_SOON_SECONDS = 10.0  # less than a worker takes to be ready
_OWNER_SECONDS = 90.0  # for the stop of a whole stack, with a database that has much to write


@dataclass(frozen=True, slots=True)
class Component:
    """A program of the stack, leading a session.

    ``meant_to_end``: a step, not a service. ``holds_tasks``: what it runs is to end before the rest does.
    ``replaceable``: the stack goes on while another takes its place.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(repr=False)
    process: psutil.Process
    session: Session
    log: Path
    since: float
    meant_to_end: bool
    holds_tasks: bool
    replaceable: bool

    def has_failed(self) -> bool:
        """Whether it ended when it should not, or badly."""
        return not is_alive(self.process) and not (self.meant_to_end and self._code() == 0)

    def end_in_words(self) -> str:
        """How it ended, in words."""
        return f"« {self.name} » s'est arrêté (code {self._code()})"

    def _code(self) -> int | None:
        # Its first thread may be a zombie while the others still end: its code is there soon, not at once.
        return self.process.wait(_GRACE_SECONDS)

    def failure(self) -> LocalError:
        """The sentence that says how it ended, with the last lines of its log."""
        return LocalError(f"{self.end_in_words()}. Fin de {self.log} :\n{tail(self.log)}")


class Supervisor:
    """Owns a state folder while entered; on leaving, however that happens, everything it started is stopped.

    ``say``: how the operator hears of a component that was replaced; ``soon``: the seconds that it must have lived,
    as another would end as soon.
    """

    def __init__(self, state: StateFolder, say: Callable[[str], None] = print, *, soon: float = _SOON_SECONDS) -> None:
        self.state = state
        self._say = say
        self._soon = soon
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
            # Tasks hand in their results while the others still listen.
            end([component.session for component in self._components if component.holds_tasks], _TASKS_GRACE_SECONDS)
            sweep(self.state)

    def start(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        *,
        meant_to_end: bool = False,
        holds_tasks: bool = False,
        replaceable: bool = False,
    ) -> Component:
        """Start a component; the log of its previous run is kept beside the new one."""
        log = self.state.logs / f"{name}.log"
        if log.exists():
            log.replace(log.with_suffix(".precedent.log"))
        with _signals_held():
            process = spawn(command, log, environment, folder=self.state.path)
            component = Component(
                name,
                command,
                environment,
                process,
                Session.led_by(process.pid),
                log,
                time.monotonic(),
                meant_to_end,
                holds_tasks,
                replaceable,
            )
            self._components.append(component)
            record_sessions(self.state, [known.session for known in self._components])
        return component

    def check(self) -> None:
        """Replace what ended and may be replaced. Raises LocalError with the last words of anything else that ended."""
        for component in [each for each in self._components if each.has_failed()]:
            if not component.replaceable or time.monotonic() - component.since < self._soon:
                raise component.failure()
            self._replace(component)

    def _replace(self, dead: Component) -> None:
        self._say(f"{dead.end_in_words()} ; il est relancé, et ce qu'il a interrompu reprendra.")
        end([dead.session], _TASKS_GRACE_SECONDS)  # its children, who would go on unseen
        self._components.remove(dead)
        self.start(dead.name, dead.command, dead.environment, holds_tasks=dead.holds_tasks, replaceable=True)

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
    """Delay Ctrl-C and the other stop signals until the end of the block."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
