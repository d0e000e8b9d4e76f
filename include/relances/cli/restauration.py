"""``relances restaurer``: a restored database may send again."""

import argparse

from relances.cli.commande import DONE
from relances.cli.installation import installation
from relances.rendering.restauration import said
from relances.rules.restauration import Parole
from relances.services.restauration import restaurer


def run(given: argparse.Namespace) -> int:
    """Let a restored database send again, by what the operator vouches for."""
    print(said(restaurer(installation(), _parole(given), forcer=given.forcer)))
    return DONE


def _parole(given: argparse.Namespace) -> Parole:
    if given.passages_finis:
        return Parole.PASSAGES_FINIS
    return Parole.RIEN_DEPUIS if given.rien_depuis else Parole.AUCUNE
