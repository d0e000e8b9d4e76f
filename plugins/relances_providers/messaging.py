"""What every provider offers: a message in, a receipt out, or one of the four errors."""

import logging
from abc import abstractmethod
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import ClassVar, Protocol

from airflow.sdk import BaseHook

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Message:
    """One text for one phone. ``to``: digits with the country code, no sign (``24166123456``).

    ``not_after``: monotonic seconds after which the call must not start (TryLater); None: no limit.
    """

    to: str
    text: str
    not_after: float | None = None

    def __repr__(self) -> str:
        return f"Message(to={mask(self.to)}, {len(self.text)} characters)"


@dataclass(frozen=True, slots=True)
class Receipt:
    """The provider accepted the message under this id."""

    message_id: str


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a provider can do, for the stages to ask before they rely on it.

    ``can_look_up``: an unknown outcome can be cleared by asking. ``max_characters``: longest text accepted.
    ``visibility_delay``: seconds until a message that was accepted is surely seen by a look-up.
    """

    can_look_up: bool
    max_characters: int
    visibility_delay: float


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


class Sender(Protocol):
    """An open provider: one call sends one message.

    Raises TryLater, Rejected, Misconfigured or OutcomeUnknown; nothing else.
    """

    async def send(self, message: Message) -> Receipt: ...

    async def check(self) -> None:
        """Fetch what sending needs (a token) without sending; raises Misconfigured or TryLater."""


class MessagingHook(BaseHook):
    """An Airflow hook that opens a :class:`Sender` from a connection. The constructor does no I/O."""

    capabilities: ClassVar[Capabilities]

    @property
    @abstractmethod
    def limits(self) -> Limits:
        """The limits set on the connection."""

    @abstractmethod
    def open(self) -> AbstractAsyncContextManager[Sender]:
        """Open the provider; the connection's fields are checked here (Misconfigured names the field)."""


def mask(phone: str) -> str:
    """A phone number fit for a log: ``24166123456`` → ``+241••••3456``. A short one is hidden whole."""
    return f"+{phone[:3]}••••{phone[-4:]}" if len(phone) >= 10 else "••••"
