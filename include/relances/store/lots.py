"""Lots: what there is to send, cut into ranges of ids."""

import psycopg

from relances.store.database import query
from relances.store.executions import Execution
from relances.store.sending import Lot


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
