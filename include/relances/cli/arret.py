"""``relances envois``: stops all sending, resumes it, or says how it is."""

import argparse
import sys

from relances.cli.commande import DONE
from relances.cli.installation import installation
from relances.rendering.arret import lines, record
from relances.rendering.json_sur import document
from relances.rules.arret import Action
from relances.services.arret import act


def run(given: argparse.Namespace) -> int:
    """Stop, resume or only look, then print the state of every voie."""
    action = Action(given.action)
    voies = act(installation(), action, given.fournisseur)
    if given.json:
        sys.stdout.writelines(document({}, envois=(record(*voie) for voie in voies.items())))
    else:
        print("\n".join(lines(action, voies)))
    return DONE
