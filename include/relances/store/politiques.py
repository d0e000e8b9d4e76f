"""The versions of the policy and of the texts that runs were decided with."""

from typing import NamedTuple

import psycopg

from relances.store.database import query


class Version(NamedTuple):
    """One version, by its hash: the texts, compressed. ``definitive``: the run that has it created its relances."""

    empreinte: str
    consignes: bytes
    definitive: bool


class Politiques:
    """Over one connection."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def keep(self, empreinte: str, consignes: bytes) -> None:
        """Keep a version; one that is kept already stays as it is."""
        self._connection.execute(query("keep_politique"), {"empreinte": empreinte, "consignes": consignes})

    def of_run(self, run_id: str) -> Version | None:
        """What a run is decided with; None for one that is not asked for yet, or that an older version made."""
        return _version(self._connection.execute(query("politique_of_run"), {"run_id": run_id}).fetchone())

    def of_execution(self, execution_id: int) -> Version | None:
        """What the run of that number was decided with; None where an older version made it."""
        parameters = {"execution_id": execution_id}
        return _version(self._connection.execute(query("politique_of_execution"), parameters).fetchone())


def _version(row: tuple[str, bytes, bool] | None) -> Version | None:
    return None if row is None else Version(*row)
