"""Lots to send, claims of the dead, and doubts to clear."""

from dataclasses import dataclass

import psycopg

from relances.store.database import query
from relances.store.executions import Execution
from relances.store.sending import Lot


@dataclass(frozen=True, slots=True)
class Unsettled:
    """Relances of an occasion that are not at rest. ``attente``: seconds since the latest call for one of them."""

    incertaines: int
    en_cours: int
    a_reprendre: int
    attente: float

    @property
    def any(self) -> bool:
        return self.incertaines + self.en_cours + self.a_reprendre > 0


class Doubts:
    """The reconciling of relances, over one connection in autocommit."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def plan(self, execution: Execution, taille: int, *, reprise: bool = False) -> list[Lot]:
        """Cut what is due of the occasion into lots of at most ``taille``; ``reprise``: what was already tried."""
        parameters = {
            "occasion": execution.occasion,
            "source": execution.source,
            "taille": taille,
            "reprise": reprise,
        }
        rows = self._connection.execute(query("plan_ranges"), parameters).fetchall()
        return [
            Lot(execution.occasion, fournisseur, premier, dernier, reprise) for fournisseur, premier, dernier in rows
        ]

    def rescue(self) -> int:
        """Put in doubt the calls whose owner is dead; returns how many."""
        return self._connection.execute(query("rescue")).rowcount

    def resolve_from_journal(self) -> int:
        """Settle the doubts whose own call wrote down how it ended; returns how many."""
        return self._connection.execute(query("resolve_from_journal")).rowcount

    def close(self, fournisseur: str, quarantaine: float) -> int:
        """End in 408 the doubts of a fournisseur that cannot be asked, ``quarantaine`` seconds old."""
        parameters = {"fournisseur": fournisseur, "quarantaine_secondes": quarantaine}
        return self._connection.execute(query("close_doubts"), parameters).rowcount

    def unsettled(self, execution: Execution) -> Unsettled:
        """What is not at rest among the occasion's relances."""
        parameters = {"occasion": execution.occasion, "source": execution.source}
        row = self._connection.execute(query("count_unsettled"), parameters).fetchone()
        return Unsettled(*(row or (0, 0, 0, 0.0)))
