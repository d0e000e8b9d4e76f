"""Who asked the tax office for silence: contribuables, and numbers whoever has them."""

from collections.abc import Iterable, Mapping
from typing import LiteralString

import psycopg
from psycopg.rows import args_row

from relances.rules.models import Canal
from relances.rules.oppositions import NumeroMuet, Opposant
from relances.store.database import query


class Oppositions:
    """The list, over one connection. Numbers are digits with the country code; a motif may be None."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def add(self, source: str, motifs: Mapping[str, str | None]) -> set[str]:
        """Add contribuables, each with its motif; returns those that are new."""
        parameters = {"source": source, "contribuable_id": list(motifs), "motif": list(motifs.values())}
        return {new for (new,) in self._connection.execute(query("add_oppositions"), parameters)}

    def add_numbers(self, motifs: Mapping[str, str | None]) -> set[str]:
        """Silence numbers on every canal, each with its motif; returns those that are new."""
        canaux = [canal.value for canal in Canal]
        parameters = {"telephone": list(motifs), "motif": list(motifs.values()), "canaux": canaux}
        return {new for (new,) in self._connection.execute(query("silence_numbers"), parameters)}

    def remove(self, source: str, contribuable_id: str) -> bool:
        """Take a contribuable off the list; whether it was there."""
        parameters = {"source": source, "contribuable_id": contribuable_id}
        return self._connection.execute(query("remove_opposition"), parameters).rowcount > 0

    def remove_number(self, telephone: str) -> bool:
        """Lift the silence that the tax office asked for, not what a fournisseur was told; whether there was any."""
        return self._connection.execute(query("unsilence_number"), {"telephone": telephone}).rowcount > 0

    def contribuables(self) -> list[Opposant]:
        """Those of the list, the first added first."""
        with self._connection.cursor(row_factory=args_row(Opposant)) as cursor:
            return cursor.execute(query("list_oppositions")).fetchall()

    def numbers(self) -> list[NumeroMuet]:
        """The numbers that asked for silence, the first first."""
        with self._connection.cursor(row_factory=args_row(NumeroMuet)) as cursor:
            return cursor.execute(query("list_silenced_numbers")).fetchall()

    def contacts(self, contribuable_ids: Iterable[str]) -> set[str]:
        """Those of these ids that are of imported contacts."""
        parameters = {"contribuable_id": list(contribuable_ids)}
        return {found for (found,) in self._connection.execute(query("list_contacts_among"), parameters)}

    def unknown(self, source: str, contribuable_ids: Iterable[str]) -> int:
        """Of how many of these contribuables the latest extraction has nothing; 0 before the first."""
        row = self._connection.execute(query("latest_extraction"), {"source": source}).fetchone()
        return 0 if row is None or row[0] is None else self.not_extracted(row[0], contribuable_ids)

    def not_extracted(self, execution_id: int, contribuable_ids: Iterable[str]) -> int:
        """Of how many of these contribuables an execution extracted nothing."""
        parameters = {"execution_id": execution_id, "contribuable_id": list(contribuable_ids)}
        return self._count(query("count_not_extracted"), parameters)

    def _count(self, statement: LiteralString, parameters: Mapping[str, object]) -> int:
        row = self._connection.execute(statement, parameters).fetchone()
        return 0 if row is None else int(row[0])
