"""Voies: what all workers of one fournisseur share, on any machine. Its rate, its troubles, its stop."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from time import monotonic

import psycopg
from psycopg.rows import args_row

from relances.rules.arret import Situation
from relances.rules.politique import Disjoncteur
from relances.store.database import query
from relances.store.durabilite import DurableConnection


@dataclass(frozen=True, slots=True)
class Departs:
    """Departures that nobody else has: ``nombre``, the first at ``premier`` (monotonic), one each ``pas`` seconds.

    ``premier`` may be late by up to ``trajet`` seconds, which the database took to answer.
    """

    nombre: int
    premier: float
    pas: float
    trajet: float


@dataclass(frozen=True, slots=True)
class EtatVoie:
    """The state of a voie. ``suspendue``: seconds that it stays suspended, 0 where it is not.

    ``suspensions``: how many times in a row it was, without a recovery between. ``guerie_de``: since when it was in
    trouble, where this very look ended that; lost with an answer that was. ``a_prouver``: a fault of its account was
    told after its messages were accepted, so only one that arrives proves that the next ones will.
    """

    departs: Departs
    suspendue: float
    arretee: bool
    suspensions: int
    guerie_de: datetime | None
    a_prouver: bool = False


@dataclass(frozen=True, slots=True)
class Suspension:
    """A voie that was just suspended, the ``suspensions``-th time in a row, and why."""

    suspensions: int
    jusqu_au: datetime
    motif: str


class VoieStore:
    """A worker's side of its voie. Every statement is one row, by its key."""

    def __init__(self, durable: DurableConnection, fournisseur: str) -> None:
        self._durable = durable
        self._fournisseur = fournisseur

    async def open(self) -> None:
        """See that the voie has its row."""

        async def insert(connection: psycopg.AsyncConnection, *, again: bool) -> None:  # noqa: ARG001 - repeating is safe
            await connection.execute(query("open_voie"), {"fournisseur": self._fournisseur})

        await self._durable.run(insert)

    async def look(self, nombre: int, debit_max: float, *, ralentir: bool, repond: bool, gueri: bool) -> EtatVoie:
        """The state of the voie, and up to ``nombre`` departures reserved: at most a quarter of a second's worth.

        ``debit_max``: departures a second that it may have. ``ralentir``, ``repond``: what its fournisseur's answers
        since the last look ask for, and whether there were some. ``gueri``: whether its troubles are over.
        """
        parameters = {
            "fournisseur": self._fournisseur,
            "nombre": nombre,
            "debit_max": debit_max,
            "ralentir": ralentir,
            "repond": repond,
            "gueri": gueri,
        }

        async def reserve(connection: psycopg.AsyncConnection, *, again: bool) -> EtatVoie:  # noqa: ARG001 - what was reserved unheard is lost
            asked_at = monotonic()
            cursor = await connection.execute(query("look_at_voie"), parameters)
            row = await cursor.fetchone()
            told_at = monotonic()
            if row is None:
                raise LookupError(f"voie {self._fournisseur} was not opened")
            accordes, attente, pas, *etat = row
            # By the clock of after the answer: a departure is never taken before its time.
            departs = Departs(accordes, told_at + attente, pas, told_at - asked_at)
            return EtatVoie(departs, *etat)

        return await self._durable.run(reserve)

    async def pause(self, secondes: float) -> None:
        """Let nothing more depart for so many seconds."""
        parameters = {"fournisseur": self._fournisseur, "secondes": secondes}

        async def write(connection: psycopg.AsyncConnection, *, again: bool) -> None:  # noqa: ARG001 - repeating is safe
            await connection.execute(query("pause_voie"), parameters)

        await self._durable.run(write)

    async def suspend(
        self, disjoncteur: Disjoncteur, motif: str, au_moins: float, *, essai: bool = False
    ) -> Suspension | None:
        """Suspend the voie, ``au_moins`` so many seconds; None where somebody did already.

        ``essai``: only where a proof is waited for, because the call that may bring it is made.
        """
        parameters = suspension_of(self._fournisseur, disjoncteur, motif, au_moins=au_moins, essai=essai)

        async def write(connection: psycopg.AsyncConnection, *, again: bool) -> Suspension | None:  # noqa: ARG001 - repeating is safe
            cursor = await connection.execute(query("suspend_voie"), parameters)
            row = await cursor.fetchone()
            return None if row is None else Suspension(*row)

        return await self._durable.run(write)


def suspension_of(
    fournisseur: str, disjoncteur: Disjoncteur, motif: str, *, au_moins: float = 0.0, essai: bool = False
) -> dict[str, object]:
    """The parameters of ``suspend_voie``."""
    return {
        "fournisseur": fournisseur,
        "pause": disjoncteur.pause,
        "pause_max": disjoncteur.pause_max,
        "au_moins": au_moins,
        "motif": motif,
        "essai": essai,
    }


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Whether a person stopped a voie; for how many seconds it is still suspended, 0 where it is not, and why."""

    arretee: bool
    suspendue: float
    motif: str | None


def stop_voies(connection: psycopg.Connection, fournisseurs: Sequence[str]) -> None:
    """Stop these voies until somebody resumes them: their workers see it within a second."""
    connection.execute(query("stop_voies"), {"fournisseurs": list(fournisseurs)})


def resume_voies(connection: psycopg.Connection, fournisseurs: Sequence[str]) -> None:
    """Let these voies go on, those in trouble too."""
    connection.execute(query("resume_voies"), {"fournisseurs": list(fournisseurs)})


def held_up(connection: psycopg.Connection, fournisseur: str) -> Obstacle:
    """What keeps a voie from sending now."""
    with connection.cursor(row_factory=args_row(Obstacle)) as cursor:
        found = cursor.execute(query("find_voie"), {"fournisseur": fournisseur}).fetchone()
    return found or Obstacle(arretee=False, suspendue=0.0, motif=None)


def list_voies(connection: psycopg.Connection) -> list[Situation]:
    """Every voie that was ever used."""
    with connection.cursor(row_factory=args_row(Situation)) as cursor:
        return cursor.execute(query("list_voies")).fetchall()
