"""Who a run reminds and who not, as a table for an agent."""

import psycopg

from relances.rules.causes import Explications
from relances.stages.tableau_csv import Write
from relances.store.executions import Execution
from relances.store.previews import Previews


def write_decisions(
    relances: psycopg.Connection, execution: Execution, explications: Explications, write: Write
) -> int:
    """Write what was decided of each contribuable; returns how many rows."""
    decisions = Previews(relances).decisions(execution)
    return write(decision.cells(explications) for decision in decisions)
