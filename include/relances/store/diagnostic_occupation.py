"""What goes on in somebody else's database: what we do there, who waits behind it, who holds rows and does nothing."""

from dataclasses import dataclass
from typing import Final

import psycopg

from relances.store.database import query
from relances.store.guest import NAME

_OURS: Final = {"name": f"{NAME}%"}


@dataclass(frozen=True, slots=True)
class Ours:
    """A session of ours at work. ``devant``: how many it waits for; ``derriere``: how many wait for it."""

    pid: int
    nom: str
    secondes: float
    devant: int
    derriere: int


@dataclass(frozen=True, slots=True)
class Inactive:
    """A session of others that holds rows; ``secondes``: since when it does nothing, None where that is not shown."""

    pid: int
    application: str
    secondes: float | None


@dataclass(frozen=True, slots=True)
class Occupation:
    """Our sessions and the inactive ones, the longest first. ``tout_vu``: whether our role may see all sessions."""

    ours: tuple[Ours, ...]
    inactives: tuple[Inactive, ...]
    tout_vu: bool


def occupation(connection: psycopg.Connection) -> Occupation:
    """What goes on now in the database of a connection, which is left out of it."""
    [(tout_vu,)] = connection.execute(query("sees_others"))
    return Occupation(
        tuple(Ours(*row) for row in connection.execute(query("our_sessions"), _OURS)),
        tuple(Inactive(*row) for row in connection.execute(query("idle_sessions"), _OURS)),
        bool(tout_vu),
    )
