"""One message as Twilio's API shows it."""

import re
from datetime import datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache
from typing import TypeAlias
from uuid import UUID

from simulators.delivery import Stage
from simulators.entry import Entry
from simulators.magic import code_of
from simulators.settings import Settings
from simulators.twilio_codes import LATER, Failure

Resource: TypeAlias = dict[str, object]

_SID = re.compile(r"SM([0-9a-f]{32})")
_ARRIVED = {Stage.QUEUED: "queued", Stage.SENT: "sent", Stage.SETTLED: "delivered"}

_OTHER = Failure("failed", "A failure that the simulator has no words for")


def address(number: str) -> str:
    """A number as an address of the channel."""
    return f"whatsapp:+{number.removeprefix('+')}"


def sid_of(entry: Entry) -> str:
    """The id of a message at Twilio."""
    return f"SM{entry.uuid.replace('-', '')}"


def uuid_in(sid: str) -> str | None:
    """Its id in the ledger; None when this is no id of a message."""
    found = _SID.fullmatch(sid)
    return None if found is None else str(UUID(found[1]))


class Resources:
    """The messages of one account. A messaging service chooses the number when it sends."""

    def __init__(self, settings: Settings) -> None:
        self._account = settings.twilio_account_sid
        self._service = settings.messaging_service_sid
        self._number_of_service = settings.whatsapp_senders[-1]
        self._step = timedelta(seconds=settings.delivery_seconds)
        self.root = f"/2010-04-01/Accounts/{self._account}/Messages"

    def show(self, entry: Entry, stage: Stage, fate: str | None) -> Resource:
        """The message at this stage. `fate`: the code by which it fails at the end; None: by its number's, if any."""
        sid, sent, by_service = sid_of(entry), stage is not Stage.QUEUED, entry.sender == self._service
        code = fate or code_of(entry.to)
        failure = LATER.get(code, _OTHER if fate else None) if stage is Stage.SETTLED else None
        number = self._number_of_service if by_service else entry.sender
        return {
            "account_sid": self._account,
            "api_version": "2010-04-01",
            "body": entry.text,
            "date_created": _rfc_2822(entry.wall),
            "date_sent": _rfc_2822(entry.wall + self._step) if sent else None,
            "date_updated": _rfc_2822(entry.wall + stage * self._step),
            "direction": "outbound-api",
            "error_code": None if failure is None else int(code),
            "error_message": None if failure is None else failure.message,
            "from": None if by_service and not sent else address(number),
            "messaging_service_sid": self._service if by_service else None,
            "num_media": "0",
            "num_segments": "0" if by_service and not sent else "1",
            "price": None,
            "price_unit": None,
            "sid": sid,
            "status": _status(stage, failure, by_service=by_service),
            "subresource_uris": {"media": f"{self.root}/{sid}/Media.json"},
            "to": address(entry.to),
            "uri": f"{self.root}/{sid}.json",
        }


def _status(stage: Stage, failure: Failure | None, *, by_service: bool) -> str:
    if failure is not None:
        return failure.status
    return "accepted" if by_service and stage is Stage.QUEUED else _ARRIVED[stage]


def _rfc_2822(moment: datetime) -> str:
    return _second(moment.replace(microsecond=0))


_second = lru_cache(format_datetime)  # most messages of a run share theirs
