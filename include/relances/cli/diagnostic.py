"""``relances diagnostic``: examines every connection; ``relances envoyer-test``: sends one message."""

import argparse
import os
import sys
from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter
from typing import Final

from relances.cli.commande import DONE, REFUSED
from relances.cli.installation import installation
from relances.cli.questions import NUMERO, ask, ask_if
from relances.rendering.diagnostic import finding, line, record
from relances.rendering.json_sur import document
from relances.services.diagnostic import diagnose, message_test
from relances.services.diagnostic_values import Diagnostic
from relances.services.message_test import TEXT
from relances_providers.messaging import Finding, Verdict

_COLOURS: Final = {Verdict.GOOD: "32", Verdict.UNSEEN: "90", Verdict.BAD: "31"}


def examine(given: argparse.Namespace) -> int:
    """Print what was found; refused where something is to be mended."""
    diagnostics = diagnose(installation(), given.fournisseur, ask_if(given.telephone, NUMERO))
    if given.json:
        rows = (record(diagnostic.conn_id, _said(diagnostic)) for diagnostic in diagnostics)
        sys.stdout.writelines(document({}, connexions=rows))
    else:
        _show(diagnostics)
    return _code(diagnostics)


def send(given: argparse.Namespace) -> int:
    """Send a message, and print what became of it."""
    telephone = ask(f"{NUMERO} (vide : celui que garde la connexion)")
    texte = ask_if(given.texte, "Texte") or TEXT
    diagnostics = message_test(installation(), given.fournisseur, telephone or None, texte)
    _show(diagnostics)
    return _code(diagnostics)


def _code(diagnostics: Sequence[Diagnostic]) -> int:
    return REFUSED if any(diagnostic.is_bad for diagnostic in diagnostics) else DONE


def _show(diagnostics: Sequence[Diagnostic]) -> None:
    for conn_id, found in groupby(diagnostics, key=attrgetter("conn_id")):
        print(f"\n{conn_id}")
        for diagnostic in found:
            print(f"  {_coloured(_said(diagnostic))}")


def _said(diagnostic: Diagnostic) -> Finding:
    return finding(diagnostic.part, diagnostic.verdict, diagnostic.fait)


def _coloured(found: Finding) -> str:
    plain = not sys.stdout.isatty() or "NO_COLOR" in os.environ
    return line(found) if plain else f"\033[{_COLOURS[found.verdict]}m{line(found)}\033[0m"
