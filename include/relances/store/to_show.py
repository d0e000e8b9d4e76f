"""What results are still to be shown, what is being shown right now, and the keys by which it is found again."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Final

import psycopg
from psycopg import sql

from relances.store.database import explained, query
from relances.store.sources import Source

PLACES: Final = "places.sql"
_ROWS: Final = 500  # handed over at once


@dataclass(frozen=True, slots=True)
class WriteBackRow:
    """The state of one relance for one of its creances.

    ``repere``: what it is recognised by outside our database, ``<installation>-<number>``, or the number alone for one
    that was numbered before installations had names. ``ligne``: the key of what shows it in the tax system, empty where
    there is nothing; None: it is not known whether there is.
    """

    relance_id: int
    repere: str
    creance_id: str
    contribuable_id: str
    type_relance: str
    statut: str
    message: str
    montant_du: Decimal
    echeance: date
    date_relance: date
    date_envoi: datetime | None
    fournisseur: str
    reference: str | None
    code: str | None
    motif: str | None
    ligne: str | None


@dataclass(frozen=True, slots=True)
class Part:
    """The next relances to show, until the id ``jusque``; ``lignes``: how many rows of ``a_montrer`` that makes.

    Those whose key is not known have none there.
    """

    relances: int
    jusque: int
    lignes: int


@dataclass(slots=True)
class Told:
    """What came of the rows ``rangs`` of ``a_montrer``, by their position: the keys of new ones, those that somebody
    holds, and those that are not where they were any more. The others are shown."""

    rangs: range
    ajoutees: dict[int, str] = field(default_factory=dict)
    tenues: set[int] = field(default_factory=set)
    perdues: set[int] = field(default_factory=set)

    def add(self, rang: int, ligne: str | None, attente: str | None) -> None:
        """One row that ``write_back.sql`` returned."""
        match attente:
            case "perdue":
                self.perdues.add(rang)
            case None if ligne is not None:
                self.ajoutees[rang] = ligne
            case _:
                self.tenues.add(rang)


class ToShow:
    """The results of a source, over one connection in autocommit to our own database."""

    def __init__(self, source: Source, connection: psycopg.Connection) -> None:
        self._source = source.name
        self._par_cle = source.has(PLACES)
        self._connection = connection
        self._next = 1  # the first row of the first relance of which not all rows are noted
        self._left: set[int] = set()  # of the rows from there on
        connection.execute(query("create_to_show"))

    def recover(self) -> bool:
        """Whether a write-back of before was cut short: which rows it wrote is known no more, and written down so."""
        [(cut,)] = self._connection.execute(query("recover_report"), {"source": self._source})
        return bool(cut)

    def gather(self, apres: int, nombre: int) -> Part | None:
        """Take the next ``nombre`` relances after an id, at most, into ``a_montrer``; None: there are no more."""
        wanted = {"source": self._source, "apres": apres, "nombre": nombre, "par_cle": self._par_cle}
        self._connection.execute(query("empty_to_show"))
        [(relances, *others)] = self._connection.execute(_of_those_to_show("gather_to_show"), wanted)
        return Part(relances, *others) if relances else None

    def gather_unknown(self) -> int:
        """Take all that must be looked for into ``a_montrer``; returns how many rows."""
        if not self._par_cle:
            return 0
        wanted = {"source": self._source, "apres": 0, "nombre": None}
        self._connection.execute(query("empty_to_show"))
        return self._connection.execute(_of_those_to_show("gather_unknown"), wanted).rowcount

    def rows(self) -> Iterator[bytes]:
        """``a_montrer`` in COPY's text format, in flat memory."""
        with explained("relances_db"), self._connection.cursor() as cursor, self._connection.transaction():
            cursor.execute(query("dates_for_copy"))
            with cursor.copy(query("read_to_show")) as copy:
                rows = iter(copy)
                while block := b"".join(islice(rows, _ROWS)):
                    yield block

    def found(self, lines: Iterable[Sequence[tuple[int, str]]]) -> int:
        """Remember the keys of what was looked for, by its position, and that there is none of the rest."""
        found = 0
        with self._connection.transaction():
            self._connection.execute(query("forget_unfound"))
            for some in lines:
                self._remember(dict(some))
                found += len(some)
        return found

    def begin(self, apres: int, part: Part) -> None:
        """Write down what is about to be shown, before any of it is."""
        values = {"source": self._source, "apres": apres, "jusque": part.jusque}
        self._connection.execute(query("begin_report"), values)
        self._next, self._left = 1, set()

    def note(self, told: Told) -> int:
        """Remember what is shown, and where; returns how many relances are, all their rows by now.

        To be told of all rows, in their order.
        """
        self._left |= told.tenues | told.perdues
        with self._connection.transaction():
            self._remember({**told.ajoutees, **dict.fromkeys(told.perdues)})
            rows = {"premier": self._next, "dernier": told.rangs[-1], "laissees": list(self._left)}
            [(shown, self._next)] = self._connection.execute(query("mark_written_back"), rows)
        self._left = {rang for rang in self._left if rang >= self._next}
        return int(shown)

    def end(self) -> None:
        """All that was about to be shown is noted."""
        self._connection.execute(query("end_report"), {"source": self._source})

    def count_left(self, apres: int) -> int:
        """How many relances after an id are not shown."""
        wanted = {"source": self._source, "apres": apres}
        [(nombre,)] = self._connection.execute(query("count_to_write_back"), wanted)
        return int(nombre)

    def _remember(self, lines: "dict[int, str] | dict[int, str | None]") -> None:
        if not lines:
            return
        values = {
            "rang": list(lines),
            "ligne": list(lines.values()),
            "premier": min(lines),
            "dernier": max(lines),
        }
        self._connection.execute(query("remember_lines"), values)


def _of_those_to_show(name: str) -> sql.Composed:
    return sql.SQL(query(name)).format(sql.SQL(query("list_to_write_back")))
