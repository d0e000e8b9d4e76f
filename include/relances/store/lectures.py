"""Which balances were read, and when: the relances of a fournisseur leave by them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

import psycopg

from relances.rules.models import Canal
from relances.rules.soldes import EnAttente, Reste
from relances.store.database import query
from relances.store.sending import Lot


class Lecture(NamedTuple):
    """A reading that relances leave by. ``age``: in seconds; ``complete``: the same of when all balances were read.

    ``repere``: what the source recognises by what has changed since; None where it cannot.
    """

    numero: int
    repere: str | None
    age: float
    complete: float


class NonLues(NamedTuple):
    """Relances of one day that wait to be read: ids and amounts as arrays in text, which nobody here looks into.

    ``nombre``: of their creances. ``premier``, ``dernier``: the bounds of their ids.
    """

    date_relance: date
    premier: int
    dernier: int
    nombre: int
    relances: str
    creances: str
    montants: str


@dataclass(frozen=True, slots=True)
class Etendue:
    """What is to be read: of these ids, or of all of an occasion and of what the reading before had."""

    occasion: str
    parmi: Sequence[int] | None = None


class Lectures:
    """The readings of one source for one fournisseur, over one connection in autocommit."""

    def __init__(self, connection: psycopg.Connection, lot: Lot) -> None:
        self._connection = connection
        self._whose = {"source": lot.source, "fournisseur": lot.fournisseur}

    def wait_to_read(self) -> None:
        """Be the only reader until the connection ends, once another has done."""
        self._connection.execute(query("give_up_the_vanished"))
        self._connection.execute(query("wait_to_read"), self._whose)

    def try_to_read(self) -> bool:
        """Be the only reader until the connection ends; False where another is."""
        self._connection.execute(query("give_up_the_vanished"))
        row = self._connection.execute(query("try_to_read"), self._whose).fetchone()
        return row is not None and bool(row[0])

    def find(self) -> Lecture | None:
        """The reading that relances leave by now, however old."""
        row = self._connection.execute(query("find_lecture"), self._whose).fetchone()
        return None if row is None else Lecture(*row)

    def begin(self) -> datetime:
        """When a reading begins that the tax system is asked for from here on."""
        [(moment,)] = self._connection.execute(query("begin_lecture"), self._whose)
        return moment  # type: ignore[no-any-return]

    def has_all(self, numero: int, lot: Lot) -> bool:
        """Whether a reading has the balances of all that waits in a lot."""
        parameters = {
            **self._whose,
            "lecture": numero,
            "premier": lot.premier,
            "dernier": lot.dernier,
            "occasion": lot.occasion,
            "reprise": lot.reprise,
        }
        [(unread,)] = self._connection.execute(query("is_unread"), parameters)
        return not unread

    def unread(self, numero: int, etendue: Etendue, premier: int, nombre: int) -> list[NonLues]:
        """The next ``nombre`` that wait and that a reading does not have, from the id ``premier`` on, by day."""
        parameters = {
            **self._whose,
            "lecture": numero,
            "occasion": etendue.occasion,
            "parmi": None if etendue.parmi is None else list(etendue.parmi),
            "premier": premier,
            "nombre": nombre,
        }
        return [NonLues(*row) for row in self._connection.execute(query("list_unread"), parameters)]

    def mark(self, numero: int, lues: NonLues, sauf: Sequence[int]) -> None:
        """The reading has these, but for some of them."""
        parameters = {**self._whose, "lecture": numero, "relances": lues.relances, "sauf": list(sauf)}
        self._connection.execute(query("mark_read"), parameters)

    def forget(self, numero: int, creances: Sequence[str]) -> list[int]:
        """The reading has nobody any more whose these creances are; returns those who wait."""
        parameters = {**self._whose, "lecture": numero, "creances": list(creances)}
        return [row[0] for row in self._connection.execute(query("forget_read"), parameters)]

    def put_forward(self, numero: int, lue_le: datetime, repere: str | None) -> None:
        """Relances leave by this reading of all balances from here on."""
        parameters = {**self._whose, "lecture": numero, "lue_le": lue_le, "repere": repere}
        self._connection.execute(query("put_forward"), parameters)

    def bring_forward(self, lue_le: datetime, repere: str) -> None:
        """What had changed was read again at that moment."""
        self._connection.execute(query("bring_forward"), {**self._whose, "lue_le": lue_le, "repere": repere})

    def touched(self, lues: NonLues, creances: Sequence[str]) -> list[tuple[bool, EnAttente]]:
        """The relances that speak of some of these creances, each with whether it still waits."""
        parameters = {
            **self._whose,
            "date_relance": lues.date_relance,
            "premier": lues.premier,
            "dernier": lues.dernier,
            "creances": list(creances),
        }
        rows = self._connection.execute(query("list_touched"), parameters).fetchall()
        found: list[tuple[bool, EnAttente]] = []
        for relance, group in groupby(rows, key=itemgetter(slice(0, 7))):
            waits, id_, execution_id, date_relance, niveau, canal, deplacee = relance
            rests = tuple(Reste(*row[7:]) for row in group)
            found.append((waits, EnAttente(id_, execution_id, date_relance, niveau, Canal(canal), rests, deplacee)))
        return found
