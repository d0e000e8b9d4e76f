"""The contribuables whose number is to be corrected."""

from collections.abc import Iterator, Sequence

import psycopg
from psycopg.rows import args_row

from relances.rules.corrections import Correction
from relances.store.database import query
from relances.store.executions import Execution
from relances.store.rapport import parameters


class Corrections:
    """The numbers to correct, over one connection in autocommit."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def latest_runs(self) -> list[str]:
        """The run of each source that tells of all its contribuables, by its id."""
        return [run_id for (run_id,) in self._connection.execute(query("latest_whole_runs"))]

    def counts(self, execution: Execution, codes: Sequence[str]) -> dict[str, int]:
        """How many contribuables for each of these codes."""
        wanted = {**parameters(execution), "codes": list(codes)}
        return dict(self._connection.execute(query("count_corrections"), wanted).fetchall())

    def rows(self, execution: Execution, codes: Sequence[str]) -> Iterator[Correction]:
        """The corrections in the order of their codes, one by one, in flat memory."""
        wanted = {**parameters(execution), "codes": list(codes)}
        with (
            self._connection.transaction(),
            self._connection.cursor("corrections", row_factory=args_row(Correction)) as rows,
        ):
            yield from rows.execute(query("list_corrections"), wanted)
