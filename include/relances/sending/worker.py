"""The claim–call–settle loop: one worker, one lot, as many calls at once as the connection allows.

Each relance is claimed (committed) before its call and settled right after it. No transaction is open during
a call, and no more relances are claimed than there are calls in flight.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from typing import Final

import psycopg

from relances.rules.errors import PipelineError, TryAgain
from relances.rules.fenetre import Fenetre
from relances.rules.models import Statut
from relances.rules.outcomes import NonEnvoyee, Reglement, settle
from relances.rules.politique import Envoi
from relances.sending.calls import call
from relances.sending.parties import Parties
from relances.sending.traffic import LOOK_EVERY, Halte, Traffic
from relances.store.sending import Claim, LotStore
from relances.store.voies import Suspension
from relances_providers.messaging import Limits, Sender

_LEASE_MARGIN: Final = 30.0  # seconds without a sign of life that a worker may take, while no call begins
_LINGER: Final = 0.002  # seconds an outcome may wait for the rest of its party before it is written
_NAP: Final = 0.02  # seconds until a voie that had no departure left may have some


@dataclass(frozen=True, slots=True)
class LotReport:
    """How many relances of a lot ended in each state.

    ``halte``: why it stopped before its end; None: nothing more is due. ``attente``: seconds until it may go on, where
    the voie says so. ``suspension``: of the voie, where this worker made it.
    """

    statuts: Mapping[Statut, int]
    halte: Halte | None = None
    attente: float = 0.0
    suspension: Suspension | None = None

    def __str__(self) -> str:
        counts = ", ".join(f"{statut.value} {count}" for statut, count in sorted(self.statuts.items()))
        return counts or ("rien à envoyer" if self.halte is None else "rien envoyé")


def lease(limits: Limits) -> float:
    """Seconds a claim is its owner's after a sign of life: for the longest call, begun at the last moment."""
    return limits.longest_call + _LEASE_MARGIN


def now() -> datetime:
    """The clock of who gives no other."""
    return datetime.now(UTC)


def living() -> bool:
    """Of a worker that nobody watches."""
    return True


