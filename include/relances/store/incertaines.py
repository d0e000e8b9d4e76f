"""Settles what no worker will: claims of dead workers, relances that wait too long, doubts.

Methods that take ``nombre`` change at most that many rows, and return how many they changed."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import psycopg
from psycopg.rows import args_row

from relances.rules.models import Statut
from relances.rules.outcomes import Reglement, written
from relances.store.database import query
from relances.store.executions import Execution


@dataclass(frozen=True, slots=True)
class Unsettled:
    """Relances of an occasion that are not at rest. ``attente``: seconds since the latest call for one of them."""

    incertaines: int
    en_cours: int
    a_reprendre: int
    attente: float

    def any(self, *, reprises: bool) -> bool:
        """Whether any is unsettled. ``reprises``: whether those to send again count."""
        return self.incertaines + self.en_cours + (self.a_reprendre if reprises else 0) > 0


@dataclass(frozen=True, slots=True)
class Incertaine:
    """A relance of which nobody knows whether attempt ``numero`` left, at a time between ``depuis`` and ``jusqu_a``.

    ``essai``: the same number without the calls that were never made. ``compte``: the fournisseur's account that was
    called. ``age``: seconds since nobody knows.
    """

    relance_id: int
    numero: int
    essai: int
    telephone: str
    texte: str
    compte: str | None
    age: float
    depuis: datetime
    jusqu_a: datetime

    def __repr__(self) -> str:
        return f"Incertaine(relance={self.relance_id}, numero={self.numero})"


class Double(NamedTuple):
    """A call by which a relance was sent a second time, which must never happen."""

    relance_id: int
    numero: int


class Clearing:
    """The clearing of a fournisseur's doubts, one at a time: made by :meth:`Incertaines.clearing`."""

    def __init__(self, connection: psycopg.Connection, fournisseur: str, depuis: datetime) -> None:
        self._connection = connection
        self._parameters: dict[str, object] = {"fournisseur": fournisseur, "depuis": depuis}

    def known(self, references: Collection[str]) -> set[str]:
        """Which of these references belong to calls already accounted for."""
        if not references:
            return set()
        rows = self._connection.execute(query("known_references"), {**self._parameters, "reference": list(references)})
        return {row[0] for row in rows}

    def write(self, cleared: Sequence[tuple[Incertaine, Reglement]]) -> list[Statut]:
        """Write what was proved; returns the new states. What is no longer in doubt keeps its state."""
        rows = self._connection.execute(query("clear_doubts"), {**self._parameters, **written(cleared)})
        return [Statut(statut) for _, statut in rows]


class Incertaines:
    """The reconciling of relances, over one connection in autocommit."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def expire(self, heures: int, nombre: int) -> int:
        """Call off what was created more than so many hours ago and never tried; returns how many."""
        return self._connection.execute(query("expire_untried"), {"heures": heures, "nombre": nombre}).rowcount

    def abandon(self, jours: int, nombre: int) -> int:
        """End what was tried first more than ``jours`` ago and still waits, by the code it has; returns how many."""
        return self._connection.execute(query("abandon"), {"jours": jours, "nombre": nombre}).rowcount

    def rescue(self, nombre: int) -> int:
        """Put in doubt the calls whose owner is dead; returns how many."""
        return self._connection.execute(query("rescue"), {"nombre": nombre}).rowcount

    def resolve_from_journal(self, nombre: int) -> int:
        """Settle the doubts whose own call wrote down how it ended; returns how many."""
        return self._connection.execute(query("resolve_from_journal"), {"nombre": nombre}).rowcount

    def doubles(self) -> list[Double]:
        """The calls of the last day by which a relance was sent a second time, and of which nobody was told."""
        with self._connection.cursor(row_factory=args_row(Double)) as cursor:
            return cursor.execute(query("list_doubles")).fetchall()

    def mark_told(self, doubles: Collection[Double]) -> None:
        """Remember that somebody was told of these."""
        parameters = {
            "relance_id": [double.relance_id for double in doubles],
            "numero": [double.numero for double in doubles],
        }
        self._connection.execute(query("mark_told"), parameters)

    def to_ask(
        self, fournisseur: str, quarantaine: float, absence: float, unasked: float, nombre: int
    ) -> list[Incertaine]:
        """The doubts to ask a fournisseur of, ``quarantaine`` seconds old, the longest unasked first.

        ``absence``: seconds after which a message may be taken for absent, which it is sought until. ``unasked``:
        seconds during which none was asked of.
        """
        parameters = {
            "fournisseur": fournisseur,
            "quarantaine_secondes": quarantaine,
            "absence_secondes": absence,
            "silence_secondes": unasked,
            "nombre": nombre,
        }
        with self._connection.cursor(row_factory=args_row(Incertaine)) as cursor:
            return cursor.execute(query("list_doubts"), parameters).fetchall()

    def mark_asked(self, incertaine: Incertaine) -> None:
        """Remember that the fournisseur is being asked about it now."""
        self._connection.execute(query("mark_asked"), {"relance_id": incertaine.relance_id})

    @contextmanager
    def clearing(self, fournisseur: str, depuis: datetime) -> Iterator[Clearing]:
        """Alone until the end, which commits: a message clears one doubt only. ``depuis``: when the oldest began."""
        with self._connection.transaction():
            self._connection.execute(query("lock_fournisseur"), {"fournisseur": fournisseur})
            yield Clearing(self._connection, fournisseur, depuis)

    def close(self, secondes: float, nombre: int, *, of: str | None = None, interroges: Sequence[str] = ()) -> int:
        """End in 408 the doubts that are so many seconds old; returns how many.

        ``of``: those of this fournisseur alone. ``interroges``: fournisseurs that must have been asked of them.
        """
        parameters = {"fournisseur": of, "interroges": list(interroges), "secondes": secondes, "nombre": nombre}
        return self._connection.execute(query("close_doubts"), parameters).rowcount

    def unsettled(self, execution: Execution, attente: float) -> Unsettled:
        """What is not at rest among the occasion's relances. ``attente``: seconds that a run waits for a retry."""
        parameters = {
            "occasion": execution.occasion,
            "source": execution.source,
            "canal": execution.canal,
            "attente_secondes": attente,
        }
        row = self._connection.execute(query("count_unsettled"), parameters).fetchone()
        return Unsettled(*(row or (0, 0, 0, 0.0)))
