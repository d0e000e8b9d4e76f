"""The relances of one execution, made in one transaction: all of them, or none."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import LiteralString

import psycopg
from psycopg.rows import args_row

from relances.rules.models import Creance
from relances.rules.policy import Plafonds
from relances.rules.selection import Decision
from relances.store.database import query
from relances.store.executions import Execution

_FETCHED_AT_ONCE = 5_000  # rows


@dataclass(frozen=True, slots=True)
class Created:
    """What a creation added."""

    relances: int
    exclusions: int


class Creation:
    """An open creation: reads what is to decide, takes the decisions, stores them at the end.

    Made by :func:`open_creation`; reading and writing share its transaction.
    """

    def __init__(self, connection: psycopg.Connection, parameters: dict[str, object]) -> None:
        self._connection = connection
        self._parameters = parameters

    def contribuables(self) -> Iterator[list[Creance]]:
        """The creances still to decide, a contribuable's together, in flat memory."""
        with self._connection.cursor("a_decider", row_factory=args_row(Creance)) as rows:
            rows.itersize = _FETCHED_AT_ONCE
            rows.execute(query("stream_creances_to_decide"), self._parameters, binary=True)
            for _, group in groupby(rows, key=lambda creance: creance.contribuable_id):
                yield list(group)

    def add(self, decisions: Iterable[Decision]) -> None:
        """Hold these decisions until :meth:`finish`."""
        kept = list(decisions)
        relances = [d.relance for d in kept if d.relance is not None]
        self._copy(
            query("copy_nouvelle_relance"),
            (
                (
                    r.contribuable_id, r.niveau, r.canal, r.fournisseur, r.telephone, r.telephone_migre,
                    r.redaction.texte, r.redaction.modele, r.redaction.variables, r.redaction.segments,
                    r.redaction.segments_evites, r.redaction.cout, r.montant_du, r.echeance, r.jours_retard,
                )
                for r in relances
            ),
        )  # fmt: skip
        self._copy(
            query("copy_nouvelle_relance_creance"),
            ((r.contribuable_id, c.rang, c.creance_id, c.montant_du, c.echeance) for r in relances for c in r.creances),
        )
        self._copy(query("copy_nouvelle_exclusion"), ((x.rang, x.code) for d in kept for x in d.exclusions))

    def finish(self, limite: int | None, plafonds: Plafonds) -> Created:
        """Create what is new, at most ``limite`` relances for the whole occasion, within the policy's limits."""
        self._connection.execute(query("analyze_temporary_tables"))
        if limite is not None or plafonds.any:
            limits = {**self._parameters, **asdict(plafonds), "limite": limite}
            self._connection.execute(query("set_aside_beyond_limits"), limits)
        if not self._parameters["simulation"]:
            self._connection.execute(query("expire_replaced_relances"))
        relances = self._connection.execute(query("insert_relances"), self._parameters).rowcount
        self._connection.execute(query("insert_relance_creances"), self._parameters)
        exclusions = self._connection.execute(query("insert_exclusions"), self._parameters).rowcount
        self._select_waiting(limite)
        return Created(relances, exclusions)

    def _select_waiting(self, limite: int | None) -> None:
        """What an earlier run of the occasion left waiting is sent only where this run covers it."""
        row = self._connection.execute(query("earlier_runs_left_waiting"), self._parameters).fetchone()
        if row is not None and row[0]:
            self._connection.execute(query("select_waiting"), {**self._parameters, "limite": limite})

    def _copy(self, statement: LiteralString, rows: Iterable[tuple[object, ...]]) -> None:
        with self._connection.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)


@contextmanager
def open_creation(
    connection: psycopg.Connection, execution: Execution, devise: str, delai_jours: int
) -> Iterator[Creation]:
    """Open the creation of an execution's relances; commits at the end, undoes all on an error.

    ``delai_jours``: how far back what was already said matters.
    """
    parameters: dict[str, object] = {
        "execution_id": execution.id,
        "source": execution.source,
        "canal": execution.canal,
        "occasion": execution.occasion,
        "date_relance": execution.date_relance,
        "simulation": execution.simulation,
        "etape": "creation",
        "devise": devise,
        "delai_jours": delai_jours,
    }
    with connection.transaction():
        connection.execute(query("lock_creations"), parameters)
        connection.execute(query("clear_exclusions"), parameters)
        connection.execute(query("create_temporary_tables"))
        connection.execute(query("hold_earlier_relances"), parameters)
        connection.execute(query("gather_history"), parameters)
        connection.execute(query("analyze_history"))
        yield Creation(connection, parameters)
