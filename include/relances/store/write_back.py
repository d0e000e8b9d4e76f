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

    def show(self, rows: int, at_once: int) -> Told:
        """Show the first ``rows`` of ``a_montrer``, ``at_once`` in a transaction at most."""
        if self.source.has(PREPARE):
            self.connection.execute(self.source.statement(PREPARE, self.connection))
        limit_writing(self.connection, self.limites)
        self._go_by_keys("off")
        try:
            return self._show(rows, at_once)
        finally:
            if self.connection.pgconn.transaction_status == TransactionStatus.IDLE:
                self._go_by_keys("on")

    def _show(self, rows: int, at_once: int) -> Told:
        told, wasted = Told(), 0.0
        aim, size, premier = self.limites.ecriture_max * _AIM, min(_FIRST, at_once), 1
        while premier <= rows:
            part, began = range(premier, min(premier + size, rows + 1)), monotonic()
            if wasted >= _WASTE or not self._written(part, told):
                told.tenues.update(part)
                wasted += monotonic() - began
            size, premier = next_size(size, monotonic() - began, aim, at_once), part.stop
        return told

    def _written(self, part: range, told: Told) -> bool:
        """Whether these could be written in one transaction, as far as nobody holds them."""
        statement = self.source.statement("write_back.sql", self.connection)
        with self.connection.cursor() as cursor:
            try:
                # Planned each time: what is right for ten rows is not for ten thousand.
                cursor.execute(statement, {"premier": part[0], "dernier": part[-1]}, prepare=False)
            except _HELD_BACK:
                return False
            for rang, ligne, attente in cursor if cursor.description else ():
                told.add(rang, ligne, attente)
        return True

    def _go_by_keys(self, seqscan: str) -> None:
        self.connection.execute(query("by_keys"), {"valeur": seqscan})


def next_size(size: int, seconds: float, aim: float, most: int) -> int:
    """How many rows the next transaction is of, after one of ``size`` rows that took so long: half to twice as many."""
    fits = size * aim / max(seconds, 0.001)
    return max(1, min(most, round(min(max(fits, size / 2), size * 2))))
