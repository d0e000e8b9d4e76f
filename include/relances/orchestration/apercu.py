"""``relances apercu``: what a run would do, without doing it."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from pathlib import Path

import psycopg

from relances.orchestration.installation import installation
from relances.orchestration.providers import explications
from relances.rendering.decisions import HEADER, cells
from relances.rendering.markdown import compte
from relances.rendering.rapport import rapport
from relances.rendering.tableau_csv import PERSONAL_DATA, Write, open_csv
from relances.rules.fenetre import LIBREVILLE
from relances.rules.passages import Demande, Moyen
from relances.rules.request import DEFAULTS, Request
from relances.services import jour
from relances.services.installation import RELANCES
from relances.services.passages import recorded
from relances.services.rapport import look, wording
from relances.store.apercu import PREFIX, Apercus
from relances.store.executions import Executions


def preview(asked: Mapping[str, object], csv: Path | None) -> str:
    """Simulate a run over the Dag's parameters that are ``asked`` for; returns what to print.

    Nothing is sent or written back, and only the simulation's own rows are added. ``csv``: who would be reminded and
    who not.
    """
    now = datetime.now(LIBREVILLE)
    request = Request.of(f"{PREFIX}{now:%Y%m%dT%H%M%S%f}", {**DEFAULTS, **asked, "simulation": True}, now.date())
    here = installation()
    with _table(csv) as write:
        jour.check_providers(here, request, Demande(Moyen.COMMANDE))
        with here.base(RELANCES) as relances:
            Apercus(relances).forget_old()
        jour.extract(here, request)
        jour.validate(here, request)
        jour.create_relances(here, request)
        text = f"{jour.report(here, request, rapport)}\nAperçu : rien n'est envoyé, rien n'est reporté.\n"
        with here.base(RELANCES) as relances:
            return text + _written(relances, request.run_id, csv, write)


def show(run_id: str, csv: Path | None) -> str:
    """What a run did or simulated, as it is now; returns what to print. Blocked where there is no such run."""
    here = installation()
    with _table(csv) as write, here.base(RELANCES) as relances:
        execution = Executions(relances).get(run_id)
        consignes = recorded(relances, run_id)
        said = wording(here, consignes or here.consignes(), note=consignes is not None)
        text = rapport(look(relances, execution, said), said.explications)
        return text + _written(relances, run_id, csv, write)


def _table(csv: Path | None) -> AbstractContextManager[Write | None]:
    # Opened before the work: minutes are lost where the file cannot be written.
    return nullcontext() if csv is None else open_csv(csv, HEADER)


def _written(relances: psycopg.Connection, run_id: str, csv: Path | None, write: Write | None) -> str:
    if write is None:
        return f"\nPassage {run_id} : --csv FICHIER donne la liste, contribuable par contribuable."
    meaning, prises = explications(), Apercus(relances).decisions(Executions(relances).get(run_id))
    rows = write(cells(prise, meaning) for prise in prises)
    return f"\nPassage {run_id} : {compte(rows, 'ligne écrite', 'lignes écrites')} dans {csv} ({PERSONAL_DATA})."
