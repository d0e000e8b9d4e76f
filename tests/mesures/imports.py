"""What the import of each Dag file costs and brings, beyond what Airflow's Dag processor has imported itself."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

TURNS: Final = 5
_CODE: Final = """
import json, runpy, sys, time
import airflow.dag_processing.processor
from airflow.sdk import CronTriggerTimetable, ExceptionRetryPolicy, Param, dag, get_current_context, task
before, cpu, wall = set(sys.modules), time.process_time(), time.perf_counter()
runpy.run_path(sys.argv[1])
print(json.dumps([time.process_time() - cpu, time.perf_counter() - wall, sorted(set(sys.modules) - before)]))
"""


@dataclass(frozen=True, slots=True)
class Import:
    """One import of a Dag file. ``cpu``, ``wall``: seconds; ``modules``: those that nobody had imported before it."""

    cpu: float
    wall: float
    modules: list[str]

    @property
    def strangers(self) -> set[str]:
        """The packages that are neither Python's, nor Airflow's, nor the product's."""
        ours = {"airflow", "relances", "relances_providers"} | sys.stdlib_module_names
        return {name.partition(".")[0] for name in self.modules} - ours

    @property
    def rooms(self) -> set[str]:
        """The rooms of the product whose modules are among them."""
        return {name.split(".")[1] for name in self.modules if name.startswith("relances.")}


def medians_of_dags(repository: Path) -> Mapping[str, tuple[float, float]]:
    """Of a few imports of each file, in a process of its own each time: processor time, and time."""
    found = {path.name: [import_of(path, repository) for _ in range(TURNS)] for path in dag_files(repository)}
    return {
        name: (median(one.cpu for one in turns), median(one.wall for one in turns)) for name, turns in found.items()
    }


def dag_files(repository: Path) -> list[Path]:
    return sorted((repository / "dags").glob("*.py"))


def import_of(path: Path, repository: Path) -> Import:
    """In a process of its own."""
    with tempfile.TemporaryDirectory() as home:
        environment = {
            **os.environ,
            "AIRFLOW_HOME": home,
            "PYTHONPATH": f"{repository / 'include'}:{repository / 'plugins'}",
        }
        command = [sys.executable, "-W", "ignore", "-c", _CODE, str(path)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return Import(*json.loads(done.stdout.splitlines()[-1]))
