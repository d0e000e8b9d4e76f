"""A message as Twilio's API shows it, and what that says of its delivery and its text."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

import httpx

from relances_providers.clocks import CLOCKS_APART
from relances_providers.messaging import Candidate, Delivery, Progress
from relances_providers.quotation import quote
from relances_providers.twilio.answers import code_of, failure, read_resource, unusable

_PROGRESS: Final = {
    "accepted": Progress.ACCEPTED,
    "scheduled": Progress.ACCEPTED,
    "queued": Progress.ACCEPTED,
    "sending": Progress.ACCEPTED,
    "sent": Progress.SENT,
    "delivered": Progress.DELIVERED,
    "read": Progress.READ,
    "undelivered": Progress.UNDELIVERED,
    "failed": Progress.UNDELIVERED,
    "canceled": Progress.UNDELIVERED,
}
_TRIAL_PREFIX: Final = "Sent from your Twilio trial account - "
_NEXT: Final = re.compile(r"/[!-~]*")


@dataclass(frozen=True, slots=True)
class Record:
    """One message. ``status`` and ``error_code`` are Twilio's, and ``error_message`` made fit to be repeated.

    ``created``: None where it cannot be read.
    """

    sid: str
    status: str
    error_code: str | None
    error_message: str
    inbound: bool
    body: str = field(repr=False)
    created: datetime | None

    @classmethod
    def of(cls, resource: Mapping[str, object], response: httpx.Response) -> "Record":
        """Raises KeyError where it is no message."""
        sid, body = str(resource["sid"]), str(resource.get("body") or "")
        return cls(
            sid=sid,
            status=str(resource["status"]),
            error_code=code_of(resource.get("error_code")),
            error_message=quote(str(resource.get("error_message") or ""), response, [body]),
            inbound=resource.get("direction") == "inbound",
            body=body,
            created=_moment(resource.get("date_created")),
        )

    def delivery(self, conn_id: str) -> Delivery | None:
        """How far the message got; None for a status that says nothing of it."""
        progress = _PROGRESS.get(self.status)
        if progress is None:
            return None
        failed = progress is Progress.UNDELIVERED
        error = failure(self.error_code, self.status, self.error_message, conn_id) if failed else None
        return Delivery(self.sid, progress, error)

    def candidate(self, text: str) -> Candidate:
        """The message, as one that may say this text."""
        # Never a False: a filled template, a body that Twilio removed or altered all differ from what was meant, and
        # nothing in the record tells them from another message. Taken for another, ours would be sent again.
        same = self.body.removeprefix(_TRIAL_PREFIX).strip() == text.strip()
        return Candidate(self.sid, True if same else None)

    def may_be_ours(self, since: datetime, until: datetime) -> bool:
        """Whether we may have sent it between these moments of our clock."""
        in_time = self.created is None or since - CLOCKS_APART <= self.created <= until + CLOCKS_APART
        return in_time and not self.inbound


@dataclass(frozen=True, slots=True)
class Page:
    """Messages of a list, and where it goes on. ``number``: from 1."""

    records: tuple[Record, ...]
    next_uri: str | None
    number: int = 1


def read_record(response: httpx.Response, conn_id: str) -> Record:
    """One message. Raises TryLater or Misconfigured."""
    try:
        return Record.of(read_resource(response, conn_id), response)
    except KeyError as error:
        raise unusable(response, conn_id) from error


def read_page(response: httpx.Response, conn_id: str) -> Page:
    """A page of messages. Raises TryLater or Misconfigured: a list that cannot be read is not an empty one."""
    body = read_resource(response, conn_id)
    messages, next_uri = body.get("messages"), body.get("next_page_uri")
    if not isinstance(messages, list) or (next_uri and not _NEXT.fullmatch(str(next_uri))):
        raise unusable(response, conn_id)
    try:
        return Page(tuple(Record.of(each, response) for each in messages), str(next_uri) if next_uri else None)
    except (TypeError, KeyError) as error:
        raise unusable(response, conn_id) from error


def _moment(value: object) -> datetime | None:
    try:
        moment = parsedate_to_datetime(str(value))
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
