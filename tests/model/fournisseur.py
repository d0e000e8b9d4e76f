"""A provider that means no good, in memory, on a clock that moves when told; what it answers is heard when told."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from relances_providers.errors import ProviderError, Rejected, TryLater
from relances_providers.hook import MessagingHook
from relances_providers.messaging import (
    Candidate,
    Capabilities,
    Delivery,
    Finding,
    Limits,
    Message,
    Progress,
    Receipt,
    Sender,
    Sent,
    Sought,
)

LIMITS = Limits(rate_per_second=10, max_in_flight=2, timeout=5)
VISIBILITY = 20.0
QUARANTINE = LIMITS.longest_call + VISIBILITY
Hear = Callable[[], Awaitable[None]]


@dataclass(eq=False, slots=True)
class Request:
    """A call that left: its provider may take it until ``until``, whoever still waits for its answer."""

    message: Message
    until: float
    answer: asyncio.Future[Receipt]
    accepted: "Taken | None" = None


@dataclass(eq=False, slots=True)
class Taken:
    """A message that the provider took. ``seen_from``: when a look-up finds it; ``failure``: why it did not arrive."""

    to: str
    text: str
    reference: str
    at: float
    seen_from: float
    progress: Progress = Progress.ACCEPTED
    failure: ProviderError | None = None

    @property
    def counts(self) -> bool:
        """Whether it stands for its relance: it may have reached the phone."""
        return self.failure is None or isinstance(self.failure, Rejected)


@dataclass(slots=True)
class Fournisseur:
    """Its ledger, and what is on its way to it."""

    now: float = 1_000.0
    wire: list[Request] = field(default_factory=list)
    ledger: list[Taken] = field(default_factory=list)

    def pass_time(self, seconds: float) -> None:
        self.now += seconds
        self.wire = [request for request in self.wire if request.until > self.now and request.accepted is None]

    def accept(self, request: Request, delay: float) -> Taken:
        """Take a message; a look-up sees it ``delay`` seconds later."""
        sent = request.message
        taken = Taken(sent.to, sent.text, f"m{len(self.ledger)}", self.now, self.now + delay)
        request.accepted = taken
        self.ledger.append(taken)
        self.wire.remove(request)
        return taken

    def wall(self, moment: float) -> datetime:
        """The time of day of a moment of its clock: that of a database where what passed was moved into the past."""
        return datetime.now(UTC) - timedelta(seconds=self.now - moment)


class Line(Sender):
    """A way to the provider. Its answers are of the moment when they are asked for; ``hear``: until they are heard."""

    def __init__(self, fournisseur: Fournisseur, hear: Hear) -> None:
        self._fournisseur = fournisseur
        self._hear = hear

    async def send(self, message: Message) -> Receipt:
        now = self._fournisseur.now
        if message.not_after is not None and now > message.not_after:
            raise TryLater("trop tard — too late", code="trop_tard")
        request = Request(message, now + LIMITS.longest_call, asyncio.get_running_loop().create_future())
        self._fournisseur.wire.append(request)
        return await request.answer

    async def check(self) -> None:
        """It always can."""

    async def diagnose(self) -> list[Finding]:
        return []

    async def find(self, sought: Sought) -> list[Candidate]:
        wall, now = self._fournisseur.wall, self._fournisseur.now
        found = [
            Candidate(taken.reference, same_text=taken.text == sought.text)
            for taken in self._fournisseur.ledger
            if taken.to == sought.to and taken.seen_from <= now and sought.since <= wall(taken.at) <= sought.until
        ]
        await self._hear()
        return found

    async def fetch_status(self, sent: Sequence[Sent]) -> list[Delivery]:
        asked = {message.message_id for message in sent}
        told = [
            Delivery(taken.reference, taken.progress, taken.failure)
            for taken in self._fournisseur.ledger
            if taken.reference in asked
        ]
        await self._hear()
        return told


async def at_once() -> None:
    """What is answered is heard."""


class Hook(MessagingHook):
    """The provider's hook, of an account that can do everything. ``visibility``: what it promises of its look-up."""

    default_conn_name = "essai_default"
    conn_type = "essai"
    hook_name = "Essai"
    capabilities = Capabilities(
        can_find=True,
        can_follow=True,
        max_characters=1_600,
        billed_by_segment=False,
        visibility_delay=VISIBILITY,
        default_limits=LIMITS,
    )

    def __init__(self, fournisseur: Fournisseur, *, visibility: float = VISIBILITY, askable: bool = True) -> None:
        super().__init__()
        self._fournisseur = fournisseur
        able = replace(type(self).capabilities, visibility_delay=visibility, can_find=askable, can_follow=askable)
        self.capabilities = able  # type: ignore[misc]  # each provider has one, this one two

    @property
    def limits(self) -> Limits:
        return LIMITS

    @property
    def addresses(self) -> dict[str, str]:
        return {}

    @property
    def test_number(self) -> str | None:
        return None

    @property
    def account(self) -> str:
        return "essai"

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Sender]:
        yield Line(self._fournisseur, at_once)
