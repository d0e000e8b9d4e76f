"""``relances apercu``: what a run would do, without doing it."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from pathlib import Path

import psycopg

from relances import orchestration
from relances.orchestration.connections import RELANCES, database
from relances.orchestration.providers import explications
from relances.orchestration.rapport import wording
from relances.rendering.markdown import compte
from relances.rules.decisions import HEADER
from relances.rules.fenetre import LIBREVILLE
from relances.rules.request import DEFAULTS, Request
from relances.services.apercu import write_decisions
from relances.services.rapport import tell
from relances.services.tableau_csv import PERSONAL_DATA, Write, open_csv
from relances.store.apercu import PREFIX, Previews
from relances.store.executions import Executions


def preview(asked: Mapping[str, object], csv: Path | None) -> str:
    """Simulate a run over the Dag's parameters that are ``asked`` for; returns what to print.

    Nothing is sent or written back, and only the simulation's own rows are added. ``csv``: who would be reminded and
    who not.
    """
    now = datetime.now(LIBREVILLE)
    request = Request.of(f"{PREFIX}{now:%Y%m%dT%H%M%S%f}", {**DEFAULTS, **asked, "simulation": True}, now.date())
    with _table(csv) as write:
        orchestration.check_providers(request)
        with database(RELANCES) as relances:
            Previews(relances).forget_old()
        orchestration.extract(request)
        orchestration.validate(request)
        orchestration.create_relances(request)
        text = f"{orchestration.report(request)}\nAperçu : rien n'est envoyé, rien n'est reporté.\n"
        with database(RELANCES) as relances:
            return text + _written(relances, request.run_id, csv, write)


def show(run_id: str, csv: Path | None) -> str:
    """What a run did or simulated, as it is now; returns what to print. Blocked where there is no such run."""
    with _table(csv) as write, database(RELANCES) as relances:
        _, text = tell(relances, Executions(relances).get(run_id), wording())
        return text + _written(relances, run_id, csv, write)


def _table(csv: Path | None) -> AbstractContextManager[Write | None]:
    # Opened before the work: minutes are lost where the file cannot be written.
    return nullcontext() if csv is None else open_csv(csv, HEADER)


def _written(relances: psycopg.Connection, run_id: str, csv: Path | None, write: Write | None) -> str:
    if write is None:
        return f"\nPassage {run_id} : --csv FICHIER donne la liste, contribuable par contribuable."
    rows = write_decisions(relances, Executions(relances).get(run_id), explications(), write)
    return f"\nPassage {run_id} : {compte(rows, 'ligne écrite', 'lignes écrites')} dans {csv} ({PERSONAL_DATA})."
