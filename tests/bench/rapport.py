"""The report: what was measured, in Markdown, each figure beside its limit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.alternatives import Database
from tests.bench.days import EndToEnd
from tests.bench.hooks import Compared as Hooked
from tests.bench.loop import Compared
from tests.bench.numeros import Read, section
from tests.bench.task import Figures
from tests.bench.workers import Workers


@dataclass(frozen=True, slots=True)
class Alternatives:
    """Messages a second of other ways. ``sequential``: a client for each message, by latency in milliseconds."""

    database: Database
    sequential: dict[int, float]
    mapped: float


@dataclass(frozen=True, slots=True)
class Measured:
    """One run of all measures on one machine. ``messages``, ``turns``: of a measure at no latency."""

    machine: str
    minutes: float
    messages: int
    turns: int
    cells: Sequence[Compared]
    workers: Sequence[Workers]
    celery: Sequence[Workers]
    alternatives: Alternatives
    empty: Figures
    wholes: Sequence[EndToEnd]
    hooks: Sequence[Hooked]
    numeros: Read

    def cell(self, in_flight: int, latency_ms: int) -> Compared:
        return next(cell for cell in self.cells if (cell.in_flight, cell.latency_ms) == (in_flight, latency_ms))

    @property
    def growth(self) -> float:
        """Of the memory that sending takes, from the smallest day to the largest."""
        return self.wholes[-1].sending.peak_mb / self.wholes[0].sending.peak_mb


def write(measured: Measured, file: Path) -> None:
    parts = (introduction, targets, loop, others, days, later, idle, hooks, numeros)
    file.write_text("\n\n".join(part(measured) for part in parts) + "\n", encoding="utf-8")


def introduction(measured: Measured) -> str:
    return f"""# Mesures

Écrit par `make bench` en {measured.minutes:.0f} minutes, sur : {measured.machine}.

Ce qui est mesuré tourne sur un cœur ; PostgreSQL (ses écritures attendues sur le disque, comme en service) et le
serveur qui reçoit les messages se partagent l'autre. Ce serveur ne fait que répondre, après 0, 100 ou 500 ms : il n'est
jamais la limite. Chaque mesure alterne avec ce à quoi elle se compare, {measured.turns} tours de
{number(measured.messages)} messages, trois tours au plus quand la réponse tarde ; les chiffres sont des médianes, les
rapports ceux de chaque paire de tours."""


def targets(measured: Measured) -> str:
    fast, steady = measured.cell(64, 0), measured.cell(64, 100)
    limit = 64 / 0.1
    rows = [
        ("boucle / client nu, 64 appels à la fois, 0 ms", "≥ 75 %", percent(fast.ratio), fast.ratio >= 0.75),
        ("relances/s d'un travailleur, 64 appels, 0 ms", "≥ 1 500", number(fast.loop.rate), fast.loop.rate >= 1500),
        ("part de appels ÷ latence, 64 appels, 100 ms", "≥ 90 %", percent(steady.loop.rate / limit),
         steady.loop.rate >= 0.9 * limit),
        ("allers-retours à la base par message, 64 appels, 0 ms", "≤ 0,1", decimal(fast.round_trips, 3),
         fast.round_trips <= 0.1),
        (f"mémoire de l'envoi, {sizes(measured)}", "≤ 1,3 ×", f"{decimal(measured.growth, 2)} ×",
         measured.growth <= 1.3),
        *(twice(f"deux travailleurs / un, {two.latency_ms} ms", two.ratio) for two in measured.workers),
        *(twice(f"deux workers Celery / un, passage entier, {two.latency_ms} ms", two.ratio)
          for two in measured.celery),
    ]  # fmt: skip
    body = [(what, wanted, figure, "oui" if held else "**non**") for what, wanted, figure, held in rows]
    return "## Ce qui est promis\n\n" + table(("mesure", "promis", "mesuré", "tenu"), body)


def twice(what: str, ratio: float) -> tuple[str, str, str, bool]:
    return what, "≥ 1,7 ×", f"{decimal(ratio, 2)} ×", ratio >= 1.7


def loop(measured: Measured) -> str:
    rows = [
        (
            str(cell.latency_ms),
            str(cell.in_flight),
            number(cell.bare.rate),
            number(cell.loop.rate),
            percent(cell.ratio),
            percent(cell.loop.rate * cell.latency_ms / 1000 / cell.in_flight) if cell.latency_ms else "",
            number(cell.bare.cpu),
            number(cell.loop.cpu),
            decimal(cell.round_trips, 3),
        )
        for cell in measured.cells
    ]
    head = ("latence (ms)", "appels à la fois", "client nu /s", "boucle /s", "rapport", "de appels ÷ latence",
            "CPU nu (µs)", "CPU boucle (µs)", "allers-retours/message")  # fmt: skip
    return f"""## La boucle d'envoi

Réserver, appeler, régler, par l'adaptateur de Ventis, début et essais compris ; le client nu est un `httpx.AsyncClient`
sur le même transport, qui ne fait qu'appeler. Un aller-retour à la base est une transaction finie, d'après PostgreSQL.
Un appel à la fois, chaque message attend une écriture sur le disque : c'est le prix de ne rien perdre. Le client nu
s'occupe aussi de témoins (cookies) et de redirections, dont l'adaptateur ne veut pas : le rapport peut approcher 100 %.
Quand les réponses tardent, les issues s'écrivent par plus petits groupes, pour que les places ne s'attendent pas : les
allers-retours sont alors plus nombreux.

