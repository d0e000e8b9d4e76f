"""Voies that a fault of their account holds up: one that is told after its messages were accepted."""

from dataclasses import dataclass
from datetime import datetime

import psycopg

from relances.rules.politique import Disjoncteur
from relances.store.database import query
from relances.store.executions import Execution
from relances.store.voies import Suspension, suspension_of


@dataclass(frozen=True, slots=True)
class Tenue:
    """A voie that its account's fault holds up, until ``jusqu_au`` at least. ``nouvelle``: from now on."""

    nouvelle: bool
    jusqu_au: datetime | None


def hold_voie(
    connection: psycopg.Connection, fournisseur: str, disjoncteur: Disjoncteur, motif: str, appel: datetime
) -> Tenue | None:
    """Hold a voie up for a fault of its account, told of a message accepted at ``appel``.

    None where that says nothing of now: a person resumed the voie since, or a message arrived.
    """
    parameters = {"fournisseur": fournisseur, "motif": motif, "appel": appel}
    with connection.transaction():
        connection.execute(query("open_voie"), {"fournisseur": fournisseur})
        held = connection.execute(query("hold_voie"), parameters).fetchone()
        if held is None:
            return None
        suspended = connection.execute(query("suspend_voie"), suspension_of(fournisseur, disjoncteur, motif)).fetchone()
    nouvelle, jusqu_au = held
    return Tenue(nouvelle, jusqu_au if suspended is None else Suspension(*suspended).jusqu_au)


def free_voie(connection: psycopg.Connection, fournisseur: str, appel: datetime) -> datetime | None:
    """A message accepted at ``appel`` has arrived; returns since when its voie was held up, where that frees it."""
    freed = connection.execute(query("free_voie"), {"fournisseur": fournisseur, "appel": appel}).fetchone()
    return None if freed is None else freed[0]


def list_faulty(connection: psycopg.Connection, execution: Execution) -> dict[str, str]:
    """The voies that a fault of their account holds up, and with them relances of this run; with the cure of each."""
    parameters = {"source": execution.source, "occasion": execution.occasion}
    return dict(connection.execute(query("list_faulty"), parameters).fetchall())
