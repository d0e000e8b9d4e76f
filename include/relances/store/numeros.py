"""The memory of telephone numbers as typed, and how they were read."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import psycopg

from relances.rules.numeros import LECTURE, Numero, Verdict
from relances.store.database import query
from relances.store.executions import Execution

_FETCHED_AT_ONCE = 5_000  # rows


class Numeros:
    """The numbers of one execution, over one connection, within a transaction."""

    def __init__(self, connection: psycopg.Connection, execution: Execution) -> None:
        self._connection = connection
        self._execution = execution

    def open(self) -> None:
        """Forget what other versions of the reading read; nobody else reads until the transaction ends."""
        self._connection.execute(query("lock_numbers"))
        self._connection.execute(query("forget_older_readings"), {"lecture": LECTURE})
        self._connection.execute(query("create_cut_cells"))

    def to_read(self) -> Iterator[list[str]]:
        """Those that this version of the reading never read, some thousands at a time."""
        with self._connection.cursor("numeros") as rows:
            rows.execute(query("stream_numbers_to_read"), {"execution_id": self._execution.id})
            while batch := rows.fetchmany(_FETCHED_AT_ONCE):
                yield [saisie for (saisie,) in batch]

    def note_cut(self, cells: Mapping[str, Sequence[str]]) -> None:
        """Hold which numbers these cells are made of, until :meth:`cut`."""
        with self._connection.cursor() as cursor, cursor.copy(query("copy_cut_cells")) as copy:
            for cell, numbers in cells.items():
                for ordre, number in enumerate(numbers):
                    copy.write_row((cell, number, ordre))

    def cut(self) -> None:
        """Put their numbers in the place of the cells that hold several, among the telephones of the execution."""
        self._connection.execute(query("analyze_cut_cells"))
        self._connection.execute(query("cut_cells"), {"execution_id": self._execution.id})

    def let_planner_know(self) -> None:
        """Have the database look again at how many numbers there are."""
        self._connection.execute(query("analyze_numbers"))

    def remember(self, read: Iterable[tuple[str, Verdict]]) -> None:
        """Keep how these numbers were read."""
        with self._connection.cursor() as cursor, cursor.copy(query("copy_numbers")) as copy:
            for saisie, verdict in read:
                copy.write_row((saisie, *_columns(verdict), LECTURE))


def _columns(verdict: Verdict) -> tuple[object, ...]:
    if isinstance(verdict, Numero):
        return verdict.chiffres, verdict.pays, verdict.migre, verdict.format_guide, verdict.attribue, None
    return None, None, False, False, False, verdict.value
