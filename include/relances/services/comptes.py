"""What news of messages say of the account that sent them: a fault of it holds its voie up, an arrival frees it."""

import logging
from collections.abc import Sequence
from datetime import datetime

import psycopg

from relances.rules.politique import Disjoncteur
from relances.store.comptes import Tenue, free_voie, hold_voie
from relances_providers.errors import Misconfigured

logger = logging.getLogger(__name__)


class Compte:
    """The account of a fournisseur, as the news of one pass tell of it.

    ``faute``: a fault of it that lasts, ``motif``: the same for who watches the voie, ``tenue``: how the voie is held
    up for it. ``guerie_de``: since when it was, where a message has arrived since.
    """

    def __init__(self, relances: psycopg.Connection, fournisseur: str, disjoncteur: Disjoncteur) -> None:
        self.fournisseur = fournisseur
        self._relances = relances
        self._disjoncteur = disjoncteur
        self.faute: Misconfigured | None = None
        self.motif = ""
        self.tenue: Tenue | None = None
        self.guerie_de: datetime | None = None

    def blame(self, faults: Sequence[tuple[datetime, Misconfigured]]) -> None:
        """Hold the voie up for the latest of these, each told of a message accepted then; before they go back to it."""
        if not faults:
            return
        appel, faute = max(faults, key=lambda fault: fault[0])
        motif = _motif(faute)
        tenue = hold_voie(self._relances, self.fournisseur, self._disjoncteur, motif, appel)
        if tenue is None:
            logger.info("%s : %s messages d'avant la reprise de la voie repartent", self.fournisseur, len(faults))
            return
        logger.error("%s : faute du compte, file suspendue : %s", self.fournisseur, motif)
        nouvelle = tenue.nouvelle or (self.tenue is not None and self.tenue.nouvelle)
        self.faute, self.motif, self.tenue = faute, motif, Tenue(nouvelle, tenue.jusqu_au)

    def clear(self, arrivals: Sequence[datetime]) -> None:
        """Free the voie where it waited for a message to arrive. ``arrivals``: when those that did were accepted."""
        if arrivals:
            depuis = free_voie(self._relances, self.fournisseur, max(arrivals))
            self.guerie_de = depuis or self.guerie_de


def _motif(faute: Misconfigured) -> str:
    """The error, and how to send again once it is mended: what is told later heals by itself only where it is tried."""
    french, _, english = str(faute).rpartition(" — ")
    return (
        f"{french} ; une fois corrigé, reprenez la voie (« relances envois reprendre ») — {english}; once mended, "
        "resume the lane (relances envois reprendre)"
    )
