"""``relances corrections``: the numbers that an agent is to correct."""

from pathlib import Path

from relances.orchestration.connections import RELANCES, database
from relances.rendering.markdown import compte
from relances.rules.errors import Blocked
from relances.services import corrections
from relances.services.tableau_csv import PERSONAL_DATA, open_csv
from relances.store.corrections import Corrections
from relances.store.executions import Executions


def list_corrections(passage: str | None, csv: Path | None) -> str:
    """Those of a run, else of the latest real one of each source; written to ``csv``, else summed up.

    Returns what to print. Blocked where there is no such run.
    """
    with database(RELANCES) as relances:
        run_ids = [passage] if passage else Corrections(relances).latest_runs()
        if not run_ids:
            raise Blocked(
                "aucun passage n'a encore relancé tout le monde ; lancez-en un, ou donnez --passage",
                "no whole run yet: start one, or name a run",
            )
        executions = [Executions(relances).get(run_id) for run_id in run_ids]
        origin = "Passages : " + ", ".join(f"{each.run_id} ({each.date_relance:%d/%m/%Y})" for each in executions)
        if csv is None:
            return f"{origin}\n\n{corrections.summary(relances, executions)}"
        with open_csv(csv, corrections.HEADER) as write:
            rows = write(map(corrections.cells, corrections.corrections(relances, executions)))
    written = compte(rows, "numéro à corriger écrit", "numéros à corriger écrits")
    return f"{origin}\n\n{written} dans {csv} ({PERSONAL_DATA})."
