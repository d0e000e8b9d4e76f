"""The claim–call–settle loop: one worker, one lot, as many calls at once as the connection allows.

Each relance is claimed (committed) before its call and settled right after it. No transaction is open during
a call, and no more relances are claimed than there are calls in flight.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, auto
from typing import Final

import psycopg

from relances.rules.errors import PipelineError, TryAgain
from relances.rules.models import Statut
from relances.rules.outcomes import not_sent
from relances.rules.politique import Envoi
from relances.sending.crew import Crew, Purse, lease
from relances.sending.pacing import Parties
from relances.sending.phases import Halte
from relances.sending.soldes import Lecture, Soldes
from relances.sending.traffic import LOOK_EVERY, Nouvelles, Traffic
from relances.store.sending import Claim, LotStore
from relances.store.voies import Suspension
from relances_providers.messaging import Limits, Sender

__all__ = ["Halte", "LotReport", "LotSender", "lease", "living", "now"]

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


def now() -> datetime:
    """The default clock: current UTC time."""
    return datetime.now(UTC)


def living() -> bool:
    """Of a worker that nobody watches."""
    return True


class _Step(Enum):
    """How far a worker is in its lot."""

    CLAIMING = auto()
    EXHAUSTED = auto()  # nothing is left to claim
    CLOSED = auto()  # the send window is
    STOPPED = auto()  # somebody said so, or the voie


class LotSender:
    """Sends one lot with an open sender: one worker. Nothing is claimed from ``fermeture`` on, by ``clock``.

    ``par_segment``: the rate is one of segments. ``wanted``: whether who started this worker is still there.
    ``lecture``: how the balances are read that it sends by.
    """

    def __init__(
        self,
        store: LotStore,
        sender: Sender,
        limits: Limits,
        envoi: Envoi,
        fermeture: datetime,
        *,
        par_segment: bool = False,
        clock: Callable[[], datetime] = now,
        wanted: Callable[[], bool] = living,
        lecture: Lecture | None = None,
    ) -> None:
        self._store = store
        self._fermeture = fermeture
        self._par_segment = par_segment
        self._clock = clock
        self._wanted = wanted
        self._soldes = Soldes(lecture)
        self._traffic = Traffic(store.voie, limits, envoi.disjoncteur)
        self._purse = Purse(store, Parties(limits.max_in_flight))
        self._crew = Crew(store, sender, envoi, self._traffic, self._purse)
        self._ready: deque[Claim] = deque()
        self._step = _Step.CLAIMING

    def stop(self) -> None:
        """Start nothing more; the calls in flight end and are settled. The next run finds the rest."""
        self._end(_Step.STOPPED)
        self._crew.progress.set()

    @property
    def nouvelles(self) -> Nouvelles:
        """What it saw of its voie, whatever :meth:`run` raised."""
        return self._traffic.nouvelles

    async def run(self) -> LotReport:
        """Send until nothing is due, or something holds the lot up. Raises once every outcome is written.

        Misconfigured: a setting is wrong. TryAgain: :meth:`stop` was called. What was not sent stays ``en_attente``.
        """
        try:
            await self._traffic.open()
            await self._store.beat()
            await self._send_all()
            await self._soldes.ended(at_once=self._step is not _Step.EXHAUSTED)
            await self._store.beat()
        except (psycopg.Error, PipelineError):
            # What the provider answers meanwhile is worth one more try: unwritten, it would end as a doubt.
            await self._crew.ended()
            await self._release()
            await self._soldes.ended(at_once=True)
            raise
        trouble = self._traffic.trouble
        if trouble is not None and (to_mend := trouble.to_mend) is not None:
            raise to_mend
        return await self._report()

    async def _report(self) -> LotReport:
        halte = Halte.FERMEE if self._step is _Step.CLOSED else self._traffic.halte
        if self._step is _Step.STOPPED and halte is None:
            raise TryAgain("envoi interrompu : le reste du lot attend", "interrupted: the rest of the lot waits")
        if halte is None and await self._store.passed_over():
            halte = Halte.TENUE
        return LotReport(dict(self._purse.counts), halte, self._traffic.attente, self.nouvelles.suspension)

    async def _send_all(self) -> None:
        """The loop itself, until there is nothing more to start, to wait for, to write or to tell."""
        while True:
            await self._look_around()
            if self._clock() >= self._fermeture:
                self._end(_Step.CLOSED)
            if self._is_ending:
                await self._release()
            else:
                await self._exchange()
            busy = self._crew or self._purse or self._ready or self._traffic.has_to_tell
            if not busy and self._step is not _Step.CLAIMING:
                return
            await self._wait()

    async def _look_around(self) -> None:
        """See to the voie, the claims and the balances, where it is time to; stop where there is a reason."""
        self._soldes.look()
        if self._crew or self._ready:
            await self._crew.stay_alive()
        if self._traffic.is_due(hungry=self._is_hungry and self._crew.room > 0):
            await self._traffic.look()
        if self._traffic.is_over or not self._wanted():
            self._end(_Step.STOPPED)

    def _end(self, step: _Step) -> None:
        """Start nothing more, where there was more to start."""
        if self._is_hungry:
            self._step = step

    @property
    def _is_ending(self) -> bool:
        return self._step in {_Step.CLOSED, _Step.STOPPED}

    @property
    def _is_hungry(self) -> bool:
        """Whether there is more to start."""
        return self._step is _Step.CLAIMING or (self._step is _Step.EXHAUSTED and bool(self._ready))

    @property
    def _may_start(self) -> bool:
        return self._is_hungry and self._soldes.serve

    async def _exchange(self) -> None:
        """Write what has ended, claim for the free places and start their calls."""
        room, pace = min(self._crew.room, self._purse.parties.size), self._traffic.pace
        granted = pace.grant(room) if room > 0 and self._may_start else 0
        missing = max(0, granted - len(self._ready)) if self._step is _Step.CLAIMING else 0
        claims = await self._purse.exchange(missing)
        self._ready.extend(claims)
        if missing > 0 and (len(claims) < missing or self._store.at_end) and self._step is _Step.CLAIMING:
            self._step = _Step.EXHAUSTED
        while self._ready and granted > 0 and not (self._is_ending or self._traffic.is_over):
            claim = self._ready.popleft()
            cost = claim.segments if self._par_segment else 1
            pace.owe(max(0, cost - granted))
            granted = max(0, granted - cost)
            self._crew.start(claim)
        pace.give_back(granted)

    async def _release(self) -> None:
        """What was claimed and not begun goes back to the queue; what has ended is written."""
        while self._ready:
            self._purse.add(self._ready.popleft(), not_sent("envoi interrompu avant l'appel"))
        await self._purse.exchange()

    async def _wait(self) -> None:
        """Until calls may begin, or have ended: the first to end waits a moment for the others of its party."""
        free = self._crew.room > len(self._purse)
        delay = self._traffic.pace.delay() if self._may_start and free else LOOK_EVERY
        if delay == 0 or self._traffic.has_to_tell or (self._is_ending and self._ready):
            return
        self._crew.progress.clear()
        if not self._purse:
            await self._progress_within(min(_NAP if delay is None else delay, LOOK_EVERY))
            self._crew.progress.clear()
        if self._purse and not self._crew.party_is_over:
            await self._progress_within(_LINGER)

    async def _progress_within(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._crew.progress.wait()
