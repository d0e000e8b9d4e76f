"""``relances diagnostic``: examines every connection; ``relances envoyer-test``: sends one message."""

import argparse
import os
import sys
from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter
from typing import Final

from relances.cli.commande import DONE, REFUSED
from relances.cli.questions import NUMERO, ask, ask_if
from relances.orchestration.installation import installation
from relances.rendering.diagnostic import line, record
from relances.rendering.json_sur import document
from relances.services.diagnostic import Examen, diagnose, message_test
from relances.services.message_test import TEXT
from relances_providers.messaging import Finding, Verdict

_COLOURS: Final = {Verdict.GOOD: "32", Verdict.UNSEEN: "90", Verdict.BAD: "31"}


def examine(given: argparse.Namespace) -> int:
    """Print what was found; refused where something is to be mended."""
    examens = diagnose(installation(), given.fournisseur, ask_if(given.telephone, NUMERO))
    if given.json:
        rows = (record(examen.conn_id, examen.finding) for examen in examens)
        sys.stdout.writelines(document({}, connexions=rows))
    else:
        _show(examens)
    return _code(examens)


def send(given: argparse.Namespace) -> int:
    """Send a message, and print what became of it."""
    telephone = ask(f"{NUMERO} (vide : celui que garde la connexion)")
    texte = ask_if(given.texte, "Texte") or TEXT
    examens = message_test(installation(), given.fournisseur, telephone or None, texte)
    _show(examens)
    return _code(examens)


def _code(examens: Sequence[Examen]) -> int:
    return REFUSED if any(examen.is_bad for examen in examens) else DONE


def _show(examens: Sequence[Examen]) -> None:
    for conn_id, found in groupby(examens, key=attrgetter("conn_id")):
        print(f"\n{conn_id}")
        for examen in found:
            print(f"  {_coloured(examen.finding)}")


def _coloured(finding: Finding) -> str:
    plain = not sys.stdout.isatty() or "NO_COLOR" in os.environ
    return line(finding) if plain else f"\033[{_COLOURS[finding.verdict]}m{line(finding)}\033[0m"
