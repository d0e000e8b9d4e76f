"""A worker's side of the database: the statement between two calls to a provider."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic
from types import TracebackType
from typing import Self
from uuid import uuid4

import psycopg
from psycopg.rows import TupleRow

from relances.rules.outcomes import Reglement, flagged, written
from relances.rules.politique import SOLDES_MAX
from relances.rules.restauration import discrepancy, stopped
from relances.store.database import query
from relances.store.durabilite import DurableConnection
from relances.store.restauration import Temoin, read_etat, read_temoignage
from relances.store.voies import VoieStore


@dataclass(frozen=True, slots=True)
class Lot:
    """A share of an occasion's relances for one fournisseur: those whose id lies in a range, both ends in.

    ``source``: who they are about, a folder of ``store/sources``. ``reprise``: only those that were already tried.
    """

    source: str
    occasion: str
    fournisseur: str
    premier: int
    dernier: int
    reprise: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """A relance taken for one call, attempt ``numero``. ``taken_at``: monotonic seconds, before its lease began.

    ``essai``: the same number without the calls that were never made. ``segments``: those that it is billed where
    its fournisseur bills by segment. ``modele``: the approved template to send in place of ``texte``, filled with
    ``variables``; None: the text.
    """

    relance_id: int
    numero: int
    essai: int
    segments: int
    telephone: str
    texte: str
    modele: str | None
    variables: Sequence[str]
    taken_at: float

    def __repr__(self) -> str:
        return f"Claim(relance={self.relance_id}, numero={self.numero})"


class LotStore:
    """The claims of one worker in one lot, under an owner's name of its own.

    ``bail``: seconds without a sign of life after which anyone may declare this worker dead. ``compte``: the
    fournisseur's account that is called. ``expiration_heures``: after which what was never tried is called off.
    ``soldes_max``: how old the balances may be, in seconds, that a relance leaves by. The database may go away and come
    back: statements are then repeated, which is safe for all. What comes back older than it was, or than ``temoin``
    saw it, is Blocked.
    """

    def __init__(
        self,
        conninfo: str,
        lot: Lot,
        bail: float,
        compte: str,
        expiration_heures: int,
        *,
        soldes_max: float = SOLDES_MAX,
        temoin: Temoin | None = None,
    ) -> None:
        self._durable = DurableConnection(conninfo, self._recognise)
        self._temoin = temoin
        self._lot = lot
        self._bail = bail
        self._compte = compte
        self._expiration_heures = expiration_heures
        self._soldes_max = soldes_max
        self._proprietaire = uuid4()
        self._next_id = lot.premier
        self._held: set[int] = set()
        self._lost: set[int] = set()
        self.voie = VoieStore(self._durable, lot.fournisseur)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._durable.__aexit__(kind, error, trace)

    async def _recognise(self, connection: psycopg.AsyncConnection) -> None:
        temoignage = self._temoin.read() if self._temoin is not None else None
        [row] = await (await connection.execute(query("look_at_installation"))).fetchall()
        motif = discrepancy(read_etat(row), temoignage)
        if motif is not None:
            raise stopped(motif)

    async def beat(self) -> None:
        """Remember, in the database and then outside it, that messages leave; Blocked where they must no more."""

        async def write(connection: psycopg.AsyncConnection, *, again: bool) -> TupleRow:  # noqa: ARG001 - repeating is safe
            [row] = await (await connection.execute(query("beat"))).fetchall()
            return row

        row = await self._durable.run(write)
        if row[-1] is not None:
            raise stopped(row[-1])
        if self._temoin is not None:
            # The calls in flight do not wait for a disk.
            await asyncio.to_thread(self._temoin.write, read_temoignage(row))

    async def exchange(self, settled: Sequence[tuple[Claim, Reglement]], nombre: int) -> list[Claim]:
        """Write outcomes, then claim up to ``nombre`` relances that are due: one round trip, one transaction.

        Fewer claims where no more are left. A relance that is no longer this worker's keeps its state; its journal
        still learns the outcome.
        """
        claims: list[Claim] = []
        while True:
            missing = nombre - len(claims)
            taken, seen = await self._exchange(settled, missing)
            claims += taken
            if seen < missing or len(claims) == nombre:
                return claims
            settled = ()  # what was called off instead of claimed leaves its places to the next ones

    async def _exchange(self, settled: Sequence[tuple[Claim, Reglement]], nombre: int) -> tuple[list[Claim], int]:
        """The claims of one statement, and how many relances it saw: those it called off instead are no claims."""
        reglements = written(settled)
        flags = flagged(settled)

        async def write(connection: psycopg.AsyncConnection, *, again: bool) -> tuple[float, list[TupleRow]]:
            taken_at = monotonic()
            if flags is not None:
                await connection.execute(query("flag_numbers"), flags)
            # After a lost acknowledgement the claim may have been made: what is ours unknowingly comes first.
            unheard = await self._unheard(connection) if again and nombre > 0 else []
            cursor = await connection.execute(
                query("exchange"), {**reglements, **self._parameters(nombre - len(unheard))}
            )
            return taken_at, unheard + await cursor.fetchall()

        taken_at, rows = await self._durable.run(write)
        claims = [
            Claim(relance_id, numero, essai, segments, telephone, texte, modele, variables or (), taken_at)
            for relance_id, numero, essai, segments, telephone, texte, modele, variables in rows
            if numero is not None
        ]
        self._held.difference_update(claim.relance_id for claim, _ in settled)
        self._held.update(claim.relance_id for claim in claims)
        # Rows that come back to the queue are for a later lot: what was passed is not scanned again.
        self._next_id = max((row[0] + 1 for row in rows), default=self._next_id)
        return claims, len(rows)

    async def _unheard(self, connection: psycopg.AsyncConnection) -> list[TupleRow]:
        cursor = await connection.execute(query("claim_unheard"), self._parameters(0))
        return await cursor.fetchall()

    def _parameters(self, nombre: int) -> dict[str, object]:
        return {
            "source": self._lot.source,
            "occasion": self._lot.occasion,
            "fournisseur": self._lot.fournisseur,
            "premier_du_lot": self._lot.premier,
            "premier": self._next_id,
            "dernier": self._lot.dernier,
            "reprise": self._lot.reprise,
            "proprietaire": self._proprietaire,
            "bail_secondes": self._bail,
            "compte": self._compte,
            "expiration_heures": self._expiration_heures,
            "soldes_max": self._soldes_max,
            "detenues": list(self._held),
            "nombre": nombre,
        }

    async def passed_over(self) -> bool:
        """Whether somebody else held relances of the lot, never tried, that this worker therefore did not take."""

        async def look(connection: psycopg.AsyncConnection, *, again: bool) -> bool:  # noqa: ARG001 - it only reads
            cursor = await connection.execute(query("find_passed_over"), self._parameters(0))
            return await cursor.fetchone() is not None

        return await self._durable.run(look)

    @property
    def at_end(self) -> bool:
        """Whether the lot's last relance was taken: there is nothing more to ask for."""
        return self._next_id > self._lot.dernier

    async def renew(self) -> float:
        """Give a sign of life: the leases of all that is held start again; returns since when, in monotonic seconds.

        What somebody took away meanwhile is not taken back: its settlement will find that out.
        """
        parameters = {"proprietaire": self._proprietaire, "bail_secondes": self._bail, "detenues": list(self._held)}

        async def write(connection: psycopg.AsyncConnection, *, again: bool) -> tuple[float, set[int]]:  # noqa: ARG001 - repeating is safe
            since = monotonic()
            rows = await connection.execute(query("renew"), parameters)
            return since, {row[0] async for row in rows}

        since, kept = await self._durable.run(write)
        self._lost = self._held - kept
        return since

    def holds(self, claim: Claim) -> bool:
        """Whether the claim was this worker's still, when it last gave a sign of life."""
        return claim.relance_id not in self._lost
