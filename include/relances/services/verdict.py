"""Whether a run did what it was asked: a task that somebody marked as done did nothing."""

import psycopg

from relances.rules.errors import Blocked
from relances.rules.request import Request
from relances.store.executions import Execution
from relances.store.verdict import left_behind, outcome


def judge(relances: psycopg.Connection, execution: Execution, request: Request, expiration_heures: int) -> None:
    """Blocked where the run has no report, where its balance does not hold, or where relances are left behind."""
    issue = outcome(relances, execution)
    if not issue.rapport:
        raise Blocked(
            "le bilan de ce passage n'est pas dressé ; réinitialisez (Clear) la tâche report",
            "this run was not accounted for: clear the report task",
        )
    if not issue.equilibre:
        raise Blocked(
            "le bilan n'est pas équilibré ; voyez le rapport, puis réinitialisez (Clear) la première tâche qui n'a pas "
            "été faite",
            "the balance equation does not hold: see the report, then clear the first task that was not done",
        )
    waiting = left_behind(relances, execution, expiration_heures) if request.envoie else {}
    if waiting:
        counts = ", ".join(f"{nombre} par {fournisseur}" for fournisseur, nombre in waiting.items())
        tasks = ", ".join(f"plan_{fournisseur}" for fournisseur in waiting)
        raise Blocked(
            f"des relances attendent ({counts}) et plus rien ne les enverra : leur envoi est marqué fait ou sauté sans "
            f"l'être ; réinitialisez (Clear) {tasks} et ce qui suit",
            f"relances wait that nothing will send, their task was marked but not run: clear {tasks} and downstream",
        )
