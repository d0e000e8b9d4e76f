"""A command that works over the connections of the Dags: handed on, as it came, to a process that has them."""

import subprocess
import sys
from collections.abc import Sequence
from typing import Final, TextIO

from relances.local.console import speaking_utf8
from relances.local.dags_connections import dags_connections
from relances.local.settings import Settings

_GRACE_SECONDS: Final = 10.0
_COMMANDS: Final = (sys.executable, "-W", "ignore", "-m", "relances.cli")


def relay(settings: Settings, words: Sequence[bytes], told: TextIO) -> int:
    """Run these words of ``relances`` over the connections of the Dags; returns the exit code.

    ``told``: where it is said whose connections they are. In a process of its own: Airflow reads its environment once,
    when it is imported. That process is in UTF-8, as Airflow's own are, and prints as this one does.
    """
    with dags_connections(settings) as found:
        print(f"Connexions : {found.origin}.", file=told, flush=True)
        environment = {**found.environment, **speaking_utf8()}
        with subprocess.Popen([*_COMMANDS, *words], env=environment) as process:  # noqa: S603 - our own command
            try:
                return process.wait()
            except KeyboardInterrupt:
                _end(process)
                raise


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End the process gently, so that it removes what it began: files of personal data, for one."""
    process.terminate()
    try:
        process.wait(_GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
