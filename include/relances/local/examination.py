"""``relances diagnostic``, ``envoyer-test`` and ``reactiver``: over the connections of the Dags, without a run."""

import subprocess
import sys
from collections.abc import Sequence

from relances.local.console import Console
from relances.local.dags_connections import dags_connections
from relances.local.settings import Settings


def examine(settings: Settings, console: Console, words: Sequence[str]) -> int:
    """Run ``relances.pipeline`` over the connections of the Dags; returns its exit code.

    In a process of its own: Airflow reads its environment once, when it is imported.
    """
    with dags_connections(settings) as found:
        console.say(f"Connexions : {found.origin}.")
        command = [sys.executable, "-W", "ignore", "-m", "relances.pipeline", *words]
        return subprocess.run(command, env=found.environment, check=False).returncode  # noqa: S603 - our own command
