"""Two sending processes against one: ``python -m tests.bench.workers <measure as JSON> <lot as JSON>`` is one of them.

Each sends a lot of its own to a server that takes its time to answer. What a Celery worker runs is such a process. At
100 ms, two of them with PostgreSQL and the server are nearly more than two cores can do; at 500 ms nothing but the
answers is waited for.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Final

from relances.sending.memory import rare_collections
from relances.store.sending import Lot
from tests.bench.loop import Measure, connect, send_lot
from tests.bench.staged import stage

IN_FLIGHT: Final = 64
LATENCIES_MS: Final = (100, 500)


@dataclass(frozen=True, slots=True)
class Workers:
    """Relances a second, medians of the turns; ``ratio`` is that of each pair."""

    latency_ms: int
    one: float
    two: float
    ratio: float


def compare(relances_url: str, server: str, latency_ms: int, seconds: int, turns: int) -> Workers:
    """Turns of about so many seconds, as one goes."""
    messages = seconds * IN_FLIGHT * 1000 // latency_ms
    measure = Measure(relances_url, server, IN_FLIGHT, latency_ms, messages, turns)
    lots = iter(stage(relances_url, 3 * turns, messages))
    pairs = [(rate(measure, [next(lots)]), rate(measure, [next(lots), next(lots)])) for _ in range(turns)]
    one, two = (median(side) for side in zip(*pairs, strict=True))
    return Workers(latency_ms, one, two, median(both / alone for alone, both in pairs))


def rate(measure: Measure, lots: Sequence[Lot]) -> float:
    """Relances a second of as many processes as there are lots, all of them ready before the first begins."""
    workers = [start(measure, lot) for lot in lots]
    for worker in workers:
        read(worker)
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("\n")
        worker.stdin.flush()
    times = [json.loads(read(worker)) for worker in workers]
    for worker in workers:
        worker.communicate()
    return measure.messages * len(lots) / (max(end for _, end in times) - min(begun for begun, _ in times))


def start(measure: Measure, lot: Lot) -> subprocess.Popen[str]:
    command = [sys.executable, "-W", "ignore", "-m", "tests.bench.workers", json.dumps(asdict(measure))]
    return subprocess.Popen(
        [*command, json.dumps(asdict(lot))], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def read(worker: subprocess.Popen[str]) -> str:
    assert worker.stdout is not None
    return worker.stdout.readline()


def main(measure: Measure, lot: Lot) -> None:
    connect(measure)
    print("prêt", flush=True)
    sys.stdin.readline()
    begun = time.monotonic()  # the same clock for all processes
    with rare_collections():
        asyncio.run(send_lot(measure, lot))
    print(json.dumps([begun, time.monotonic()]), flush=True)


if __name__ == "__main__":
    main(Measure(**json.loads(sys.argv[1])), Lot(**json.loads(sys.argv[2])))
