"""What a database says of itself before the pipeline relies on it: no row is read, none is written."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

import psycopg
from psycopg import sql

from relances.rules.diagnostic import Server
from relances.store.database import query
from relances.store.sources import Source

STATEMENTS: Final[Mapping[str, Mapping[str, object]]] = {
    "overdue.sql": {"date_relance": date(2000, 1, 1), "jours_retard_min": 0, "categories": None},
    "categories.sql": {},
    "freshness.sql": {},
    "balances.sql": {"creance_ids": [], "date_relance": date(2000, 1, 1)},
    "changed.sql": {"repere": None},
    "shown.sql": {"depuis": None},
    "places.sql": {},
    "prepare.sql": {},
    "write_back.sql": {"premier": 1, "dernier": 1},
}
"""The files of a tax system, each with parameters fit to ask what it would do."""
_OF_RESULTS: Final = frozenset({"places.sql", "prepare.sql", "write_back.sql"})


class Diagnostics:
    """Questions to one database. Each may raise psycopg.Error, which names what is not there or not allowed."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def server(self) -> Server:
        [row] = self._connection.execute(query("server"))
        return Server(*row)

    def revision(self) -> str | None:
        """The revision of the ``relances`` schema; None where it was never made."""
        [(made,)] = self._connection.execute(query("has_relances_schema"))
        row = self._connection.execute(query("revision")).fetchone() if made else None
        return None if row is None else str(row[0])

    def rights_missing(self) -> list[str]:
        """The tables of the ``relances`` schema that we may not use whole, with the rights that are lacking."""
        return [str(row[0]) for row in self._connection.execute(query("rights_missing"))]

    def plan(self, source: Source, statement: str) -> list[str]:
        """Plan a statement of a tax system; returns the sequences that its inserts draw from and we may not use.

        PostgreSQL checks tables, columns and rights on them when it plans, but sequences only when a row comes.
        """
        if statement in _OF_RESULTS:
            self._connection.execute(query("create_to_show"))
        explain = sql.SQL("EXPLAIN (VERBOSE, FORMAT JSON) ") + sql.SQL(source.statement(statement, self._connection))
        [(plan,)] = self._connection.execute(explain, STATEMENTS[statement])
        return sorted({name for table in _inserted(plan) for name in self._sequences_out_of_reach(*table)})

    def _sequences_out_of_reach(self, schema: str, name: str) -> list[str]:
        rows = self._connection.execute(query("sequences_out_of_reach"), {"schema": schema, "name": name})
        return [str(row[0]) for row in rows]


def _inserted(plan: object) -> Iterator[tuple[str, str]]:
    """Schema and name of every table that a plan inserts into."""
    match plan:
        case dict():
            if plan.get("Operation") == "Insert":
                yield str(plan["Schema"]), str(plan["Relation Name"])
            for part in plan.values():
                yield from _inserted(part)
        case list():
            for part in plan:
                yield from _inserted(part)
