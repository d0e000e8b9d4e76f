"""Relances that left, and what was typed of the number that they left for."""

from collections.abc import Iterator

import psycopg
from psycopg.rows import args_row

from relances.rules.douteuses import Partie
from relances.store.database import query


def stream_left(connection: psycopg.Connection) -> Iterator[Partie]:
    """Those that left or may have, the latest first, in flat memory; ``connection``: in autocommit."""
    with connection.transaction(), connection.cursor("parties", row_factory=args_row(Partie)) as rows:
        connection.execute(query("set_planner"))
        yield from rows.execute(query("stream_left"))
