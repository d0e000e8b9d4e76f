"""Messages that were accepted, and what became of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.rows import args_row

from relances.rules.models import Statut
from relances.rules.outcomes import Reglement
from relances.store.database import query
from relances.store.outcomes import flagged, outcomes


@dataclass(frozen=True, slots=True)
class Suivie:
    """A relance whose attempt ``numero`` its fournisseur accepted under ``reference``.

    ``essai``: the same number without the calls that were never made.
    """

    relance_id: int
    numero: int
    essai: int
    reference: str
    envoyee_le: datetime


class Suivi:
    """What became of accepted messages, over one connection in autocommit."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def take(self, fournisseur: str, jours: int, pause: float, nombre: int) -> list[Suivie]:
        """The relances of the last days to ask a fournisseur of, unasked for ``pause`` seconds, the longest first."""
        parameters = {"fournisseur": fournisseur, "jours": jours, "pause_secondes": pause, "nombre": nombre}
        with self._connection.cursor(row_factory=args_row(Suivie)) as cursor:
            return cursor.execute(query("take_to_follow"), parameters).fetchall()

    def write(self, news: Sequence[tuple[Suivie, Reglement]]) -> list[Statut]:
        """Write what became of messages; returns the states that relances moved to. Old news changes nothing."""
        flags = flagged(news)
        with self._connection.transaction():
            if flags is not None:
                self._connection.execute(query("flag_numbers"), flags)
            rows = self._connection.execute(query("apply_news"), outcomes(news)).fetchall()
        return [Statut(statut) for _, statut in rows]

    def give_up(self, fournisseur: str, jours: int, nombre: int) -> int:
        """Mark ``nombre`` messages that are not asked of any more as without news; returns how many there were."""
        parameters = {"fournisseur": fournisseur, "jours": jours, "nombre": nombre}
        return self._connection.execute(query("mark_without_news"), parameters).rowcount
