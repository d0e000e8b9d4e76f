"""Whose turn it is to send by a fournisseur that only one may send by at a time.

A turn lasts as long as its connection, which nothing else uses. Losing it loses the pace, never a relance.
"""

import psycopg

from relances.store.database import query


def take_turn(connection: psycopg.Connection, fournisseur: str) -> bool:
    """Take the turn; False where somebody else has it."""
    connection.execute(query("give_up_the_vanished"))
    row = connection.execute(query("take_turn"), {"fournisseur": fournisseur}).fetchone()
    return row is not None and bool(row[0])
