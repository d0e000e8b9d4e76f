"""What an extraction amounts to, and which of its creances are at fault."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import psycopg
from psycopg.rows import class_row

from relances.rules.politique import Politique
from relances.rules.validation import Controle, VolumeExtrait
from relances.store.database import query
from relances.store.executions import Execution, Executions

_EXAMPLES: Final[Mapping[Controle, str]] = {
    Controle.CONTRIBUABLE: "creances_without_contribuable",
    Controle.DEVISE: "creances_in_another_currency",
    Controle.PART_TELEPHONES: "creances_without_usable_number",
}
_EXAMPLES_MAX: Final = 10


@dataclass(frozen=True, slots=True)
class Validation:
    """The extraction of one execution, looked at with the thresholds of a policy, over one connection."""

    connection: psycopg.Connection
    execution: Execution
    politique: Politique

    @property
    def settings(self) -> dict[str, str]:
        """The session settings by which the views ``*_a_valider`` show this extraction."""
        return {
            "relances.execution_id": str(self.execution.id),
            "relances.montant_max": str(self.politique.qualite.montant_max),
            "relances.accepter_format_guide": str(self.politique.selection.accepter_format_guide).lower(),
            "relances.passages_compares": str(self.politique.qualite.passages_compares),
            "relances.echeance_min": str(self.politique.qualite.echeance_min),
            "relances.echeance_horizon_jours": str(self.politique.qualite.echeance_horizon_jours),
        }

    def set_session(self) -> None:
        """Set them in the connection's session."""
        parameters = {"noms": list(self.settings), "valeurs": list(self.settings.values())}
        self.connection.execute(query("set_session_quality"), parameters)

    def exclude_invalid_rows(self) -> int:
        """Set aside the rows that no relance can be made of, which ends the checks; returns how many.

        TryAgain where the run has another policy by now than the one it was read with.
        """
        parameters = {"execution_id": self.execution.id, "etape": "validation"}
        with self.connection.transaction():
            self.set_session()
            self.connection.execute(query("clear_exclusions"), parameters)
            excluded = self.connection.execute(query("exclude_invalid_rows"), parameters).rowcount
            Executions(self.connection).mark_validated(self.execution)
            return excluded

    def volume(self) -> VolumeExtrait:
        """How many creances there are, and how many there usually are."""
        with self.connection.cursor(row_factory=class_row(VolumeExtrait)) as cursor:
            return cursor.execute(query("measure_volume")).fetchone() or VolumeExtrait(0, 0, None)

    def examples(self, controle: Controle) -> list[str]:
        """The ids of at most ten creances that break a check; none where it is not about creances."""
        if controle not in _EXAMPLES:
            return []
        parameters = {"devise": self.politique.devise, "limite": _EXAMPLES_MAX}
        return [row[0] for row in self.connection.execute(query(_EXAMPLES[controle]), parameters)]
