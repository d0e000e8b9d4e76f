"""What goes on in somebody else's database: what we do there, who waits behind it, who holds rows and does nothing."""

from typing import Final

import psycopg

from relances.rules.diagnostic import Inactive, Occupation, Ours
from relances.store.database import query
from relances.store.guest import NAME

_OURS: Final = {"name": f"{NAME}%"}


def occupation(connection: psycopg.Connection) -> Occupation:
    """What goes on now in the database of a connection, which is left out of it."""
    [(tout_vu,)] = connection.execute(query("sees_others"))
    return Occupation(
        tuple(Ours(*row) for row in connection.execute(query("our_sessions"), _OURS)),
        tuple(Inactive(*row) for row in connection.execute(query("idle_sessions"), _OURS)),
        bool(tout_vu),
    )
