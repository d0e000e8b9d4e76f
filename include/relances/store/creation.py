"""The relances of one execution, made in one transaction: all of them, or none."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, LiteralString

import psycopg

from relances.rules.codes import Cause
from relances.rules.errors import Blocked
from relances.rules.models import Canal, Creance, NouvelleRelance, Statut
from relances.rules.politique import Plafonds
from relances.rules.selection import Decision
from relances.store.database import query
from relances.store.executions import Execution, Executions

_FETCHED_AT_ONCE = 5_000  # rows


@dataclass(frozen=True, slots=True)
class Created:
    """What a creation added."""

    relances: int
    exclusions: int


class Creation:
    """An open creation: reads what is to decide, stores the decisions.

    Made by :func:`open_creation`; reading and writing share its transaction.
    """

    def __init__(self, connection: psycopg.Connection, execution: Execution, devise: str) -> None:
        self._connection = connection
        self._execution = execution
        self._common = _common_columns(execution, devise)
        self._premiere: int | None = None
        self._relances = 0
        self._exclusions = 0

    def contribuables(self, delai_jours: int) -> Iterator[list[Creance]]:
        """The creances still to decide, a contribuable's together, in flat memory.

        ``delai_jours``: how far back what was already said matters.
        """
        parameters = {**_of(self._execution), "delai_jours": delai_jours, "canaux": [canal.value for canal in Canal]}
        self._connection.execute(query("gather_history"), parameters)
        self._connection.execute(query("analyze_history"))
        self._exclusions += self._connection.execute(query("exclude_held"), parameters).rowcount
        with self._connection.cursor("a_decider", row_factory=creance_of) as rows:
            rows.itersize = _FETCHED_AT_ONCE
            rows.execute(query("stream_creances_to_decide"), parameters, binary=True)
            for _, group in groupby(rows, key=lambda creance: creance.contribuable_id):
                yield list(group)

    def add(self, decisions: Iterable[Decision]) -> None:
        """Store these decisions."""
        kept = list(decisions)
        relances = [d.relance for d in kept if d.relance is not None]
        exclusions = [x for d in kept for x in d.exclusions]
        numbered = list(zip(self._reserve(len(relances)), relances, strict=True))
        self._copy(query("copy_relances"), (_columns(number, r) + self._common for number, r in numbered))
        self._copy(
            query("copy_relance_creances"),
            ((number, c.creance_id, c.montant_du, c.echeance) for number, r in numbered for c in r.creances),
        )
        execution_id = self._execution.id
        self._copy(query("copy_exclusions"), ((x.rang, x.code, execution_id, "creation") for x in exclusions))
        self._relances += len(relances)
        self._exclusions += len(exclusions)

    def finish(self, limite: int | None, plafonds: Plafonds) -> Created:
        """Keep at most ``limite`` relances for the whole occasion, within the policy's limits; tell what was added.

        TryAgain where the run has another policy by now than the one that decided.
        """
        added = {**_of(self._execution), "premiere": self._premiere, "limite": limite}
        if limite is not None or plafonds.any:
            row = self._connection.execute(query("exclude_beyond_limits"), {**added, **asdict(plafonds)}).fetchone()
            beyond, excluded = row or (0, 0)
            self._relances -= beyond
            self._exclusions += excluded
        if not self._execution.simulation:
            self._connection.execute(query("expire_replaced_relances"), added)
        self._select_waiting(added)
        Executions(self._connection).mark_decided(self._execution)
        return Created(self._relances, self._exclusions)

    def _reserve(self, nombre: int) -> list[int]:
        ids = [row[0] for row in self._connection.execute(query("reserve_ids"), {"nombre": nombre})]
        if self._premiere is None and ids:
            self._premiere = ids[0]
        return ids

    def _select_waiting(self, added: dict[str, object]) -> None:
        """What an earlier run of the occasion left waiting is sent only where this run covers it."""
        row = self._connection.execute(query("earlier_runs_left_waiting"), added).fetchone()
        if row is not None and row[0]:
            self._connection.execute(query("select_waiting"), added)

    def _copy(self, statement: LiteralString, rows: Iterable[tuple[object, ...]]) -> None:
        with self._connection.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)


def creance_of(cursor: psycopg.Cursor[Creance]) -> Callable[[Sequence[Any]], Creance]:
    """A row factory: each column into the field of its name. Raises LookupError where they are not the same."""
    columns, fields = [column.name for column in cursor.description or ()], Creance._fields
    if sorted(columns) != sorted(fields):
        missing, unknown = sorted(set(fields) - set(columns)), sorted(set(columns) - set(fields))
        raise LookupError(f"a creance wants the columns {missing}, and has no field for {unknown}")
    if columns == list(fields):
        return Creance._make  # a million rows a day: nothing to move
    in_order = itemgetter(*map(columns.index, fields))
    return lambda row: Creance._make(in_order(row))


@contextmanager
def open_creation(connection: psycopg.Connection, execution: Execution, devise: str) -> Iterator[Creation]:
    """Open the creation of an execution's relances; commits at the end, undoes all on an error."""
    with connection.transaction():
        _require_validated(connection, execution)
        connection.execute(query("set_planner"))
        connection.execute(query("lock_creations"))
        connection.execute(query("clear_exclusions"), {"execution_id": execution.id, "etape": "creation"})
        connection.execute(query("create_temporary_tables"))
        connection.execute(query("list_earlier_relances"), _of(execution))
        if not execution.simulation:
            connection.execute(query("hold_earlier_relances"))
        yield Creation(connection, execution, devise)


def _require_validated(connection: psycopg.Connection, execution: Execution) -> None:
    """Blocked where nothing checked the run's latest extraction, whatever is said of the task that does."""
    row = connection.execute(query("is_validated"), {"execution_id": execution.id}).fetchone()
    if row is None or not row[0]:
        raise Blocked(
            f"l'extraction du passage {execution.run_id} n'a pas été contrôlée ; réinitialisez (Clear) la tâche "
            "validate, ou extract et les suivantes si check_providers a relu la politique depuis",
            "nothing checked the extraction of this run by its policy: clear the validate task, or extract and what "
            "follows where check_providers read the policy again",
        )


def _of(execution: Execution) -> dict[str, object]:
    return {
        "execution_id": execution.id,
        "source": execution.source,
        "canal": execution.canal,
        "occasion": execution.occasion,
        "date_relance": execution.date_relance,
    }


def _columns(number: int, relance: NouvelleRelance) -> tuple[object, ...]:
    """The columns of ``copy_relances`` that differ between relances."""
    r, redaction = relance, relance.redaction
    return (
        number, r.contribuable_id, r.niveau, r.canal, r.fournisseur, r.telephone, r.telephone_migre,
        redaction.texte, redaction.modele, redaction.variables, redaction.segments, redaction.segments_evites,
        redaction.cout, r.montant_du, r.echeance,
    )  # fmt: skip


def _common_columns(execution: Execution, devise: str) -> tuple[object, ...]:
    """The columns that all relances share: a simulated one is closed from the start."""
    common = (execution.source, execution.occasion, execution.id, execution.date_relance, devise)
    if not execution.simulation:
        return (*common, Statut.EN_ATTENTE.value, None, None, None)
    closed = (Cause.SIMULATION.value, "passage de simulation : rien n'est envoyé", datetime.now(UTC))
    return (*common, Statut.ANNULEE.value, *closed)
