"""One row per run of a Dag: what it is for, and in the end its report."""

from dataclasses import dataclass
from datetime import date

import psycopg
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from relances.rules.errors import Blocked
from relances.rules.request import Request
from relances.store.database import query


@dataclass(frozen=True, slots=True)
class Execution:
    """A run as stored. ``canal``: None where the policy decides; ``jour_passage``: the day it was due to start."""

    id: int
    run_id: str
    occasion: str
    date_relance: date
    source: str
    canal: str | None
    simulation: bool
    jour_passage: date


class Executions:
    """The table of runs, over one connection."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def open(self, request: Request, source: str) -> Execution:
        """The run's row, made the first time."""
        parametres = {
            "jours_retard_min": request.jours_retard_min,
            "limite": request.limite,
            "categories": list(request.categories),
            "fournisseur": request.fournisseur,
            "campagne": request.campagne,
        }
        self._connection.execute(
            query("open_execution"),
            {
                "run_id": request.run_id,
                "occasion": request.occasion,
                "date_relance": request.date_relance,
                "source": source,
                "canal": request.canal,
                "jour_passage": request.jour_passage,
                "simulation": request.simulation,
                "parametres": Jsonb(parametres),
            },
        )
        return self.get(request.run_id)

    def find(self, run_id: str) -> Execution | None:
        """The run's row, None before its extraction."""
        with self._connection.cursor(row_factory=class_row(Execution)) as cursor:
            return cursor.execute(query("get_execution"), {"run_id": run_id}).fetchone()

    def get(self, run_id: str) -> Execution:
        """The run's row; Blocked before its extraction."""
        execution = self.find(run_id)
        if execution is None:
            raise Blocked(
                f"le passage {run_id} n'a rien extrait : relancez d'abord la tâche extract",
                "this run has no extraction yet: run the extract task first",
            )
        return execution

    def agree(self, execution: Execution) -> None:
        """Remember that what the run is about may be sent."""
        self._connection.execute(query("mark_agreed"), {"execution_id": execution.id})

    def close(self, execution: Execution, *, equilibre: bool, bilan: object, rapport: str) -> None:
        """Store the report."""
        self._connection.execute(
            query("close_execution"),
            {
                "execution_id": execution.id,
                "equilibre": equilibre,
                "bilan": Jsonb(bilan),
                "rapport": rapport,
            },
        )
