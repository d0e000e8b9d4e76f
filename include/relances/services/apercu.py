"""Who a run reminds and who not, as a table for an agent."""

import psycopg

from relances.rules.causes import Explications
from relances.services.tableau_csv import Write
from relances.store.apercu import Previews
from relances.store.executions import Execution


def write_decisions(
    relances: psycopg.Connection, execution: Execution, explications: Explications, write: Write
) -> int:
    """Write what was decided of each contribuable; returns how many rows."""
    decisions = Previews(relances).decisions(execution)
    return write(decision.cells(explications) for decision in decisions)
