"""Reads what Zoom keeps of the messages it sent: how far each got, and what a conversation holds.

Statuses, directions and shapes are those of ``GET /phone/sms/sessions`` and of what lies under it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, TypeAlias

from relances_providers.errors import ProviderError
from relances_providers.messaging import Candidate, Delivery, Progress, Sent, Sought
from relances_providers.zoom_answers import message_id, text_of
from relances_providers.zoom_errors import TABLE

Item: TypeAlias = Mapping[str, object]

_CLOCKS_APART: Final = timedelta(minutes=2)  # between ours and Zoom's, at most
_PROGRESS: Final = {
    "unknown": Progress.ACCEPTED,  # Zoom's own word for not knowing
    "sent": Progress.SENT,
    "failed_to_send": Progress.UNDELIVERED,
    "failed_to_deliver": Progress.UNDELIVERED,
    "delivered": Progress.DELIVERED,
}
_NOT_DIGITS: Final = re.compile(r"\D")


@dataclass(frozen=True, slots=True)
class Page:
    """One answer of a list; ``token``: what to ask the next one with, empty at the end."""

    items: list[Item]
    token: str

    @classmethod
    def of(cls, body: Item, name: str) -> "Page":
        """Raises ValueError where this is no such list: what is not there must never look like nothing found."""
        items = body.get(name)
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise ValueError(f"no {name}")
        return cls(items, str(body.get("next_page_token") or ""))


@dataclass(frozen=True, slots=True)
class Window:
    """The time in which a message was sent, by Zoom's clock."""

    since: datetime
    until: datetime

    @classmethod
    def of(cls, sought: Sought) -> "Window":
        return cls(sought.since - _CLOCKS_APART, sought.until + _CLOCKS_APART)

    @property
    def query(self) -> dict[str, str]:
        """``from`` and ``to``, as Zoom writes moments."""
        return {"from": _written(self.since), "to": _written(self.until)}


def delivery(sent: Sent, message: Item, conn_id: str) -> Delivery | None:
    """How far a message got; None where Zoom does not say."""
    status = str(message.get("delivery_status"))
    if status not in _PROGRESS:
        return None
    failure: ProviderError | None = None
    if _PROGRESS[status] is Progress.UNDELIVERED:
        failure = TABLE[status].error(conn_id)
    return Delivery(sent.message_id, _PROGRESS[status], failure)


def sessions_with(to: str, sessions: Iterable[Item]) -> set[str]:
    """The ids of the conversations that number takes part in. Raises ValueError where one has no id."""
    return {text_of(session, "session_id") for session in sessions if _among(to, session.get("participants"))}


def candidates(sought: Sought, session: str, messages: Iterable[Item]) -> list[tuple[datetime, Candidate]]:
    """What a conversation holds of what is sought, with its time. Raises ValueError where that cannot be read."""
    window = Window.of(sought)
    found = []
    for message in messages:
        at = datetime.fromisoformat(text_of(message, "date_time"))
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        outgoing = text_of(message, "direction").lower() == "out"
        if outgoing and window.since <= at <= window.until and _among(sought.to, message.get("to_members")):
            found.append(
                (at, Candidate(message_id(session, text_of(message, "message_id")), _same_text(sought, message)))
            )
    return found


def _same_text(sought: Sought, message: Item) -> bool | None:
    text = message.get("message")
    # Spaces and line ends may have been changed on the way.
    return text.split() == sought.text.split() if isinstance(text, str) else None


def _among(to: str, people: object) -> bool:
    """Whether that number is one of theirs; those that Zoom does not list may be it."""
    if not isinstance(people, list) or not people:
        return True
    numbers = (str(person.get("phone_number", "")) for person in people if isinstance(person, dict))
    return any(_subscriber(number) == _subscriber(to) for number in numbers)


def _subscriber(number: str) -> str:
    # Zoom's examples have +1…, 1… and neither; ten digits are a whole number in North America.
    return _NOT_DIGITS.sub("", number)[-10:]


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
