"""A worker's side of the database: the two statements around every call to a provider."""

from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic
from types import TracebackType
from typing import Final, Protocol, Self, TypeVar
from uuid import uuid4

import psycopg
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_delay, wait_exponential_jitter

from relances.rules.outcomes import Reglement
from relances.store.database import query
from relances.store.outcomes import flagged, outcomes

T_co = TypeVar("T_co", covariant=True)
_SILENCE_MS: Final = 30_000  # a network cut without a word must not hold an outcome for a quarter of an hour
_PATIENCE: Final = 300.0  # seconds a worker waits for a database that went away, holding its outcomes


class _Operation(Protocol[T_co]):
    """A statement; ``again``: an earlier try of it may have been carried out unheard."""

    async def __call__(self, connection: psycopg.AsyncConnection, *, again: bool) -> T_co: ...


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

    ``modele``: the approved template to send in place of ``texte``, filled with ``variables``; None: the text.
    """

    relance_id: int
    numero: int
    telephone: str
    texte: str
    modele: str | None
    variables: Sequence[str]
    taken_at: float

    def __repr__(self) -> str:
        return f"Claim(relance={self.relance_id}, numero={self.numero})"


class LotStore:
    """The claims of one worker in one lot, under an owner's name of its own.

    ``bail``: seconds after which anyone may declare this worker dead. ``compte``: the fournisseur's account that is
    called. ``expiration_heures``: after which what was never tried is called off. The database may go away and come
    back: statements are then repeated, which is safe for both.
    """

    def __init__(self, conninfo: str, lot: Lot, bail: float, compte: str, expiration_heures: int) -> None:
        self._conninfo = conninfo
        self._lot = lot
        self._bail = bail
        self._compte = compte
        self._expiration_heures = expiration_heures
        self._proprietaire = uuid4()
        self._next_id = lot.premier
        self._held: set[int] = set()
        self._connection: psycopg.AsyncConnection | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._connection is not None:
            await self._connection.close()

    async def take(self, nombre: int) -> list[Claim]:
        """Claim up to ``nombre`` relances that are due, their attempts committed; fewer when no more are left."""
        claims: list[Claim] = []
        while missing := nombre - len(claims):
            taken, seen = await self._take(missing)
            claims += taken
            if seen < missing:
                break
        return claims

    async def _take(self, nombre: int) -> tuple[list[Claim], int]:
        """The claims of one statement, and how many relances it saw: those it called off instead are no claims."""
        parameters = {
            "source": self._lot.source,
            "occasion": self._lot.occasion,
            "fournisseur": self._lot.fournisseur,
            "premier": self._next_id,
            "dernier": self._lot.dernier,
            "reprise": self._lot.reprise,
            "proprietaire": self._proprietaire,
            "bail_secondes": self._bail,
            "compte": self._compte,
            "expiration_heures": self._expiration_heures,
            "detenues": list(self._held),
        }

        async def claim(connection: psycopg.AsyncConnection, *, again: bool) -> tuple[list[Claim], int, int]:
            taken_at = monotonic()
            # After a lost acknowledgement the claim may have been made: what is ours unknowingly comes first.
            ours = await connection.execute(query("claim_unheard"), parameters) if again else None
            unheard = await ours.fetchall() if ours else []
            cursor = await connection.execute(query("claim"), {**parameters, "nombre": nombre - len(unheard)})
            rows = unheard + await cursor.fetchall()
            claims = [
                Claim(relance_id, numero, telephone, texte, modele, variables or (), taken_at)
                for relance_id, numero, telephone, texte, modele, variables in rows
                if numero is not None
            ]
            return claims, len(rows), max((row[0] for row in rows), default=self._next_id - 1)

        claims, seen, last = await self._durably(claim)
        self._held.update(claim.relance_id for claim in claims)
        # Rows that come back to the queue are for a later lot: what was passed is not scanned again.
        self._next_id = last + 1
        return claims, seen

    @property
    def at_end(self) -> bool:
        """Whether the lot's last relance was taken: there is nothing more to ask for."""
        return self._next_id > self._lot.dernier

    async def settle(self, settled: Sequence[tuple[Claim, Reglement]]) -> None:
        """Write outcomes. A relance that is no longer this worker's keeps its state; its journal still learns."""
        parameters = {**outcomes(settled), "proprietaire": self._proprietaire}
        flags = flagged(settled)

        async def write(connection: psycopg.AsyncConnection, *, again: bool) -> None:  # noqa: ARG001 - repeating is safe
            if flags is not None:
                await connection.execute(query("flag_numbers"), flags)
            await connection.execute(query("settle"), parameters)

        await self._durably(write)
        self._held.difference_update(claim.relance_id for claim, _ in settled)

    async def _durably(self, operation: _Operation[T_co]) -> T_co:
        attempts = AsyncRetrying(
            retry=retry_if_exception_type(psycopg.OperationalError),
            wait=wait_exponential_jitter(multiplier=0.1, max=5),
            stop=stop_after_delay(_PATIENCE),
            reraise=True,
        )
        async for attempt in attempts:
            with attempt:
                connection = await self._connected()
                return await operation(connection, again=attempt.retry_state.attempt_number > 1)
        raise AssertionError("unreachable: AsyncRetrying returns or raises")

    async def _connected(self) -> psycopg.AsyncConnection:
        if self._connection is None or self._connection.closed:
            self._connection = await psycopg.AsyncConnection.connect(
                self._conninfo,
                autocommit=True,
                tcp_user_timeout=_SILENCE_MS,
            )
        return self._connection
