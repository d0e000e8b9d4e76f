"""How fast the daily run is: ``make bench``.

    python -m tests.bench [--creances 1000000] [--envois 20000]

Prepares a small and a large day on a database of its own, then sends to the simulators with 64 calls in flight;
then each hook beside a bare HTTP client; last, our count of segments beside two libraries.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import psycopg

from relances.local.base_fictive import create_base_fictive
from relances.local.postgres import EmbeddedPostgres
from relances.store import migrate
from tests.bench import hooks, segments
from tests.bench.simulated import simulators
from tests.support import postgres_connection, write_policy

DATE = date(2026, 3, 2)
CREANCES_PER_CONTRIBUABLE = 1.13  # overdue at DATE, in the sample tax database
NOBODY_IS_LEFT_ALONE = 8  # days after a relance, by the policy
SENT = """
UPDATE relances.relance SET statut = 'envoyee', reference = id::text, envoyee_le = now() WHERE statut = 'en_attente'
"""
PREPARING = ("extract", "validate", "create_relances")


@dataclass(frozen=True, slots=True)
class Figures:
    """What one task took. ``peak_mb``: resident memory."""

    seconds: float
    peak_mb: float
    result: object


@dataclass(frozen=True, slots=True)
class Day:
    """A day's run on databases of its own."""

    environment: dict[str, str]
    relances_url: str
    date: date = DATE

    def after(self, days: int) -> "Day":
        """A later day on the same databases, all of this one's relances sent."""
        with psycopg.connect(self.relances_url, autocommit=True) as connection:
            connection.execute(SENT)
            connection.execute("VACUUM ANALYZE")
        return replace(self, date=self.date + timedelta(days=days))

    def run(self, task: str) -> Figures:
        command = [sys.executable, "-W", "ignore", "-m", "tests.bench.task", task, f"bench-{self.date}", str(self.date)]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        lines = [line for line in done.stdout.splitlines() if line.startswith("FIGURES ")]
        if not lines:
            sys.exit(done.stderr)
        return Figures(**json.loads(lines[0].removeprefix("FIGURES ")))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--creances", type=int, default=1_000_000)
    parser.add_argument("--envois", type=int, default=20_000)
    parser.add_argument("--messages", type=int, default=1_000, help="par tour d'un hook")
    parser.add_argument("--textes", type=int, default=segments.TEXTES, help="dont les segments sont comptés")
    options = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cœurs, Python {platform.python_version()}\n")
    with tempfile.TemporaryDirectory() as folder:
        postgres = EmbeddedPostgres(Path(folder) / "postgres")
        postgres.start()
        try:
            print("| tâche | créances | secondes | créances/s | mémoire (Mo) |\n|---|---|---|---|---|")
            small = prepare(postgres, "petit", 10_000)
            large = prepare(postgres, "grand", options.creances)
            print(f"\nmémoire, grand / petit : {large / small:.2f}\n")
            send(postgres, options.envois)
            print()
            hooks.main(options.messages)
        finally:
            postgres.stop()
    print("\nsegments d'un SMS")
    sys.exit(segments.compare(options.textes) > 0)


def prepare(postgres: EmbeddedPostgres, name: str, creances: int) -> float:
    """Print what preparing takes; returns the highest peak of memory, in MB."""
    first = new_day(postgres, name, int(creances / CREANCES_PER_CONTRIBUABLE))
    peak = prepare_day("premier jour", first)
    next_day = first.after(1)
    prepare_day("lendemain, presque tous déjà relancés", next_day)
    later = next_day.after(NOBODY_IS_LEFT_ALONE)
    return max(peak, prepare_day("neuf jours après, numéros connus", later))


def prepare_day(name: str, day: Day) -> float:
    """Print what one day takes; returns its highest peak of memory, in MB."""
    figures = {task: day.run(task) for task in PREPARING}
    extracted = int(str(figures["extract"].result))
    for task, figure in figures.items():
        print_row(task, extracted, figure.seconds, figure.peak_mb)
    peak = max(figure.peak_mb for figure in figures.values())
    print_row(f"**{name}**", extracted, sum(figure.seconds for figure in figures.values()), peak)
    return peak


def send(postgres: EmbeddedPostgres, envois: int) -> None:
    """Print how fast one task sends."""
    with simulators() as url:
        day = new_day(postgres, "envoi", envois * 2, simulators=url)
        for task in PREPARING:
            day.run(task)
        figure = day.run("send")
    counts: dict[str, int] = {}
    for lot in figure.result if isinstance(figure.result, list) else []:
        for statut, count in lot.items():
            counts[statut] = counts.get(statut, 0) + count
    sent = sum(counts.values())
    print(f"envoi : {sent} relances en {figure.seconds:.1f} s, {sent / figure.seconds:.0f}/s, "
          f"{figure.peak_mb:.0f} Mo, 64 appels à la fois ; {counts}")  # fmt: skip


def new_day(postgres: EmbeddedPostgres, name: str, contribuables: int, simulators: str = "http://127.0.0.1:9") -> Day:
    etaxe, relances = (postgres.create_database(f"{name}_{part}") for part in ("etaxe", "relances"))
    create_base_fictive(etaxe, contribuables=contribuables, graine=1, date_reference=DATE)
    migrate(relances)
    ventis = {
        "conn_type": "ventis",
        "host": f"{simulators}/messaging/api/v1",
        "login": "simulateur",
        "password": "simulateur",
        "extra": {
            "sender": "VENTIS",
            "keycloak_host": simulators,
            "max_in_flight": 64,
            "rate_per_second": 100_000,
            "timeout": 3,
        },
    }
    return Day(
        {
            **os.environ,
            "AIRFLOW_CONN_ETAXE_DB": postgres_connection(etaxe),
            "AIRFLOW_CONN_RELANCES_DB": postgres_connection(relances),
            "AIRFLOW_CONN_VENTIS_DEFAULT": json.dumps(ventis),
            # In the last day's base nobody has paid for nine days.
            "RELANCES_POLITIQUE": str(write_policy(postgres.folder.parent / "politique.toml", fraicheur_jours=30)),
            "RELANCES_DATA_DOCS": str(postgres.folder.parent / "data_docs"),
            "AIRFLOW_HOME": str(postgres.folder.parent / "airflow"),
            "GX_ANALYTICS_ENABLED": "False",
        },
        relances,
    )


def print_row(task: str, creances: int, seconds: float, peak_mb: float) -> None:
    print(f"| {task} | {creances} | {seconds:.1f} | {creances / seconds:.0f} | {peak_mb:.0f} |", flush=True)


if __name__ == "__main__":
    main()