![Débit et processeur](debit.png)

{table(head, rows)}"""


def others(measured: Measured) -> str:
    ways, fast = measured.alternatives, measured.cell(64, 0).loop.rate
    speeds = {
        "la boucle d'envoi, 64 appels à la fois, 0 ms": fast,
        **by(measured.workers, "deux travailleurs, 64 appels chacun", "un travailleur, 64 appels"),
        **by(
            measured.celery,
            "deux workers Celery, un lot chacun, un passage d'Airflow",
            "un worker Celery, deux lots à la suite, un passage d'Airflow",
        ),
        **{
            f"un message après l'autre, un client `httpx` ouvert pour chacun, {latency} ms": speed
            for latency, speed in ways.sequential.items()
        },
        "une tâche Airflow par relance (50, sans ordonnanceur ni processus par tâche : une borne haute)": ways.mapped,
        "un `UPDATE` validé par relance, sans aucun appel": ways.database.update,
        "`COPY` de relances, sans aucun appel": ways.database.copy,
    }
    hour = 100_000 / ways.mapped / 3600
    rows = [(what, number(speed) if speed >= 100 else decimal(speed, 1)) for what, speed in speeds.items()]
    return f"""## À côté des autres façons de faire

{table(("façon", "par seconde"), rows)}

À une tâche par relance, 100 000 relances prendraient {decimal(hour, 1)} heures (extrapolé de 50)."""


def by(compared: Sequence[Workers], two: str, one: str) -> dict[str, float]:
    return {
        f"{how}, {workers.latency_ms} ms": speed
        for workers in compared
        for how, speed in ((two, workers.two), (one, workers.one))
    }


def days(measured: Measured) -> str:
    rows = [
        (
            number(day.relances),
            number(day.prepared.creances),
            *(decimal(figures.seconds, 1) for figures in day.prepared.figures.values()),
            decimal(day.sending.seconds, 1),
            decimal(day.finishing.seconds, 1),
            f"**{decimal(day.seconds, 1)}**",
            number(day.relances / day.sending.seconds),
            number(day.prepared.peak_mb),
            number(day.sending.peak_mb),
            decimal(day.round_trips, 3),
        )
        for day in measured.wholes
    ]
    head = ("relances", "créances", "extraire (s)", "contrôler (s)", "créer (s)", "envoyer (s)", "reporter (s)",
            "**en tout (s)**", "envoyées/s", "Mo, préparer", "Mo, envoyer", "allers-retours/relance")  # fmt: skip
    return f"""## Un passage, de bout en bout

Une tâche d'envoi, 64 appels à la fois, un fournisseur qui répond aussitôt ;
les soldes sont relus une fois pour tous les lots.

![Passages](passages.png)

{table(head, rows)}"""


def later(measured: Measured) -> str:
    rows = [
        (number(day.relances), prepared.name, number(prepared.creances), decimal(prepared.seconds, 1),
         number(prepared.creances / prepared.seconds), number(prepared.peak_mb))
        for day in measured.wholes
        for prepared in (day.prepared, *day.later)
    ]  # fmt: skip
    head = ("relances du premier jour", "jour", "créances", "secondes", "créances/s", "Mo")
    return f"## Préparer, les jours suivants aussi\n\n{table(head, rows)}"


def idle(measured: Measured) -> str:
    rows = [(f"réconciliation, {number(day.relances)} relances envoyées", day.idle) for day in measured.wholes] + [
        ("passage entier, une seule relance", measured.empty)
    ]
    body = [
        (what, decimal(figures.seconds, 2), decimal(figures.cpu, 2), number(figures.peak_mb)) for what, figures in rows
    ]
    return f"""## Quand il n'y a rien à faire

Dans un seul processus, sans le temps d'Airflow lui-même.

{table(("quoi", "secondes", "processeur (s)", "Mo"), body)}"""


def hooks(measured: Measured) -> str:
    rows = [
        (row.hook, str(row.in_flight), number(row.bare.rate), number(row.hooked.rate), percent(row.ratio),
         number(row.bare.cpu), number(row.hooked.cpu))
        for row in measured.hooks
    ]  # fmt: skip
    head = ("adaptateur", "appels à la fois", "client nu /s", "adaptateur /s", "rapport", "CPU nu (µs)", "CPU (µs)")
    return f"""## Les adaptateurs, à côté d'un client nu

Sur les simulateurs, plus lents que le serveur d'en haut.

{table(head, rows)}"""


def numeros(measured: Measured) -> str:
    return section(measured.numeros)


def sizes(measured: Measured) -> str:
    return f"de {number(measured.wholes[0].relances)} à {number(measured.wholes[-1].relances)} relances"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def number(value: float) -> str:
    return f"{value:,.0f}".replace(",", "\u202f")


def decimal(value: float, digits: int) -> str:
    return f"{value:,.{digits}f}".replace(",", "\u202f").replace(".", ",")


def percent(value: float) -> str:
    return f"{value * 100:.0f}\u202f%"