class LotSender:
    """Sends one lot with an open sender: one worker. Nothing is claimed once ``fenetre`` is closed by ``clock``.

    ``par_segment``: the rate is one of segments. ``wanted``: whether who started this worker is still there.
    """

    def __init__(
        self,
        store: LotStore,
        sender: Sender,
        limits: Limits,
        envoi: Envoi,
        fenetre: Fenetre,
        *,
        par_segment: bool = False,
        clock: Callable[[], datetime] = now,
        wanted: Callable[[], bool] = living,
    ) -> None:
        self._store = store
        self._sender = sender
        self._limits = limits
        self._envoi = envoi
        self._fenetre = fenetre
        self._par_segment = par_segment
        self._clock = clock
        self._wanted = wanted
        self._traffic = Traffic(store.voie, limits, envoi.disjoncteur)
        self._ready: deque[Claim] = deque()
        self._calls: dict[asyncio.Task[None], Claim] = {}
        self._outcomes: list[tuple[Claim, Reglement]] = []
        self._counts: Counter[Statut] = Counter()
        self._progress = asyncio.Event()
        self._parties = Parties(limits.max_in_flight)
        self._alive_at = monotonic()
        self._stopping = False
        self._closed = False

    def stop(self) -> None:
        """Start nothing more; the calls in flight end and are settled. The next run finds the rest."""
        self._stopping = True
        self._progress.set()

    async def run(self) -> LotReport:
        """Send until nothing is due, or something holds the lot up. Raises once every outcome is written.

        Misconfigured: a setting is wrong. TryAgain: :meth:`stop` was called. What was not sent stays ``en_attente``.
        """
        try:
            await self._traffic.open()
            await self._store.beat()
            exhausted = await self._send_all()
            await self._store.beat()
        except (psycopg.Error, PipelineError):
            # What the provider answers meanwhile is worth one more try: unwritten, it would end as a doubt.
            await asyncio.gather(*self._calls)
            self._release()
            await self._write_outcomes()
            raise
        traffic = self._traffic
        if traffic.trouble is not None and (to_mend := traffic.trouble.to_mend) is not None:
            raise to_mend
        halte = Halte.FERMEE if self._closed else traffic.halte
        if not exhausted and halte is None:
            raise TryAgain("envoi interrompu : le reste du lot attend", "interrupted: the rest of the lot waits")
        if halte is None and await self._store.passed_over():
            halte = Halte.TENUE
        return LotReport(dict(self._counts), halte, traffic.attente, traffic.suspension)

    async def _send_all(self) -> bool:
        """The loop itself; True when nothing was left to claim, False when it was stopped."""
        exhausted, closing = False, self._fenetre.closing(self._clock())
        while True:
            await self._look_around(hungry=bool(self._ready) or not exhausted)
            if not self._stopping and (closing is None or self._clock() >= closing):
                self._closed = True
                self.stop()
            if self._stopping:
                self._release()
                await self._write_outcomes()
            else:
                exhausted = await self._exchange(exhausted=exhausted)
            busy = self._calls or self._outcomes or self._ready or self._traffic.has_to_tell
            if not busy and (exhausted or self._stopping):
                return exhausted
            await self._wait(hungry=not self._stopping and (bool(self._ready) or not exhausted))

    async def _look_around(self, *, hungry: bool) -> None:
        """See to the voie and to the claims, where it is time to; stop where there is a reason."""
        if (self._calls or self._ready) and monotonic() > self._alive_at + _LEASE_MARGIN / 4:
            self._alive_at = await self._store.renew()
            await self._store.beat()
        if self._traffic.is_due(hungry=hungry and self._room > 0 and not self._stopping):
            await self._traffic.look()
        if self._traffic.halte is not None or not self._wanted():
            self.stop()

    @property
    def suspension(self) -> Suspension | None:
        """The suspension of the voie that this worker made, whatever :meth:`run` raised."""
        return self._traffic.suspension

    @property
    def guerie_de(self) -> datetime | None:
        """Since when the voie was in trouble, where this worker saw the end of it."""
        return self._traffic.guerie_de

    @property
    def _room(self) -> int:
        """Calls that may be added to those in flight, once what has ended is written."""
        return self._traffic.places - len(self._calls)

    async def _exchange(self, *, exhausted: bool) -> bool:
        """Write what has ended, claim for the free places and start their calls; True when nothing is left to claim."""
        room, pace = min(self._room, self._parties.size), self._traffic.pace
        granted = pace.grant(room) if room > 0 and (self._ready or not exhausted) else 0
        missing = 0 if exhausted else max(0, granted - len(self._ready))
        claims = await self._write_outcomes(missing)
        exhausted = exhausted or (missing > 0 and (len(claims) < missing or self._store.at_end))
        self._ready.extend(claims)
        while self._ready and granted > 0 and not self._stopping:
            claim = self._ready.popleft()
            cost = claim.segments if self._par_segment else 1
            pace.owe(max(0, cost - granted))
            granted = max(0, granted - cost)
            self._start(claim)
        pace.give_back(granted)
        return exhausted

    def _start(self, claim: Claim) -> None:
        if not self._store.holds(claim):
            self._leave(claim, "réservation perdue")
            return
        task = asyncio.create_task(self._call(claim))
        self._calls[task] = claim
        task.add_done_callback(self._calls.pop)

    def _release(self) -> None:
        """What was claimed and not begun goes back to the queue."""
        while self._ready:
            self._leave(self._ready.popleft(), "envoi interrompu avant l'appel")

    def _leave(self, claim: Claim, why: str) -> None:
        self._outcomes.append((claim, settle(NonEnvoyee(why), claim.essai, self._envoi)))

    async def _call(self, claim: Claim) -> None:
        begun = monotonic()
        issue, error = await call(self._sender, claim, max(claim.taken_at, self._alive_at) + _LEASE_MARGIN)
        self._outcomes.append((claim, settle(issue, claim.essai, self._envoi)))
        seconds = monotonic() - begun
        self._parties.note_call(seconds)
        self._traffic.learn(issue, error, seconds)
        if self._traffic.trouble is not None:
            self.stop()
        if len(self._outcomes) == 1 or self._party_is_over:
            self._progress.set()

    async def _write_outcomes(self, wanted: int = 0) -> list[Claim]:
        """Write what has ended, and claim so many in the same round trip."""
        settled = list(self._outcomes)
        if not (settled or wanted):
            return []
        begun = monotonic()
        claims = await self._store.exchange(settled, wanted)
        self._parties.note_writing(monotonic() - begun)
        del self._outcomes[: len(settled)]
        self._counts.update(reglement.statut for _, reglement in settled)
        return claims

    @property
    def _party_is_over(self) -> bool:
        """Whether there is nobody left to wait for."""
        return len(self._outcomes) >= self._parties.size or len(self._calls) <= 1

    async def _wait(self, *, hungry: bool) -> None:
        """Until calls may begin, or have ended: the first to end waits a moment for the others of its party."""
        free = self._room > len(self._outcomes)
        delay = self._traffic.pace.delay() if hungry and free else LOOK_EVERY
        if delay == 0 or self._traffic.has_to_tell or (self._stopping and self._ready):
            return
        self._progress.clear()
        if not self._outcomes:
            await self._progress_within(min(_NAP if delay is None else delay, LOOK_EVERY))
            self._progress.clear()
        if self._outcomes and not self._party_is_over:
            await self._progress_within(_LINGER)

    async def _progress_within(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._progress.wait()
