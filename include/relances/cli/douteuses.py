"""``relances douteuses``: the relances that left for a number which would be doubtful today."""

import argparse
import sys

from relances.cli.commande import DONE
from relances.cli.installation import installation
from relances.rendering.douteuses import HEADER, cells, record, summary, written
from relances.rendering.json_sur import document
from relances.rendering.tableau_csv import open_csv
from relances.services.douteuses import stream, summarize


def run(given: argparse.Namespace) -> int:
    """Print a summary of these relances, or write all of them to a file."""
    if given.json:
        with stream(installation()) as found:
            sys.stdout.writelines(document({}, douteuses=map(record, found)))
    elif given.csv is None:
        resume = summarize(installation())
        print(summary(resume.premieres, resume.total))
    else:
        with stream(installation()) as found, open_csv(given.csv, HEADER) as write:
            said = written(write(map(cells, found)), given.csv)
        print(said)
    return DONE
