"""The report of a run: the balance equation, stored and told."""

import psycopg

from relances.rules.bilan import Bilan
from relances.rules.causes import Explications
from relances.rules.models import Canal
from relances.rules.rapport import rapport
from relances.store.executions import Execution, Executions
from relances.store.reporting import Reporting


def report(relances: psycopg.Connection, execution: Execution, explications: Explications) -> tuple[Bilan, str]:
    """Compute, store and tell where every extracted creance of the execution is."""
    reporting = Reporting(relances)
    bilan = Bilan(
        execution.date_relance,
        Canal(execution.canal) if execution.canal else None,
        execution.simulation,
        reporting.totals(execution),
        reporting.balance(execution),
    )
    text = rapport(bilan, explications)
    Executions(relances).close(execution, equilibre=bilan.equilibre, bilan=bilan.as_json(), rapport=text)
    return bilan, text
