"""Extracted creances and what sets them aside before any rule is asked."""

from collections.abc import Iterable
from datetime import datetime

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
            cursor.execute(query("set_session_execution"), {"execution_id": str(self._execution.id)})
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
