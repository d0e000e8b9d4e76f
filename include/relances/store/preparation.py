"""Extracted creances and what sets them aside before any rule is asked."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

import psycopg

from relances.store.database import query
from relances.store.executions import Execution


class Staging:
    """The extraction of one execution, over one connection."""

    def __init__(self, connection: psycopg.Connection, execution: Execution) -> None:
        self._connection = connection
        self._execution = execution

    def replace(self, blocks: Iterable[bytes]) -> int:
        """Store an extraction (COPY's text format) in place of an earlier one; returns its rows."""
        parameters = {"execution_id": self._execution.id}
        with self._connection.transaction(), self._connection.cursor() as cursor:
            self._name_session()
            cursor.execute(query("clear_extraction"), parameters)
            with cursor.copy(query("copy_creances")) as copy:
                for block in blocks:
                    copy.write(block)
            return cursor.rowcount

    def close(self, creances: int, derniere_collecte: datetime | None) -> None:
        """Write down what the extraction amounts to, and the latest payment that its source knows."""
        parameters = {"creances": creances, "derniere_collecte": derniere_collecte}
        self._connection.execute(query("close_extraction"), {**parameters, "execution_id": self._execution.id})
        self._connection.execute(query("analyze_extraction"))

    def exclude_invalid_rows(self, montant_max: Decimal) -> int:
        """Set aside the rows that no relance can be made of; returns how many."""
        parameters = {"execution_id": self._execution.id, "etape": "validation"}
        with self._connection.transaction():
            self._name_session()
            self._connection.execute(query("set_session_montant_max"), {"montant_max": str(montant_max)})
            self._connection.execute(query("clear_exclusions"), parameters)
            return self._connection.execute(query("exclude_invalid_rows"), parameters).rowcount

    def _name_session(self) -> None:
        self._connection.execute(query("set_session_execution"), {"execution_id": str(self._execution.id)})
