"""Tasks of the daily run, in a process of their own, as Airflow runs them; prints what they took.

python -m tests.bench.task <run_id> <day, as 2026-03-02> <functions of tests.jour, in turn>…
"""

import json
import logging
import resource
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from time import perf_counter, process_time
from typing import Final

from relances.rules.request import DEFAULTS, Request
from tests import jour

_MARK: Final = "FIGURES "


@dataclass(frozen=True, slots=True)
class Figures:
    """What tasks took. ``cpu``: seconds of their process; ``peak_mb``: its resident memory at most."""

    seconds: float
    cpu: float
    peak_mb: float
    result: object


def run(environment: Mapping[str, str], run_id: str, day: date, *functions: str) -> Figures:
    """Run tasks in a process; ``result`` is that of the last."""
    command = [sys.executable, "-W", "ignore", "-m", "tests.bench.task", run_id, str(day), *functions]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    lines = [line for line in done.stdout.splitlines() if line.startswith(_MARK)]
    if not lines:
        sys.exit(done.stderr)
    return Figures(**json.loads(lines[0].removeprefix(_MARK)))


def send(request: Request) -> dict[str, int]:
    """Every lot of the run, one after the other; how many relances ended in each state."""
    counts = Counter[str]()
    for lot in jour.plan_lots(request, "ventis"):
        counts.update(jour.send_lot(request, **lot))  # type: ignore[arg-type]
    return dict(counts)


def task(name: str) -> Callable[[Request], object]:
    if name == "send":
        return send
    if name.endswith("_every_run"):
        return lambda _: getattr(jour, name)()
    return getattr(jour, name)  # type: ignore[no-any-return]


def main(run_id: str, day: str, *functions: str) -> None:
    logging.disable()
    request = Request.of(run_id, DEFAULTS, date.fromisoformat(day))
    start, cpu, result = perf_counter(), process_time(), None
    for function in functions:
        result = task(function)(request)
    seconds, cpu_seconds = perf_counter() - start, process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(_MARK + json.dumps(asdict(Figures(seconds, cpu_seconds, peak, result))))


if __name__ == "__main__":
    main(*sys.argv[1:])
