"""The simulators as a process of their own, so that whoever measures or runs beside them has its own side alone."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def simulators() -> Iterator[str]:
    """Their address."""
    command = [sys.executable, "-m", "simulators", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().split()[-1]
        finally:
            process.terminate()
