"""Sends all that is due of the day, as the Airflow task does, in a process that a test may freeze or kill."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import jour
from tests.integration.world import request

REPOSITORY = Path(__file__).parents[2]


@contextmanager
def sending_process() -> Iterator[subprocess.Popen[bytes]]:
    """The task ``send_lot`` in a process with the connections of this one; it never outlives the block."""
    command = [sys.executable, "-m", __name__]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


if __name__ == "__main__":
    jour.send(request())
