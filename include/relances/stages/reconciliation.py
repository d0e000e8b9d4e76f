"""Clears what is not known: calls of dead workers, answers that never came, retries that are due."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

import psycopg

from relances.store.database import explained
from relances.store.doubts import Doubts
from relances_providers.messaging import Capabilities, Limits

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Provider:
    """What reconciling needs to know of a fournisseur."""

    capabilities: Capabilities
    limits: Limits

    @property
    def quarantine(self) -> float:
        """Seconds a doubt stays open: the call may still last, and be seen late by a look-up."""
        return self.limits.longest_call + self.capabilities.visibility_delay


def reconcile(relances: psycopg.Connection, providers: Mapping[str, Provider]) -> None:
    """Move what can be moved. A doubt that cannot be cleared by asking ends in 408, as the tax office rules."""
    with explained("relances_db"):
        doubts = Doubts(relances)
        rescued = doubts.rescue()
        found = doubts.resolve_from_journal()
        closed = sum(
            doubts.close(fournisseur, provider.quarantine)
            for fournisseur, provider in providers.items()
            if not provider.capabilities.can_find
        )
    logger.info(
        "réconciliation : %s appels interrompus, %s retrouvés au journal, %s sans réponse (408)", rescued, found, closed
    )
