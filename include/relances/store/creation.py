"""The relances of one execution, made in one transaction: all of them, or none."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import LiteralString

import psycopg

from relances.rules.models import Canal, Creance, NouvelleRelance, Statut
from relances.rules.politique import Plafonds
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
        with self._connection.cursor("a_decider", row_factory=lambda _: Creance._make) as rows:
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
        """Keep at most ``limite`` relances for the whole occasion, within the policy's limits; tell what was added."""
        added = {**_of(self._execution), "premiere": self._premiere, "limite": limite}
        if limite is not None or plafonds.any:
            row = self._connection.execute(query("exclude_beyond_limits"), {**added, **asdict(plafonds)}).fetchone()
            beyond, excluded = row or (0, 0)
            self._relances -= beyond
            self._exclusions += excluded
        if not self._execution.simulation:
            self._connection.execute(query("expire_replaced_relances"), added)
        self._select_waiting(added)
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


@contextmanager
def open_creation(connection: psycopg.Connection, execution: Execution, devise: str) -> Iterator[Creation]:
    """Open the creation of an execution's relances; commits at the end, undoes all on an error."""
    with connection.transaction():
        connection.execute(query("set_planner"))
        connection.execute(query("lock_creations"))
        connection.execute(query("clear_exclusions"), {"execution_id": execution.id, "etape": "creation"})
        connection.execute(query("create_temporary_tables"))
        connection.execute(query("list_earlier_relances"), _of(execution))
        if not execution.simulation:
            connection.execute(query("hold_earlier_relances"))
        yield Creation(connection, execution, devise)


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
    closed = ("simulation", "passage de simulation : rien n'est envoyé", datetime.now(UTC))
    return (*common, Statut.ANNULEE.value, *closed)
