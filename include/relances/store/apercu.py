"""What a run decided of whom, and the simulations of the preview command."""

from collections.abc import Iterator
from typing import Final

import psycopg
from psycopg.rows import args_row

from relances.rules.apercu import Cas
from relances.rules.decisions import DecisionPrise
from relances.rules.models import Canal
from relances.store.database import query
from relances.store.executions import Execution
from relances.store.rapport import parameters

PREFIX: Final = "apercu__"
"""What the run ids of the command's simulations begin with."""


class Apercus:
    """The decisions of runs, over one connection in autocommit."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def forget_old(self) -> int:
        """Delete the command's simulations of more than a day ago; returns how many."""
        return self._connection.execute(query("forget_old_previews"), {"prefixe": PREFIX}).rowcount

    def examples(self, execution: Execution) -> list[Cas]:
        """A relance to show for each canal, niveau, fournisseur and langue as typed."""
        rows = self._connection.execute(query("example_relances"), parameters(execution))
        return [Cas(Canal(canal), *others) for canal, *others in rows]

    def decisions(self, execution: Execution) -> Iterator[DecisionPrise]:
        """What was decided of each contribuable, one by one, in flat memory."""
        with (
            self._connection.transaction(),
            self._connection.cursor("decisions", row_factory=args_row(DecisionPrise)) as rows,
        ):
            self._connection.execute(query("set_planner"))
            yield from rows.execute(query("stream_decisions"), parameters(execution))
