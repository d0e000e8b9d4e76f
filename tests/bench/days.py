"""The daily run from end to end, then the days after it, and what a system costs that has nothing to do."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

import psycopg

from demo import create_base_fictive
from demo.chargement import MAXIMUM
from relances.local.postgres import EmbeddedPostgres
from relances.store import migrate
from tests.bench.connections import DATE, NOBODY_LISTENS, environment
from tests.bench.task import Figures, run
from tests.bench.transactions import transactions

CONTRIBUABLES_PER_RELANCE: Final = 2.2  # in the sample tax database, at DATE
MOST: Final = int(MAXIMUM / CONTRIBUABLES_PER_RELANCE)  # relances of a day
PREPARING: Final = ("extract", "validate", "create_relances")
NOBODY_IS_LEFT_ALONE: Final = 8  # days after a relance, by the policy
IDLE_PASS: Final = ("reconcile_every_run", "write_back_every_run")
EMPTY_DAY: Final = (*PREPARING, "send", "reconcile", "write_back", "report")
SENT: Final = """
UPDATE relances.relance SET statut = 'envoyee', reference = id::text, envoyee_le = now() WHERE statut = 'en_attente'
"""


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

    def run(self, *tasks: str) -> Figures:
        return run(self.environment, f"bench-{self.date}", self.date, *tasks)

    def prepare(self, name: str) -> "Prepared":
        figures = {task: self.run(task) for task in PREPARING}
        return Prepared(name, int(str(figures["extract"].result)), figures)


@dataclass(frozen=True, slots=True)
class Prepared:
    """What preparing a day took, by task."""

    name: str
    creances: int
    figures: dict[str, Figures]

    @property
    def seconds(self) -> float:
        return sum(figures.seconds for figures in self.figures.values())

    @property
    def peak_mb(self) -> float:
        return max(figures.peak_mb for figures in self.figures.values())


@dataclass(frozen=True, slots=True)
class EndToEnd:
    """A whole day of one size. ``round_trips``: to the database, for a relance, balances read again included.

    ``later``: the days after it. ``idle``: a reconciliation beside it that finds nothing to do.
    """

    relances: int
    prepared: Prepared
    sending: Figures
    finishing: Figures
    round_trips: float
    later: tuple[Prepared, ...]
    idle: Figures

    @property
    def seconds(self) -> float:
        return self.prepared.seconds + self.sending.seconds + self.finishing.seconds


def end_to_end(postgres: EmbeddedPostgres, relances: int, server: str) -> EndToEnd:
    """A day of about so many relances, sent by one task to a server that answers at once."""
    day = new_day(postgres, f"jour_{relances}", int(relances * CONTRIBUABLES_PER_RELANCE), server)
    prepared = day.prepare("premier jour")
    before = transactions(day.relances_url)
    sending = day.run("send")
    statements = transactions(day.relances_url) - before
    sent = sum(sending.result.values()) if isinstance(sending.result, dict) else 0
    finishing = day.run("write_back", "report")
    idle = day.run(*IDLE_PASS)
    next_day = day.after(1)
    crowded = next_day.prepare("lendemain, presque tous déjà relancés")
    known = next_day.after(NOBODY_IS_LEFT_ALONE).prepare("neuf jours après, numéros connus")
    return EndToEnd(sent, prepared, sending, finishing, statements / max(1, sent), (crowded, known), idle)


def empty_day(postgres: EmbeddedPostgres, server: str) -> Figures:
    """A whole run where next to nobody owes anything, great expectations and all."""
    return new_day(postgres, "jour_vide", 1, server).run(*EMPTY_DAY)


def new_day(postgres: EmbeddedPostgres, name: str, contribuables: int, server: str = NOBODY_LISTENS) -> Day:
    etaxe, relances = (postgres.create_database(f"{name}_{part}") for part in ("etaxe", "relances"))
    create_base_fictive(etaxe, contribuables=contribuables, graine=1, date_reference=DATE)
    migrate(relances)
    return Day(environment(postgres, etaxe, relances, server), relances)
