"""The calls in flight: whatever happens in one is one answer, and one row, kept in a purse until it is written."""

import asyncio
import logging
import random
from collections import Counter
from collections.abc import Callable
from time import monotonic
from typing import Final, assert_never

from relances.rules.codes import Cause, Refus
from relances.rules.models import Statut
from relances.rules.outcomes import Reglement, accepted, not_sent, put_off, refused, unknown
from relances.rules.politique import Envoi
from relances.sending.pacing import Parties
from relances.sending.phases import Answer
from relances.sending.traffic import Traffic
from relances.store.sending import Claim, LotStore
from relances_providers.errors import (
    Defect,
    Fault,
    Misconfigured,
    NumberState,
    OutcomeUnknown,
    ProviderError,
    Rejected,
    TryLater,
)
from relances_providers.messaging import Limits, Message, Receipt, Sender, Template

logger = logging.getLogger(__name__)

_SIGNALES: Final = {NumberState.UNREACHABLE: Refus.INJOIGNABLE, NumberState.OPTED_OUT: Refus.OPPOSITION}


async def call(sender: Sender, claim: Claim, not_after: float) -> Answer:
    """Send one relance; ``not_after``: monotonic seconds from which it must not begin."""
    template = Template(claim.modele, tuple(claim.variables)) if claim.modele else None
    try:
        return await sender.send(Message(claim.telephone, claim.texte, not_after, template))
    except ProviderError as error:
        if isinstance(error, TryLater) and error.fault is Fault.NOBODY:
            logger.warning("relance %s : %s", claim.relance_id, error)  # what to look up, where it came
        return error
    except Exception as error:
        defect = Defect(type(error).__name__)
        logger.error("relance %s : %s", claim.relance_id, defect)  # noqa: TRY400 - its traceback may hold a number
        return defect


def settle(answer: Answer, essai: int, envoi: Envoi, *, jitter: Callable[[], float] = random.random) -> Reglement:
    """The row that the answer to attempt ``essai`` makes."""
    match answer:
        case Receipt(message_id):
            return accepted(message_id)
        case Misconfigured():
            return not_sent(str(answer))
        case Defect():
            return unknown(Cause.ERREUR_INTERNE, answer.kind)
        case OutcomeUnknown():
            return unknown(answer.code, str(answer))
        case ProviderError():
            return failed(answer, essai, envoi, jitter=jitter)
        case _:
            assert_never(answer)


def failed(error: ProviderError, essai: int, envoi: Envoi, *, jitter: Callable[[], float] = random.random) -> Reglement:
    """The row of a failure that is known to be one: put off, or over."""
    if isinstance(error, TryLater):
        return put_off(error.code, str(error), error.retry_after, essai, envoi, jitter=jitter)
    signale = _SIGNALES.get(error.number) if isinstance(error, Rejected) else None
    return refused(error.code, str(error), signale)


LEASE_MARGIN: Final = 30.0  # seconds without a sign of life that a worker may take, while no call begins


def lease(limits: Limits) -> float:
    """Seconds a claim is its owner's after a sign of life: for the longest call, begun at the last moment."""
    return limits.longest_call + LEASE_MARGIN


class Purse:
    """Outcomes that wait to be written. ``counts``: of those that were, by state; ``parties``: how many at a time."""

    def __init__(self, store: LotStore, parties: Parties) -> None:
        self._store = store
        self.parties = parties
        self._outcomes: list[tuple[Claim, Reglement]] = []
        self.counts: Counter[Statut] = Counter()

    def __len__(self) -> int:
        return len(self._outcomes)

    def add(self, claim: Claim, reglement: Reglement) -> None:
        """What became of a claim."""
        self._outcomes.append((claim, reglement))

    async def exchange(self, wanted: int = 0) -> list[Claim]:
        """Write what there is, and claim so many relances in the same round trip."""
        settled = list(self._outcomes)
        if not (settled or wanted):
            return []
        begun = monotonic()
        claims = await self._store.exchange(settled, wanted)
        self.parties.note_writing(monotonic() - begun)
        del self._outcomes[: len(settled)]
        self.counts.update(reglement.statut for _, reglement in settled)
        return claims


class Crew:
    """The calls of one worker. ``progress``: set where one that ended is worth a look at what there is to do."""

    def __init__(self, store: LotStore, sender: Sender, envoi: Envoi, traffic: Traffic, purse: Purse) -> None:
        self._store = store
        self._sender = sender
        self._envoi = envoi
        self._traffic = traffic
        self._purse = purse
        self._calls: set[asyncio.Task[None]] = set()
        self._alive_at = monotonic()
        self.progress = asyncio.Event()

    def __len__(self) -> int:
        return len(self._calls)

    @property
    def room(self) -> int:
        """Calls that may be added, once what has ended is written."""
        return self._traffic.places - len(self._calls)

    @property
    def party_is_over(self) -> bool:
        """Whether there is nobody left to wait for."""
        return len(self._purse) >= self._purse.parties.size or len(self._calls) <= 1

    def start(self, claim: Claim) -> None:
        """Begin its call, unless somebody took it away meanwhile."""
        if not self._store.holds(claim):
            self._purse.add(claim, not_sent("réservation perdue"))
            return
        task = asyncio.create_task(self._call(claim))
        self._calls.add(task)
        task.add_done_callback(self._calls.discard)

    async def ended(self) -> None:
        """All calls in flight have."""
        await asyncio.gather(*self._calls)

    async def stay_alive(self) -> None:
        """Give a sign of life, where the last is old: the leases of what is held start again."""
        if monotonic() > self._alive_at + LEASE_MARGIN / 4:
            self._alive_at = await self._store.renew()
            await self._store.beat()

    async def _call(self, claim: Claim) -> None:
        begun = monotonic()
        answer = await call(self._sender, claim, max(claim.taken_at, self._alive_at) + LEASE_MARGIN)
        self._purse.add(claim, settle(answer, claim.essai, self._envoi))
        seconds = monotonic() - begun
        self._purse.parties.note_call(seconds)
        self._traffic.learn(answer, seconds)
        if len(self._purse) == 1 or self.party_is_over or self._traffic.is_over:
            self.progress.set()
