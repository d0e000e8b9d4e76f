"""``relances diagnostic``, ``envoyer-test`` and ``reactiver``: over the connections of the Dags, without a run."""

import subprocess
import sys
from collections.abc import Sequence
from typing import Final

from relances.local.console import Console, as_utf8, speaking_utf8
from relances.local.dags_connections import dags_connections
from relances.local.settings import Settings

_GRACE_SECONDS: Final = 10.0
_COMMANDS: Final = (sys.executable, "-W", "ignore", "-m", "relances.cli")


def examine(settings: Settings, console: Console, words: Sequence[str]) -> int:
    """Run ``relances.orchestration`` over the connections of the Dags; returns its exit code.

    In a process of its own: Airflow reads its environment once, when it is imported. That process is in UTF-8, as
    Airflow's own are, and prints as this one does.
    """
    with dags_connections(settings) as found:
        console.say(f"Connexions : {found.origin}.")
        command: list[str | bytes] = [*_COMMANDS, *map(as_utf8, words)]
        environment = {**found.environment, **speaking_utf8()}
        with subprocess.Popen(command, env=environment) as process:  # noqa: S603 - our own command
            try:
                return process.wait()
            except KeyboardInterrupt:
                _end(process)
                raise


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Let it put away what it has begun: files of personal data, for one."""
    process.terminate()
    try:
        process.wait(_GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
