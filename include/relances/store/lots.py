"""Lots: what there is to send, cut into ranges of ids."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

import psycopg
from psycopg.rows import args_row

from relances.store.database import query
from relances.store.executions import Execution
from relances.store.sending import Lot


class Untried(NamedTuple):
    """A relance that this database never sent: it can have left, if at all, between the two moments."""

    telephone: str
    texte: str
    depuis: datetime
    jusqu_a: datetime

    def __repr__(self) -> str:
        return f"Untried({self.depuis})"


class Lots:
    """The lots of a fournisseur, over one connection."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def plan(self, execution: Execution, fournisseur: str, taille: int, lots_max: int) -> list[Lot]:
        """Cut what is due of the occasion into even lots of at most ``taille``; ``lots_max`` larger ones at most."""
        parameters = {
            "occasion": execution.occasion,
            "source": execution.source,
            "canal": execution.canal,
            "fournisseur": fournisseur,
            "taille": taille,
            "lots_max": lots_max,
        }
        rows = self._connection.execute(query("plan_ranges"), parameters)
        return [Lot(execution.source, execution.occasion, fournisseur, premier, dernier) for premier, dernier in rows]

    def first_untried(self, lot: Lot, nombre: int) -> list[Untried]:
        """The first relances of a lot that were never tried, of numbers that nothing else is under way to."""
        parameters = {
            "source": lot.source,
            "occasion": lot.occasion,
            "fournisseur": lot.fournisseur,
            "premier": lot.premier,
            "dernier": lot.dernier,
            "nombre": nombre,
        }
        with self._connection.cursor(row_factory=args_row(Untried)) as cursor:
            return cursor.execute(query("first_untried"), parameters).fetchall()

    def accounted_for(self, fournisseur: str, references: Collection[str], depuis: datetime) -> set[str]:
        """Which of these references the journal has, among the calls of a fournisseur since then."""
        parameters = {"fournisseur": fournisseur, "reference": list(references), "depuis": depuis}
        return {row[0] for row in self._connection.execute(query("known_references"), parameters)}

    def exists(self, lot: Lot) -> bool:
        """Whether some relance of the occasion is in this lot, whatever its state."""
        parameters = {"source": lot.source, "occasion": lot.occasion, "premier": lot.premier, "dernier": lot.dernier}
        return self._connection.execute(query("find_in_lot"), parameters).fetchone() is not None

    def plan_retries(self, fournisseur: str, jours: int, nombre: int) -> list[Lot]:
        """What is due of what was tried before, first in the last ``jours``: a lot by occasion, ``nombre`` in all."""
        parameters = {"fournisseur": fournisseur, "jours": jours, "nombre": nombre}
        rows = self._connection.execute(query("plan_retries"), parameters)
        return [
            Lot(source, occasion, fournisseur, premier, dernier, reprise=True)
            for source, occasion, premier, dernier in rows
        ]
