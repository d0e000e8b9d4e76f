"""Whether our own database may still be trusted, and ``relances restaurer``, after which it may."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from relances.orchestration.connections import RELANCES, database
from relances.services.restauration import compare
from relances.store.restauration import Installation
from relances.store.sources import Source
from relances.store.temoin import VARIABLE, Temoin


def temoin() -> Temoin | None:
    """The witness of this machine; None where the environment names none."""
    named = os.environ.get(VARIABLE)
    return Temoin(Path(named)) if named else None


@contextmanager
def own_database(tache: str | None = None) -> Iterator[psycopg.Connection]:
    """Our database, in autocommit, for a task; Blocked where it may be older than what was sent."""
    with database(RELANCES, tache) as relances:
        Installation(relances).require(temoin())
        yield relances


def require_all_known(source: Source, etaxe: psycopg.Connection, relances: psycopg.Connection) -> None:
    """The same, asked of the tax application too: it shows what was sent."""
    Installation(relances).require(temoin())
    compare(source, etaxe, relances)
