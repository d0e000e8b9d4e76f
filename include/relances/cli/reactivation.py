"""``relances reactiver``: a number that a provider marked may be written to again."""

import argparse

from relances.cli.commande import DONE
from relances.cli.questions import NUMERO, ask
from relances.orchestration.installation import installation
from relances.rendering.reactivation import said
from relances.services.reactivation import reactivate


def run(_: argparse.Namespace) -> int:
    """Ask for the number, and lift what is said of it."""
    print(said(reactivate(installation(), ask(NUMERO))))
    return DONE
