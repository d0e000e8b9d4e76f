"""Writes into a tax system's own tables, as a guest: a little at a time, and never waiting for who works there."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass, fields
from time import monotonic
from typing import Final

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.rows import dict_row

from relances.rules.politique import BaseFiscale
from relances.store.database import query
from relances.store.guest import limit_reading, limit_writing
from relances.store.sources import Source, WriteBackRow

PLACES: Final = "places.sql"

_HELD_BACK: Final = (
    psycopg.errors.LockNotAvailable,  # a table, or what a foreign key points to: no row lock of ours tells
    psycopg.errors.QueryCanceled,  # as many rows as this take too long here, for now
    psycopg.errors.DeadlockDetected,
    psycopg.errors.SerializationFailure,
)
_WASTE: Final = 20.0  # seconds of a turn that may be spent on writing what is undone


@dataclass(frozen=True, slots=True)
class WriteBack:
    """A source, over a connection in autocommit to its database."""

    source: Source
    connection: psycopg.Connection
    limites: BaseFiscale

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Whether no other write-back is under way in this database; none begins before the end, then."""
        limit_reading(self.connection, self.limites)
        [(alone,)] = self.connection.execute(query("begin_write_back"))
        try:
            yield bool(alone)
        finally:
            if alone and self.connection.pgconn.transaction_status == TransactionStatus.IDLE:  # else it is given up too
                self.connection.execute(query("end_write_back"))

    def show(self, rows: Sequence[WriteBackRow], at_once: int) -> set[int]:
        """Show these states, ``at_once`` in a transaction; returns the relances that were not, as somebody holds what
        they change. To be asked while ``alone``."""
        places = self._places(rows)
        limit_writing(self.connection, self.limites)
        left, wasted = set[int](), 0.0
        for start in range(0, len(rows), at_once):
            part = slice(start, start + at_once)
            began = monotonic()
            laissees: Collection[int] = range(1, at_once + 1)
            if wasted < _WASTE:
                try:
                    laissees = self._write(rows[part], places[part])
                except _HELD_BACK:
                    wasted += monotonic() - began
            left.update(row.relance_id for rang, row in enumerate(rows[part], 1) if rang in laissees)
        return left

    def _places(self, rows: Sequence[WriteBackRow]) -> list[tuple[int | None, int | None]]:
        """The line and the dossier that each row is written to, by their ids."""
        places: list[tuple[int | None, int | None]] = [(None, None)] * len(rows)
        if self.source.has(PLACES):
            statement = self.source.statement(PLACES, self.connection)
            with self.connection.cursor(row_factory=dict_row) as cursor:
                for place in cursor.execute(statement, columns(rows)):
                    places[place["rang"] - 1] = place["ligne"], place["dossier"]
        return places

    def _write(self, rows: Sequence[WriteBackRow], places: Sequence[tuple[int | None, int | None]]) -> set[int]:
        """Returns the positions of what is left."""
        ligne, dossier = map(list, zip(*places, strict=True))
        statement = self.source.statement("write_back.sql", self.connection)
        with self.connection.cursor(row_factory=dict_row) as cursor:
            cursor.execute(statement, {**columns(rows), "ligne": ligne, "dossier": dossier})
            told = cursor.fetchone() if cursor.description else None
        return set((told or {}).get("laissees") or ())


def columns(rows: Sequence[WriteBackRow]) -> dict[str, list[object]]:
    """The columns of these rows: each field as an array."""
    values = zip(*map(astuple, rows), strict=True)
    return {field.name: list(column) for field, column in zip(fields(WriteBackRow), values, strict=True)}
