"""The fault suite: ``make chaos``, ``make chaos SEED=123``, ``make chaos SCENARIOS=20``.

Every scenario of the catalogue, then so many drawn at random, each from a seed that is said. Exit status 1 where
something that must hold did not, or never was put to the test.
"""

import argparse
import multiprocessing
import os
import random
import signal
import sys
import tempfile
import time
from multiprocessing.context import SpawnProcess
from multiprocessing.queues import Queue
from queue import Empty
from typing import TYPE_CHECKING, Final

from tests.chaos.lanes import lane
from tests.support import in_memory

if TYPE_CHECKING:
    from tests.chaos.report import Line

LANES: Final = (os.cpu_count() or 1) + 1  # each with servers of its own; they wait more than they work


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, help="rejoue ce scénario seul")
    parser.add_argument("--scenarios", type=int, default=200, help="combien au hasard")
    parser.add_argument("--only", default="", help="seuls ceux dont le nom contient ces mots (« hasard », « gelé »)")
    parser.add_argument("--lanes", type=int, default=LANES, help="combien à la fois")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # as Ctrl-C: leave nothing running
    with tempfile.TemporaryDirectory(prefix="relances-chaos-", dir=in_memory(), ignore_cleanup_errors=True) as home:
        os.environ["AIRFLOW_HOME"] = home  # before anything imports Airflow
        sys.exit(0 if run(options) else 1)


def run(options: argparse.Namespace) -> bool:
    """Play what is asked for, and say what came of it; returns whether all held."""
    from tests.chaos.catalogue import named
    from tests.chaos.report import HEAD, row, totals
    from tests.chaos.scenario import drawn

    if options.seed is not None:
        scenarios = [drawn(options.seed)]
    else:
        first = random.SystemRandom().randrange(10**6)
        every = [*named(), *(drawn(first + rank) for rank in range(options.scenarios))]
        scenarios = [scenario for scenario in every if options.only in scenario.name]
    begun = time.monotonic()
    context = multiprocessing.get_context("spawn")
    todo, done = context.Queue(), context.Queue()
    for scenario in scenarios:
        todo.put(scenario)
    lanes = [context.Process(target=lane, args=(todo, done)) for _ in range(min(options.lanes, len(scenarios)))]
    for each in lanes:
        todo.put(None)
        each.start()
    print(HEAD)
    lines = []
    try:
        for _ in scenarios:
            lines.append(_next(done, lanes))
            print("\n".join(filter(None, (row(lines[-1]), lines[-1].log))), flush=True)
    finally:
        for each in lanes:
            if len(lines) < len(scenarios):
                each.terminate()
            each.join()
    text, held = totals(lines, whole=options.seed is None and not options.only)
    print(f"\n{text}\n{time.monotonic() - begun:.0f} s")
    return held


def _next(done: "Queue[Line]", lanes: list[SpawnProcess]) -> "Line":
    while True:
        try:
            return done.get(timeout=5)
        except Empty:
            if not any(each.is_alive() for each in lanes):
                sys.exit("Les scénarios se sont interrompus : voyez plus haut.")


if __name__ == "__main__":
    main()
