"""The report of a run: the balance equation, stored and told."""

import psycopg

from relances.rules.bilan import Bilan
from relances.rules.rapport import rapport
from relances.store.executions import Execution, Executions
from relances.store.reporting import Reporting


def report(relances: psycopg.Connection, execution: Execution) -> Bilan:
    """Compute and store where every extracted creance of the execution is."""
    reporting = Reporting(relances)
    bilan = Bilan(
        execution.date_relance, execution.simulation, reporting.totals(execution), reporting.balance(execution)
    )
    Executions(relances).close(execution, equilibre=bilan.equilibre, bilan=bilan.as_json(), rapport=rapport(bilan))
    return bilan
