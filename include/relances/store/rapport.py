"""What the tax application must still be shown, and the figures of the report."""

from collections.abc import Sequence
from dataclasses import dataclass

import psycopg
from psycopg.rows import args_row

from relances.rules.bilan import Line, Totals
from relances.rules.models import Canal
from relances.rules.volumes import Comparaison, Depense, Volume
from relances.store.database import query
from relances.store.executions import Execution
from relances.store.to_show import WriteBackRow


@dataclass(frozen=True, slots=True)
class Perimetre:
    """The only fournisseur that a run was asked to use, and whose contacts it was to remind; None: it was not."""

    fournisseur: str | None
    campagne: str | None


class Rapports:
    """The results of the pipeline, over one connection in autocommit."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def to_write_back(self, source: str, apres: int, nombre: int) -> list[WriteBackRow]:
        """The states not yet shown, of the next ``nombre`` relances after an id at most, one row per creance."""
        parameters = {"source": source, "apres": apres, "nombre": nombre}
        with self._connection.cursor(row_factory=args_row(WriteBackRow)) as cursor:
            return cursor.execute(query("list_to_write_back"), parameters).fetchall()

    def expect_millions(self) -> None:
        """Within a transaction: its queries read whole tables."""
        self._connection.execute(query("set_planner"))

    def balance(self, execution: Execution) -> list[Line]:
        """Where each extracted creance is."""
        with self._connection.cursor(row_factory=args_row(Line)) as cursor:
            return cursor.execute(query("balance"), parameters(execution)).fetchall()

    def totals(self, execution: Execution) -> Totals:
        """Counts of creances and relances."""
        row = self._connection.execute(query("totals"), parameters(execution)).fetchone()
        return Totals(*(row or (0, 0, 0)))

    def costs(self, execution: Execution) -> list[Depense]:
        """What the relances of the occasion cost."""
        rows = self._connection.execute(query("costs"), parameters(execution))
        return [Depense(Canal(canal), *others) for canal, *others in rows]

    def asked(self, execution: Execution) -> Perimetre:
        """What the run was narrowed to."""
        [row] = self._connection.execute(query("asked_of_execution"), parameters(execution))
        return Perimetre(*row)

    def changes(self, execution: Execution, seuils: Sequence[int]) -> Comparaison | None:
        """What changed since a like run of an earlier day; None for the first. ``seuils``: where niveaux begin."""
        now = parameters(execution)
        found = self._connection.execute(query("previous_execution"), now).fetchone()
        if found is None:
            return None
        avant, occasion, date_relance = found
        wanted = {**now, "avant": avant, "seuils": list(seuils)}
        [(nouvelles, disparues, montes)] = self._connection.execute(query("changes"), wanted)
        before = self._volume({**now, "occasion": occasion})
        return Comparaison(date_relance, nouvelles, disparues, montes, before, self._volume(now))

    def _volume(self, wanted: dict[str, object]) -> Volume:
        [row] = self._connection.execute(query("volume"), wanted)
        return Volume(*row)


def parameters(execution: Execution) -> dict[str, object]:
    """What a query about an execution and its occasion is asked with."""
    return {
        "execution_id": execution.id,
        "source": execution.source,
        "canaux": [execution.canal] if execution.canal else [canal.value for canal in Canal],
        "occasion": execution.occasion,
    }
