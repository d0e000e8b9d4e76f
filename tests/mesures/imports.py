"""What processor time the import of each Dag file takes, beyond what any Dag file costs."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from typing import Final

TURNS: Final = 3
# What every Dag file imports of Airflow is at hand; what only the product imports of it is not.
_CODE: Final = """
import runpy, sys, time
from airflow.sdk import CronTriggerTimetable, ExceptionRetryPolicy, Param, dag, get_current_context, task
begun = time.process_time()
runpy.run_path(sys.argv[1])
print(time.process_time() - begun)
"""


def seconds_of_dags(repository: Path) -> Mapping[str, float]:
    """The median of a few imports of each, in a process of its own each time."""
    with tempfile.TemporaryDirectory() as home:
        return {
            path.name: median(_seconds(path, repository, home) for _ in range(TURNS))
            for path in sorted((repository / "dags").glob("*.py"))
        }


def _seconds(path: Path, repository: Path, home: str) -> float:
    environment = {
        **os.environ,
        "AIRFLOW_HOME": home,
        "PYTHONPATH": f"{repository / 'include'}:{repository / 'plugins'}",
    }
    command = [sys.executable, "-W", "ignore", "-c", _CODE, str(path)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return float(done.stdout.splitlines()[-1])
