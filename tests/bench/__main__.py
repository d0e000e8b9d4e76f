"""How fast the daily run is, and what it costs: ``make bench`` writes RAPPORT.md and its plots beside this file.

    python -m tests.bench [--tailles 10000,100000,1000000] [--messages 5000] [--tours 7] [--celery 10000] [--dossier …]

On databases and servers of its own, on one core; PostgreSQL and who takes the messages share the other. An hour and
a half on a machine that does nothing else.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import psycopg

from relances.local.postgres import EmbeddedPostgres
from relances.store import migrate
from tests.bench import alternatives, celery_workers, days, hooks, loop, numeros, plots, segments, workers
from tests.bench.connections import airflow_home
from tests.bench.machine import describe, on_one_core, postgres_apart
from tests.bench.rapport import Alternatives, Measured, write
from tests.bench.serveur import server

IN_FLIGHT: Final = (1, 16, 64, 256)
LATENCIES_MS: Final = (0, 100, 500)
TURNS_WITH_LATENCY: Final = 3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tailles", default="10000,100000,1000000", help="relances des passages entiers")
    parser.add_argument("--messages", type=int, default=5_000, help="par tour, quand le serveur répond aussitôt")
    parser.add_argument("--tours", type=int, default=7, help="de chaque mesure ; la médiane compte")
    parser.add_argument("--secondes", type=int, default=12, help="d'un tour, quand les réponses se font attendre")
    parser.add_argument("--celery", type=int, default=10_000, help="relances des passages par Celery")
    parser.add_argument("--textes", type=int, default=segments.TEXTES, help="dont les segments sont comptés")
    parser.add_argument("--dossier", type=Path, default=Path(__file__).parent, help="où écrire le rapport")
    options = parser.parse_args()
    sizes = [int(size) for size in options.tailles.split(",")]
    if max(sizes) > days.MOST:
        parser.error(f"--tailles : {days.MOST} relances au plus")
    effort = Effort(sizes, options.celery, options.messages, options.tours, options.secondes)
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as postgres:
        for measured in measure(postgres, effort):
            plots.draw(measured, options.dossier)
            write(measured, options.dossier / "RAPPORT.md")
    print(f"\n{options.dossier / 'RAPPORT.md'}\n\nsegments d'un SMS")
    sys.exit(segments.compare(options.textes) > 0)


@dataclass(frozen=True, slots=True)
class Effort:
    """``sizes``: relances of the whole days; ``celery``: of those by Celery. ``messages``, ``turns``: where answers are
    immediate; ``seconds``: of a turn where they are not."""

    sizes: list[int]
    celery: int
    messages: int
    turns: int
    seconds: int


def measure(postgres: EmbeddedPostgres, effort: Effort) -> Iterator[Measured]:
    """All of it, anew after each whole day: should a long one fail, what was measured before it stays."""
    began, messages, turns = time.monotonic(), effort.messages, effort.turns
    url = postgres.create_database("boucle")
    migrate(url)
    with psycopg.connect(url) as connection:
        machine = describe(connection)
    with server() as address:
        say("boucle d'envoi")
        usual = loop.Measure(url, address, 64, 0, messages, turns)
        cells = [
            loop.compare(of_loop(usual, in_flight, latency, effort.seconds))
            for latency in LATENCIES_MS
            for in_flight in IN_FLIGHT
        ]
        say("deux travailleurs contre un")
        two = [
            workers.compare(url, address, latency, effort.seconds, min(turns, TURNS_WITH_LATENCY))
            for latency in workers.LATENCIES_MS
        ]
        say("deux workers Celery contre un")
        celery = [
            compared
            for latency in workers.LATENCIES_MS
            if (compared := celery_workers.compare(postgres, address, latency, effort.celery)) is not None
        ]
        say("autres façons de faire")
        database = alternatives.database(url, copied=messages * 20, updated=messages)
        sequential = {latency: alternatives.one_by_one(url, address, latency, 100) for latency in (0, 100)}
        mapped = alternatives.one_task_each(postgres, address, 50)
        say("passage vide")
        empty = days.empty_day(postgres, address)
        say("adaptateurs des fournisseurs")
        adapters = hooks.compare_all(max(100, messages // 5))
        say("lecture des numéros")
        with on_one_core():
            read = numeros.compare()
        others = Alternatives(database, sequential, mapped)
        wholes: list[days.EndToEnd] = []
        for size in effort.sizes:
            say(f"passage entier, {size} relances")
            with on_one_core():
                wholes = [*wholes, days.end_to_end(postgres, size, address)]
            minutes = (time.monotonic() - began) / 60
            yield Measured(machine, minutes, messages, turns, cells, two, celery, others, empty, wholes, adapters, read)


def of_loop(usual: loop.Measure, in_flight: int, latency_ms: int, seconds: int) -> loop.Measure:
    """The same with as many messages as fit, where there are few answers in a turn, and fewer turns."""
    measure = replace(usual, in_flight=in_flight, latency_ms=latency_ms)
    if latency_ms == 0:
        return replace(measure, messages=usual.messages // 5) if in_flight == 1 else measure
    fit = seconds * in_flight * 1000 // latency_ms
    return replace(measure, messages=min(fit, usual.messages * 2), turns=min(usual.turns, TURNS_WITH_LATENCY))


@contextmanager
def running(folder: Path) -> Iterator[EmbeddedPostgres]:
    """PostgreSQL, on the servers' core, with what every process needs."""
    # Airflow's home to throw away; every call stays on the loopback, whatever proxy the machine is behind.
    os.environ.update(AIRFLOW_HOME=str(airflow_home(folder)), NO_PROXY="*", no_proxy="*")
    postgres = EmbeddedPostgres(folder / "postgres")
    postgres.start()
    try:
        postgres_apart(postgres)
        yield postgres
    finally:
        postgres.stop()


def say(what: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {what}…", flush=True)


if __name__ == "__main__":
    main()
