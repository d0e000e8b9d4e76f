"""What became of a run by what is stored of it, whatever Airflow was told of its tasks."""

from dataclasses import dataclass

import psycopg

from relances.store.database import query
from relances.store.executions import Execution
from relances.store.rapport import parameters


@dataclass(frozen=True, slots=True)
class EtatDuRapport:
    """``rapport``: whether the run was accounted for since its extraction, and ``equilibre`` how."""

    rapport: bool
    equilibre: bool


def outcome(connection: psycopg.Connection, execution: Execution) -> EtatDuRapport:
    """How the run ended, by its report."""
    row = connection.execute(query("outcome_of_execution"), {"execution_id": execution.id}).fetchone()
    return EtatDuRapport(*(row or (False, False)))


def left_behind(connection: psycopg.Connection, execution: Execution, expiration_heures: int) -> dict[str, int]:
    """How many relances wait, by fournisseur, that the run was to send and that nothing else will."""
    wanted = {**parameters(execution), "expiration_heures": expiration_heures}
    return dict(connection.execute(query("count_left_behind"), wanted).fetchall())
