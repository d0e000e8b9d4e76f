"""Reads what Zoom keeps of the messages it sent: how far each got, and what a conversation holds.

Statuses, directions and shapes are those of ``GET /phone/sms/sessions`` and of what lies under it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, TypeAlias

from relances_providers.clocks import CLOCKS_APART
from relances_providers.errors import ProviderError
from relances_providers.messaging import Candidate, Delivery, Progress, Sent, Sought
from relances_providers.zoom.answers import message_id, text_of
from relances_providers.zoom.errors import TABLE

Item: TypeAlias = Mapping[str, object]

_PROGRESS: Final = {
    "unknown": Progress.ACCEPTED,  # Zoom's own word for not knowing
    "sent": Progress.SENT,
    "failed_to_send": Progress.UNDELIVERED,
    "failed_to_deliver": Progress.UNDELIVERED,
    "delivered": Progress.DELIVERED,
}
_NOT_DIGITS: Final = re.compile(r"\D")
_WHOLE: Final = 10  # digits: a whole number in North America


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
        return cls(sought.since - CLOCKS_APART, sought.until + CLOCKS_APART)

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
    """The ids of the conversations that number may take part in. Raises ValueError where one has no id."""
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
    # Never a False: on the way Zoom or a carrier may change spaces, accents and quotes, add a notice or drop the text,
    # and nothing in the history tells that from another message. Taken for another, ours would be sent again.
    same = str(message.get("message") or "").split() == sought.text.split()
    return True if same else None


def _among(to: str, people: object) -> bool:
    """Whether that number may be one of theirs: those that Zoom does not list, or shows in part, may be it."""
    if not isinstance(people, list) or not people:
        return True
    return any(_may_be(to, person.get("phone_number") if isinstance(person, dict) else None) for person in people)


def _may_be(to: str, number: object) -> bool:
    # Zoom's examples have +1…, 1… and neither; a name alone, or a number that is masked, tells nobody apart.
    digits = _NOT_DIGITS.sub("", str(number))
    return len(digits) < _WHOLE or digits[-_WHOLE:] == to[-_WHOLE:]


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
