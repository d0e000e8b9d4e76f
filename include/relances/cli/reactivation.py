"""``relances reactiver``: a number that a provider marked may be written to again."""

import argparse

from relances.cli.commande import DONE
from relances.cli.installation import installation
from relances.cli.questions import NUMERO, ask
from relances.rendering.reactivation import said
from relances.services.reactivation import reactivate


def run(_: argparse.Namespace) -> int:
    """Ask for a number, lift what forbids to write to it, and print what was lifted."""
    print(said(reactivate(installation(), ask(NUMERO))))
    return DONE
