"""The claim–call–settle loop: one worker, one lot, as many calls at once as the connection allows.

Each relance is claimed (committed) before its call and settled right after it. No transaction is open during
a call, and no more relances are claimed than there are calls in flight.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import psycopg

from relances.rules.errors import TryAgain
from relances.rules.fenetre import Fenetre
from relances.rules.models import Statut
from relances.rules.outcomes import Issue, Reglement, Reportee, settle
from relances.rules.policy import Envoi
from relances.stages.calls import call
from relances.stages.pacing import Pace
from relances.store.sending import Claim, LotStore
from relances_providers.errors import OutcomeUnknown, TryLater
from relances_providers.messaging import Limits, Sender

logger = logging.getLogger(__name__)

_LEASE_MARGIN: Final = 30.0  # seconds between the end of the longest call and the end of its lease
_LINGER: Final = 0.02  # seconds an outcome may wait for company before it is written
_LONGEST_PAUSE: Final = 60.0  # seconds: a provider that wants more is left alone until the task's next try
_PROBES: Final = 3  # calls at once, and doubts at most, before the first answer of a lot
_DOWN_AFTER: Final = 20  # calls in a row without an answer: the provider is down, the lot stops


@dataclass(frozen=True, slots=True)
class LotReport:
    """How many relances of a lot ended in each state. ``fermee``: the send window closed before its end."""

    statuts: Mapping[Statut, int]
    fermee: bool

    def __str__(self) -> str:
        return (
            ", ".join(f"{statut.value} {count}" for statut, count in sorted(self.statuts.items())) or "rien à envoyer"
        )


def lease(limits: Limits) -> float:
    """Seconds a claim is its owner's: long enough for a token, the call, and a slow settlement."""
    return 2 * limits.longest_call + _LEASE_MARGIN


def now() -> datetime:
    """The clock of who gives no other."""
    return datetime.now(UTC)


class LotSender:
    """Sends one lot with an open sender: one worker. Nothing is claimed once ``fenetre`` is closed by ``clock``."""

    def __init__(
        self,
        store: LotStore,
        sender: Sender,
        limits: Limits,
        envoi: Envoi,
        fenetre: Fenetre,
        *,
        clock: Callable[[], datetime] = now,
    ) -> None:
        self._store = store
        self._sender = sender
        self._limits = limits
        self._envoi = envoi
        self._fenetre = fenetre
        self._clock = clock
        self._pace = Pace(limits.rate_per_second)
        self._calls: dict[asyncio.Task[None], Claim] = {}
        self._outcomes: list[tuple[Claim, Reglement]] = []
        self._counts: Counter[Statut] = Counter()
        self._progress = asyncio.Event()
        self._stopping = False
        self._closed = False
        self._answered = False
        self._probes = _PROBES
        self._unreached = 0
        self._trouble: Exception | None = None

    def stop(self) -> None:
        """Claim nothing more; the calls in flight end and are settled. The next run finds the rest."""
        self._stopping = True
        self._progress.set()

    async def run(self) -> LotReport:
        """Send until nothing is due, or the window closes. Raises what stopped the lot, once every outcome is written.

        Misconfigured: a setting is wrong. TryLater, OutcomeUnknown: the provider is out of reach, or answers no
        more. TryAgain: :meth:`stop` was called. What was not sent stays ``en_attente``.
        """
        try:
            exhausted = await self._send_all()
        except psycopg.Error:
            # What the provider answers meanwhile is worth one more try: unwritten, it would end as a doubt.
            await asyncio.gather(*self._calls)
            await self._write_outcomes()
            raise
        if self._trouble is not None:
            raise self._trouble
        if not exhausted and not self._closed:
            raise TryAgain("envoi interrompu : le reste du lot attend", "interrupted: the rest of the lot waits")
        return LotReport(dict(self._counts), fermee=self._closed)

    async def _send_all(self) -> bool:
        """The loop itself; True when nothing was left to claim, False when it was stopped."""
        exhausted, closing = False, self._fenetre.closing(self._clock())
        while True:
            await self._write_outcomes()
            if not (exhausted or self._stopping):
                if closing is not None and self._clock() < closing:
                    exhausted = await self._start_calls()
                else:
                    self._closed = True
                    self.stop()
            if not (self._calls or self._outcomes) and (exhausted or self._stopping):
                return exhausted
            await self._wait()

    async def _start_calls(self) -> bool:
        """Claim for the free places and start their calls; True when nothing is left to claim."""
        # Few calls until the provider has answered one: an outage must not put a whole batch in doubt.
        places = self._limits.max_in_flight if self._answered else min(self._probes, self._limits.max_in_flight)
        room = places - len(self._calls) - len(self._outcomes)
        granted = self._pace.grant(room) if room > 0 else 0
        if granted == 0:
            return False
        claims = await self._store.take(granted)
        self._pace.give_back(granted - len(claims))
        for claim in claims:
            task = asyncio.create_task(self._call(claim))
            self._calls[task] = claim
            task.add_done_callback(self._calls.pop)
        return len(claims) < granted or self._store.at_end

    async def _call(self, claim: Claim) -> None:
        not_after = claim.taken_at + lease(self._limits) - self._limits.longest_call
        issue, error = await call(self._sender, claim, not_after)
        self._outcomes.append((claim, settle(issue, claim.numero, self._envoi)))
        self._learn(issue, error)
        if len(self._outcomes) * 4 >= self._limits.max_in_flight or len(self._calls) <= 1:
            self._progress.set()

    def _learn(self, issue: Issue, error: Exception | None) -> None:
        """What one outcome says about the calls to come."""
        match issue, error:
            case Reportee(apres=float(seconds)), TryLater() if 0 < seconds <= _LONGEST_PAUSE:
                self._pace.pause(seconds)
            case Reportee(apres=float(seconds)), TryLater() if seconds > 0:
                self._give_up(error)  # a daily quota: the lot does not wait for it
            case _, OutcomeUnknown() if not self._answered:
                self._probes -= 1
                if self._probes == 0:
                    self._give_up(error)
            case _, TryLater() | OutcomeUnknown():
                self._unreached += 1
                if self._unreached >= _DOWN_AFTER:
                    self._give_up(error)
            case _, Exception():
                self._give_up(error)
            case _:
                self._answered = True
                self._unreached = 0

    def _give_up(self, error: Exception) -> None:
        if self._trouble is None:
            logger.error("lot arrêté : %s", error)
            self._trouble = error
        self.stop()

    async def _write_outcomes(self) -> None:
        settled = list(self._outcomes)
        if settled:
            await self._store.settle(settled)
            del self._outcomes[: len(settled)]
            self._counts.update(reglement.statut for _, reglement in settled)

    async def _wait(self) -> None:
        """Until there is something to write or to start."""
        self._progress.clear()
        try:
            busy = self._calls or self._outcomes
            await asyncio.wait_for(self._progress.wait(), _LINGER if busy else self._pace.delay())
        except TimeoutError:
            return
