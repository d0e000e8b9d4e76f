"""``python -m relances.pipeline diagnostic``, ``apercu``…: the commands that use the environment's connections."""

import argparse
import logging
import os
import sys
from collections.abc import Callable, Mapping
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Final

from relances.pipeline import oppositions
from relances.pipeline.contacts import import_contacts
from relances.pipeline.corrections import list_corrections
from relances.pipeline.examination import TEXT, diagnose, message_test
from relances.pipeline.importation import CompteRendu
from relances.pipeline.preview import DEFAULTS, preview, show
from relances.pipeline.reactivation import reactivate
from relances.rules.errors import PipelineError
from relances.stages.diagnostic import Examen
from relances_providers.messaging import Verdict

_COLOURS: Final = {Verdict.GOOD: "32", Verdict.UNSEEN: "90", Verdict.BAD: "31"}


def main() -> int:
    """Print what was found or done; returns 1 where a finding is bad, or nothing could be done."""
    logging.disable(logging.WARNING)  # stages and libraries write for the log of a task
    given = _parser().parse_args()
    try:
        if given.commande in _TOLD:
            told = _TOLD[given.commande](given)
            print(told.texte)
            return 0 if told.fait else 1
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
    parser.add_argument("commande", choices=["diagnostic", "envoyer-test", *_TOLD])
    parser.add_argument("action", nargs="?", choices=["ajouter", "retirer", "lister", "importer"])
    parser.add_argument("--fournisseur")
    parser.add_argument("--telephone")
    parser.add_argument("--texte", default=TEXT)
    parser.add_argument("--csv", type=Path)
    parser.add_argument("--passage")
    parser.add_argument("--date-relance", default=argparse.SUPPRESS)
    parser.add_argument("--jours-retard-min", type=int, default=argparse.SUPPRESS)
    parser.add_argument("--type-relance", default=argparse.SUPPRESS)
    parser.add_argument("--limite", type=int, default=argparse.SUPPRESS)
    parser.add_argument("--categories", action="append", default=argparse.SUPPRESS)
    parser.add_argument("--campagne", default=argparse.SUPPRESS)
    parser.add_argument("--contribuable")
    parser.add_argument("--motif")
    parser.add_argument("--fichier", type=Path)
    parser.add_argument("--ignorer-erreurs", action="store_true")
    return parser


def _examens(given: argparse.Namespace) -> list[Examen]:
    if given.commande == "diagnostic":
        return diagnose(given.fournisseur, given.telephone)
    return message_test(given.fournisseur, given.telephone, given.texte)


def _coloured(examen: Examen) -> str:
    plain = not sys.stdout.isatty() or "NO_COLOR" in os.environ
    return examen.line if plain else f"\033[{_COLOURS[examen.finding.verdict]}m{examen.line}\033[0m"


def _reactivate(given: argparse.Namespace) -> CompteRendu:
    return CompteRendu(reactivate(given.telephone))


def _preview(given: argparse.Namespace) -> CompteRendu:
    if given.passage:
        return CompteRendu(show(given.passage, given.csv))
    return CompteRendu(preview({name: value for name, value in vars(given).items() if name in DEFAULTS}, given.csv))


def _corrections(given: argparse.Namespace) -> CompteRendu:
    return CompteRendu(list_corrections(given.passage, given.csv))


def _opposition(given: argparse.Namespace) -> CompteRendu:
    match given.action:
        case "ajouter":
            return CompteRendu(oppositions.add(given.contribuable, given.telephone, given.motif))
        case "retirer":
            return CompteRendu(oppositions.remove(given.contribuable, given.telephone))
        case "importer":
            return oppositions.import_oppositions(given.fichier, ignorer_erreurs=given.ignorer_erreurs)
        case _:
            return CompteRendu(oppositions.listing())


def _import_contacts(given: argparse.Namespace) -> CompteRendu:
    return import_contacts(given.fichier, given.campagne, ignorer_erreurs=given.ignorer_erreurs)


_TOLD: Final[Mapping[str, Callable[[argparse.Namespace], CompteRendu]]] = {
    "reactiver": _reactivate,
    "apercu": _preview,
    "corrections": _corrections,
    "opposition": _opposition,
    "importer-contacts": _import_contacts,
}
"""The commands that print a text."""


if __name__ == "__main__":
    sys.exit(main())
