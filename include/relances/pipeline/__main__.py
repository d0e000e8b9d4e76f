"""``python -m relances.pipeline diagnostic``, ``envoyer-test``, ``reactiver``: over the environment's connections."""

import argparse
import logging
import os
import sys
from itertools import groupby
from operator import attrgetter
from typing import Final

from relances.pipeline.examination import TEXT, diagnose, message_test
from relances.pipeline.reactivation import reactivate
from relances.rules.errors import PipelineError
from relances.stages.diagnostic import Examen
from relances_providers.messaging import Verdict

_COLOURS: Final = {Verdict.GOOD: "32", Verdict.UNSEEN: "90", Verdict.BAD: "31"}


def main() -> int:
    """Print what was found or done; returns 1 where a finding is bad, or nothing could be done."""
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it says every call it makes
    given = _parser().parse_args()
    try:
        if given.commande == "reactiver":
            print(reactivate(given.telephone))
            return 0
        examens = _examens(given)
    except PipelineError as error:
        print(error, file=sys.stderr)
        return 1
    for conn_id, found in groupby(examens, key=attrgetter("conn_id")):
        print(f"\n{conn_id}")
        for examen in found:
            print(f"  {_coloured(examen)}")
    return 1 if any(examen.is_bad for examen in examens) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="relances")
    parser.add_argument("commande", choices=["diagnostic", "envoyer-test", "reactiver"])
    parser.add_argument("--fournisseur")
    parser.add_argument("--telephone")
    parser.add_argument("--texte", default=TEXT)
    return parser


def _examens(given: argparse.Namespace) -> list[Examen]:
    if given.commande == "diagnostic":
        return diagnose(given.fournisseur, given.telephone)
    return message_test(given.fournisseur, given.telephone, given.texte)


def _coloured(examen: Examen) -> str:
    plain = not sys.stdout.isatty() or "NO_COLOR" in os.environ
    return examen.line if plain else f"\033[{_COLOURS[examen.finding.verdict]}m{examen.line}\033[0m"


if __name__ == "__main__":
    sys.exit(main())
