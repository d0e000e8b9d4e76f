"""One row per run of a Dag: what it is for, and in the end its report."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import LiteralString

import psycopg
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from relances.rules.errors import Blocked, TryAgain
from relances.rules.passages import INCONNUE, Demande, standing, to_keep
from relances.rules.request import Request
from relances.store.database import query


@dataclass(frozen=True, slots=True)
class Execution:
    """A run as stored. ``canal``: None where the policy decides; ``jour_passage``: the day it was due to start.

    ``parametres``: what it was asked; of older versions, a part of it. ``politique``: the hash of the version in its
    record when it was read, None where there was none.
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
    politique: str | None

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

    def record(self, request: Request, source: str, demande: Demande = INCONNUE) -> None:
        """Remember that a run is asked for; nothing of it is extracted yet. Its row is held as by :meth:`open`."""
        self._connection.execute(query("record_execution"), _row(request, source, demande))

    def decide_by(self, run_id: str, politique: str, vue: str | None) -> bool:
        """Let a recorded run be decided by a version that is kept; False where it created its relances already.

        ``politique``: its hash. ``vue``: the one that was seen in the record; TryAgain where that has another by now.
        """
        parameters = {"run_id": run_id, "politique": politique, "vue": vue}
        if self._connection.execute(query("set_politique"), parameters).rowcount:
            return True
        row = self._connection.execute(query("is_decided"), {"run_id": run_id}).fetchone()
        if row is None or not row[0]:
            raise changed_meanwhile(run_id)
        return False

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

    def mark_validated(self, execution: Execution) -> None:
        """Remember that its extraction passed the checks; TryAgain where its policy is another by now."""
        self._mark(query("mark_validated"), execution)

    def mark_decided(self, execution: Execution) -> None:
        """Remember that its relances are created; TryAgain where its policy is another by now."""
        self._mark(query("mark_decided"), execution)

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

    def _mark(self, statement: LiteralString, execution: Execution) -> None:
        parameters = {"execution_id": execution.id, "politique": execution.politique}
        if not self._connection.execute(statement, parameters).rowcount:
            raise changed_meanwhile(execution.run_id)


def changed_meanwhile(run_id: str) -> TryAgain:
    """What stops a task whose run was given another policy while it was at work by the one before."""
    return TryAgain(
        f"check_providers a relu la politique du passage {run_id} pendant cette tâche, qui n'a rien gardé ; "
        "relancez-la",
        "the policy of this run was read again meanwhile, and nothing of this task was kept: run it again",
    )


def _row(request: Request, source: str, demande: Demande) -> dict[str, object]:
    return {
        "run_id": request.run_id,
        "occasion": request.occasion,
        "date_relance": request.date_relance,
        "source": source,
        "canal": request.canal,
        "jour_passage": request.jour_passage,
        "simulation": request.simulation,
        "parametres": Jsonb(to_keep(request)),
        "moyen": demande.moyen,
        "demandee_par": demande.par,
    }
