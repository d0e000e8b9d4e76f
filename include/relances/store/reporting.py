"""What the tax application must still be shown, and the figures of the report."""

from collections.abc import Sequence

import psycopg
from psycopg.rows import args_row

from relances.rules.bilan import Line, Totals
from relances.store.database import query
from relances.store.executions import Execution
from relances.store.sources import WriteBackRow


class Reporting:
    """The results of the pipeline, over one connection in autocommit."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def to_write_back(self, source: str, nombre: int) -> list[WriteBackRow]:
        """The states not yet shown, of at most ``nombre`` relances, one row per creance."""
        with self._connection.cursor(row_factory=args_row(WriteBackRow)) as cursor:
            return cursor.execute(query("list_to_write_back"), {"source": source, "nombre": nombre}).fetchall()

    def mark_written_back(self, rows: Sequence[WriteBackRow]) -> int:
        """Remember that these states are shown; returns how many relances."""
        statuts = {row.relance_id: row.statut for row in rows}
        self._connection.execute(
            query("mark_written_back"), {"relance_id": list(statuts), "statut": list(statuts.values())}
        )
        return len(statuts)

    def balance(self, execution: Execution) -> list[Line]:
        """Where each extracted creance is."""
        with self._connection.cursor(row_factory=args_row(Line)) as cursor:
            return cursor.execute(query("balance"), _of(execution)).fetchall()

    def totals(self, execution: Execution) -> Totals:
        """Counts of relances."""
        row = self._connection.execute(query("totals"), _of(execution)).fetchone()
        return Totals(*(row or (0, 0, 0, 0)))


def _of(execution: Execution) -> dict[str, object]:
    return {
        "execution_id": execution.id,
        "source": execution.source,
        "canal": execution.canal,
        "occasion": execution.occasion,
    }
