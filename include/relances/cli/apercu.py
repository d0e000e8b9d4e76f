"""``relances apercu``: simulates a run or shows one, and writes its list where it is asked for."""

import argparse
import sys
from collections.abc import Mapping
from contextlib import nullcontext

from relances.cli.commande import DONE
from relances.cli.installation import installation
from relances.rendering.apercu import SIMULATED, list_offered, list_written
from relances.rendering.decisions import HEADER, cells, record
from relances.rendering.json_sur import document
from relances.rendering.rapport import rapport
from relances.rendering.tableau_csv import open_csv
from relances.rules.errors import Blocked
from relances.rules.parametres import QUOTIDIENNES
from relances.services.apercu import decisions, show, simulate, simulation


def run(given: argparse.Namespace) -> int:
    """Print the report, and write the list where it is asked for. Its file is opened first: the work takes minutes."""
    asked = {name: value for name, value in vars(given).items() if name in QUOTIDIENNES}
    if given.passage and asked:
        raise Blocked(
            "apercu : --passage montre un passage tel qu'il est ; retirez les options d'un nouveau, ou --passage",
            "a run that is shown takes no options of a new one",
        )
    with nullcontext() if given.csv is None else open_csv(given.csv, HEADER) as write:
        run_id, report = _shown(given.passage) if given.passage else _simulated(asked)
        if given.json:
            _print_json(run_id)
            return DONE
        said = list_offered(run_id)
        if write is not None:
            with decisions(installation(), run_id) as (prises, explications):
                rows = write(cells(prise, explications) for prise in prises)
            said = list_written(run_id, rows, given.csv)
    print(f"{report}\n{said}")
    return DONE


def _simulated(asked: Mapping[str, object]) -> tuple[str, str]:
    request = simulation(asked)
    return request.run_id, f"{simulate(installation(), request, rapport)}\n{SIMULATED}\n"


def _shown(run_id: str) -> tuple[str, str]:
    return run_id, show(installation(), run_id, rapport)


def _print_json(run_id: str) -> None:
    with decisions(installation(), run_id) as (prises, explications):
        rows = (record(prise, explications) for prise in prises)
        sys.stdout.writelines(document({"passage": run_id}, decisions=rows))
