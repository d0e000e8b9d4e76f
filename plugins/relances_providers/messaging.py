"""What every provider offers: a message in, a receipt out, or one of the four errors; and what can be asked later.

Whoever sends knows a provider by this module alone, which does not take Airflow in.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import ClassVar

from relances_providers.discretion import mask
from relances_providers.errors import ProviderError


@dataclass(frozen=True, slots=True)
class Template:
    """A text that the provider has approved: its id there, and its variables in the order of their numbers."""

    template_id: str
    variables: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Template({self.template_id}, {len(self.variables)} variables)"


@dataclass(frozen=True, slots=True)
class Message:
    """One text for one phone. ``to``: digits with the country code, no sign (``24166123456``).

    ``not_after``: monotonic seconds after which the call must not start (TryLater); None: no limit.
    ``template``: sent in place of ``text`` where the provider has templates; ``text`` is then what it should say.
    """

    to: str
    text: str
    not_after: float | None = None
    template: Template | None = None

    def __repr__(self) -> str:
        return f"Message(to={mask(self.to)}, {len(self.text)} characters)"


@dataclass(frozen=True, slots=True)
class Receipt:
    """The provider accepted the message under this id."""

    message_id: str


@dataclass(frozen=True, slots=True)
class Sent:
    """An accepted message to ask about. ``sent_at``: when it was accepted, by our clock, with a time zone."""

    message_id: str
    sent_at: datetime


class Progress(IntEnum):
    """How far an accepted message got, by rank: news arrives in any order, and never takes a message back."""

    ACCEPTED = 0
    SENT = 1
    UNDELIVERED = 2
    DELIVERED = 3
    READ = 4


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a provider says of a message it accepted. ``failure``: why it is UNDELIVERED, None otherwise.

    A failure is one of the four errors: TryLater where the same message may be sent again, Rejected where not.
    """

    message_id: str
    progress: Progress
    failure: ProviderError | None = None


@dataclass(frozen=True, slots=True)
class Sought:
    """A message that the provider may have. It was sent between the two moments, by our clock, with a time zone."""

    to: str
    text: str
    since: datetime
    until: datetime

    def __repr__(self) -> str:
        return f"Sought(to={mask(self.to)}, {len(self.text)} characters)"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A message the provider has for the number sought, from the time sought.

    ``same_text``: whether it says what is sought; None where that cannot be told (a template).
    """

    message_id: str
    same_text: bool | None


class Verdict(IntEnum):
    """How a part of a connection was found."""

    GOOD = 0
    UNSEEN = 1
    BAD = 2


@dataclass(frozen=True, slots=True)
class Finding:
    """One part of a connection, examined: its name, how it was found, and the facts or the cure (French — English)."""

    part: str
    verdict: Verdict
    text: str


@dataclass(frozen=True, slots=True)
class Limits:
    """How hard a connection may be driven: messages per second, calls at once, seconds before a time-out.

    ``timeout`` bounds connecting and waiting for the answer, each.
    """

    rate_per_second: float
    max_in_flight: int
    timeout: float

    @property
    def longest_call(self) -> float:
        """Seconds one call may last at most."""
        return 2 * self.timeout


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a provider can do, for the stages to ask before they rely on it.

    ``can_find``: an unknown outcome can be cleared by asking. ``can_follow``: tells what became of a message.
    ``max_characters``: longest text accepted. ``billed_by_segment``: a long SMS is billed as several.
    ``visibility_delay``: seconds until a message that was accepted is surely seen by :meth:`Sender.find`.
    ``default_limits``: those of a connection that sets none.
    """

    can_find: bool
    can_follow: bool
    max_characters: int
    billed_by_segment: bool
    visibility_delay: float
    default_limits: Limits


class Sender(ABC):
    """An open provider. Every method raises TryLater, Rejected, Misconfigured or OutcomeUnknown; nothing else."""

    @abstractmethod
    async def send(self, message: Message) -> Receipt:
        """Send one message, in one call to one recipient."""

    @abstractmethod
    async def check(self) -> None:
        """Fetch what sending needs (a token) without sending; raises Misconfigured or TryLater."""

    @abstractmethod
    async def diagnose(self) -> list[Finding]:
        """What only this provider can tell of its connection, once :meth:`check` passed: sender, scopes."""

    async def fetch_status(self, sent: Sequence[Sent]) -> list[Delivery]:
        """What became of these messages; those the provider says nothing of are left out."""
        raise NotImplementedError(f"{type(self).__name__} cannot follow: ask Capabilities.can_follow first")

    async def find(self, sought: Sought) -> list[Candidate]:
        """Every message the provider has for that number from that time, the oldest first."""
        raise NotImplementedError(f"{type(self).__name__} cannot find: ask Capabilities.can_find first")


class Gateway(ABC):
    """The way to one provider: what its connection says, and how it is opened. Nothing is asked of anybody before."""

    capabilities: ClassVar[Capabilities]
    conn_id: str

    @property
    @abstractmethod
    def is_connected(self) -> bool:
        """Whether its connection exists."""

    @property
    @abstractmethod
    def limits(self) -> Limits:
        """The limits set on the connection. Raises Misconfigured, naming the field."""

    @property
    def max_characters(self) -> int:
        """The longest text that this connection takes. Raises Misconfigured, naming the field."""
        return self.capabilities.max_characters

    @property
    @abstractmethod
    def addresses(self) -> dict[str, str]:
        """Every address the connection talks to, by the name of its field. Raises Misconfigured, naming the field."""

    @property
    @abstractmethod
    def test_number(self) -> str | None:
        """Who gets the test messages that name no number, as typed. Raises Misconfigured, naming the field."""

    @property
    @abstractmethod
    def account(self) -> str:
        """Whose messages :meth:`Sender.find` sees, no secret: what another account sent is not absent, it is unseen.

        Raises Misconfigured, naming the field.
        """

    @abstractmethod
    def open(self) -> AbstractAsyncContextManager[Sender]:
        """Open the provider; the connection's fields are checked here (Misconfigured names the field)."""

    @abstractmethod
    async def diagnose(self) -> list[Finding]:
        """Examine the connection part by part: fields, addresses, TLS, credentials, and what only this provider can
        tell. Nothing is sent.
        """
