"""One row per run of a Dag: what it is for, and in the end its report."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import psycopg
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from relances.rules.errors import Blocked
from relances.rules.passages import INCONNUE, Demande, standing, to_keep
from relances.rules.request import Request
from relances.store.database import query


@dataclass(frozen=True, slots=True)
class Execution:
    """A run as stored. ``canal``: None where the policy decides; ``jour_passage``: the day it was due to start.

    ``parametres``: what it was asked; of older versions, a part of it.
    """

    id: int
    run_id: str
    occasion: str
    date_relance: date
    source: str
    canal: str | None
    simulation: bool
    jour_passage: date
    parametres: Mapping[str, object]

    def standing(self, request: Request) -> Request:
        """The request that the run was opened with. Blocked where ``asked``, under the same run id, differs."""
        columns = {
            "type_relance": self.canal,
            "date_relance": self.date_relance.isoformat(),
            "simulation": self.simulation,
        }
        return standing({**self.parametres, **columns}, self.jour_passage, request)


class Executions:
    """The table of runs, over one connection."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def record(
        self, request: Request, source: str, *, politique: str | None = None, demande: Demande = INCONNUE
    ) -> None:
        """Remember that a run is asked for; nothing of it is extracted yet.

        ``politique``: the hash of a version that is kept: the run's from now on, unless it created its relances.
        """
        self._connection.execute(query("record_execution"), _row(request, source, politique, demande))
        if politique is not None:
            parameters = {"run_id": request.run_id, "politique": politique}
            self._connection.execute(query("set_politique"), parameters)

    def open(self, request: Request, source: str) -> Execution:
        """The run's row, made the first time, for its extraction; held until the transaction ends.

        Blocked where its run id stands for another request, or for the same of another source.
        """
        self.record(request, source)
        self._connection.execute(query("mark_extracted"), {"run_id": request.run_id})
        execution = self.get(request.run_id)
        execution.standing(request)
        if execution.source != source:
            raise Blocked(
                f"le passage {request.run_id} a déjà eu lieu d'après la source {execution.source}, et non {source} ; "
                "déclenchez un nouveau passage, sous un autre run id",
                "this run id stands for a run of another source: trigger a new run under another run id",
            )
        return execution

    def decide(self, execution: Execution) -> None:
        """Remember that the run created its relances: its policy changes no more."""
        self._connection.execute(query("mark_decided"), {"execution_id": execution.id})

    def standing(self, request: Request) -> Request:
        """The first request made under its run id. Blocked where this one differs."""
        execution = self.find(request.run_id)
        return request if execution is None else execution.standing(request)

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

    def require_validated(self, execution: Execution) -> None:
        """Blocked where nothing checked the run's latest extraction, whatever is said of the task that does."""
        row = self._connection.execute(query("is_validated"), {"execution_id": execution.id}).fetchone()
        if row is None or not row[0]:
            raise Blocked(
                f"l'extraction du passage {execution.run_id} n'a pas été contrôlée ; réinitialisez (Clear) la tâche "
                "validate",
                "nothing checked the extraction of this run: clear the validate task",
            )

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


def _row(request: Request, source: str, politique: str | None, demande: Demande) -> dict[str, object]:
    return {
        "run_id": request.run_id,
        "occasion": request.occasion,
        "date_relance": request.date_relance,
        "source": source,
        "canal": request.canal,
        "jour_passage": request.jour_passage,
        "simulation": request.simulation,
        "parametres": Jsonb(to_keep(request)),
        "politique": politique,
        "moyen": demande.moyen,
        "demandee_par": demande.par,
    }
