"""The memory of telephone numbers as typed, and how they were read."""

from collections.abc import Iterable, Iterator

import psycopg

from relances.rules.phones import LECTURE, Numero, Verdict
from relances.store.database import query
from relances.store.executions import Execution

_FETCHED_AT_ONCE = 5_000  # rows


class Numbers:
    """The numbers of one execution, over one connection, within a transaction."""

    def __init__(self, connection: psycopg.Connection, execution: Execution) -> None:
        self._connection = connection
        self._parameters = {"execution_id": execution.id, "lecture": LECTURE}

    def to_read(self) -> Iterator[list[str]]:
        """Those that were never read, some thousands at a time."""
        with self._connection.cursor("numeros") as rows:
            rows.execute(query("stream_numbers_to_read"), self._parameters)
            while batch := rows.fetchmany(_FETCHED_AT_ONCE):
                yield [saisie for (saisie,) in batch]

    def remember(self, batches: Iterable[list[tuple[str, Verdict]]]) -> int:
        """Keep how numbers were read; returns how many."""
        self._connection.execute(query("create_numbers_read"))
        with self._connection.cursor() as cursor:
            for batch in batches:
                with cursor.copy(query("copy_numbers_read")) as copy:
                    for saisie, verdict in batch:
                        copy.write_row((saisie, *_columns(verdict), LECTURE))
            return cursor.execute(query("remember_numbers")).rowcount


def _columns(verdict: Verdict) -> tuple[object, ...]:
    if isinstance(verdict, Numero):
        return verdict.chiffres, verdict.pays, verdict.migre, verdict.format_guide, verdict.attribue, None
    return None, None, False, False, False, verdict.value
