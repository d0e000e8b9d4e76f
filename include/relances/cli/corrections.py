"""``relances corrections``: the numbers that an agent is to correct."""

import argparse
import sys

from relances.cli.commande import DONE
from relances.cli.installation import installation
from relances.rendering.corrections import HEADER, cells, origin, record, summary, written
from relances.rendering.json_sur import document
from relances.rendering.tableau_csv import open_csv
from relances.services.corrections import stream, summarize


def run(given: argparse.Namespace) -> int:
    """Print a summary of the numbers to correct, or write all of them to a file."""
    if given.json:
        with stream(installation(), given.passage) as (passages, rows):
            runs = [passage.run_id for passage in passages]
            sys.stdout.writelines(document({"passages": runs}, corrections=map(record, rows)))
    elif given.csv is None:
        found = summarize(installation(), given.passage)
        print(f"{origin(found.passages)}\n\n{summary(found.nombres, found.premieres)}")
    else:
        with stream(installation(), given.passage) as (passages, rows), open_csv(given.csv, HEADER) as write:
            said = written(write(map(cells, rows)), given.csv)
        print(f"{origin(passages)}\n\n{said}")
    return DONE
