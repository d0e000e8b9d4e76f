"""Writes into a tax system's own tables, as a guest: a little at a time, and never waiting for who works there."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Final

import psycopg
from psycopg.pq import TransactionStatus

from relances.rules.politique import BaseFiscale
from relances.store.database import explained, query
from relances.store.encodage_source import held_rows
from relances.store.guest import limit_reading, limit_writing
from relances.store.sources import Source
from relances.store.to_show import PLACES, Told

PREPARE: Final = "prepare.sql"

_HELD_BACK: Final = (
    psycopg.errors.LockNotAvailable,  # a table, or what a foreign key points to: no row lock of ours tells
    psycopg.errors.QueryCanceled,  # as many rows as this take too long here, for now
    psycopg.errors.DeadlockDetected,
    psycopg.errors.SerializationFailure,
)
_WASTE: Final = 20.0  # seconds of a turn that may be spent on writing what is undone
_AIM: Final = 0.25  # share of what one transaction may last, that it is made to last
_FIRST: Final = 250  # rows of the first transaction, of which nothing is known yet
_FOUND: Final = 20_000  # keys that are handed over at once


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

    def fill(self, rows: Iterable[bytes]) -> None:
        """Make ``a_montrer`` of these rows of a COPY. To be asked while ``alone``, as what follows."""
        held = held_rows(self.connection)
        self.connection.execute(query("create_to_show"))
        self.connection.execute(query("empty_to_show"))
        with self.connection.cursor() as cursor, cursor.copy(query("fill_to_show")) as copy:
            for block in rows:
                copy.write(held(block))
        self.connection.execute(query("analyse_to_show"))

    def find(self) -> Iterator[list[tuple[int, str]]]:
        """The position and the key of what there is of ``a_montrer``; looks through the tax system's table once."""
        here = explained(self.source.connexion, self.connection)
        with here, self.connection.transaction(), self.connection.cursor("retrouvees") as found:
            found.execute(self.source.statement(PLACES, self.connection))
            while some := found.fetchmany(_FOUND):
                yield some

    def show(self, rows: int, at_once: int) -> Iterator[Told]:
        """Show the first ``rows`` of ``a_montrer``, ``at_once`` in a transaction at most; what came of each."""
        if self.source.has(PREPARE):
            self.connection.execute(self.source.statement(PREPARE, self.connection))
        limit_writing(self.connection, self.limites)
        self._go_by_keys("off")
        try:
            yield from self._show(rows, at_once)
        finally:
            if self.connection.pgconn.transaction_status == TransactionStatus.IDLE:
                self._go_by_keys("on")

    def _show(self, rows: int, at_once: int) -> Iterator[Told]:
        aim, size, premier, wasted = self.limites.ecriture_max * _AIM, min(_FIRST, at_once), 1, 0.0
        while premier <= rows:
            rangs, began = range(premier, min(premier + size, rows + 1)), monotonic()
            told = self._write(rangs) if wasted < _WASTE else None
            seconds = monotonic() - began
            if told is None:
                wasted += seconds
            yield told or Told(rangs, tenues=set(rangs))
            size, premier = next_size(size, seconds, aim, at_once), rangs.stop

    def _write(self, rangs: range) -> Told | None:
        """Write these in one transaction, as far as nobody holds them; None where that could not be."""
        statement, told = self.source.statement("write_back.sql", self.connection), Told(rangs)
        with self.connection.cursor() as cursor:
            try:
                # Planned each time: what is right for ten rows is not for ten thousand.
                cursor.execute(statement, {"premier": rangs[0], "dernier": rangs[-1]}, prepare=False)
            except _HELD_BACK:
                return None
            for rang, ligne, attente in cursor if cursor.description else ():
                told.add(rang, ligne, attente)
        return told

    def _go_by_keys(self, seqscan: str) -> None:
        self.connection.execute(query("by_keys"), {"valeur": seqscan})


def next_size(size: int, seconds: float, aim: float, most: int) -> int:
    """How many rows the next transaction is of, after one of ``size`` rows that took so long: half to twice as many."""
    fits = size * aim / max(seconds, 0.001)
    return max(1, min(most, round(min(max(fits, size / 2), size * 2))))
