"""The SMS sessions of a Zoom account: one for each sender and recipient, or group."""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from itertools import groupby
from operator import attrgetter
from typing import TypeAlias

from simulators.entry import Entry
from simulators.ledger import Ledger

PROVIDER = "zoom"
Sms: TypeAlias = Sequence[Entry]
"""The entries of one message: one for each recipient."""


def session_of(sms: Sms) -> str:
    """The id of its session, the same for every message between the same numbers."""
    numbers = ",".join([sms[0].sender, *(entry.to for entry in sms)])
    return sha256(numbers.encode()).hexdigest()[:32]


def digits(number: str) -> str:
    """A number as Zoom shows it in sessions; a sign left bare in a query arrives as a space."""
    return number.strip().removeprefix("+")


class ZoomSessions:
    """Finds them in the ledger, read as far as it was when somebody last asked."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._start_with(())

    def message(self, session_id: str, message_id: str) -> Sms | None:
        """The message of this id, if the session has it."""
        sms = self._ledger.message(message_id)
        return sms if sms and sms[0].provider == PROVIDER and session_of(sms) == session_id else None

    def messages(self, session_id: str) -> Sequence[Sms]:
        """All the messages of a session, in order; none when there is no such session."""
        self._catch_up()
        return self._by_id.get(session_id, ())

    def fate(self, sms: Sms) -> str | None:
        """How the message is to fail; None: by its number, or not at all."""
        return self._ledger.fate(sms[0])

    def of(self, number: str | None) -> Iterable[str]:
        """The ids of the sessions in which this number sends or receives; of all when it is None."""
        self._catch_up()
        return self._by_id if number is None else self._by_number.get(digits(number), ())

    def _start_with(self, entries: Sequence[Entry]) -> None:
        self._entries = entries
        self._read = 0
        self._by_id: dict[str, list[Sms]] = {}
        self._by_number: dict[str, dict[str, None]] = {}

    def _catch_up(self) -> None:
        entries = self._ledger.accepted_by(PROVIDER)
        if entries is not self._entries:  # the first ones, or the first since the ledger was emptied
            self._start_with(entries)
        unread = [entries[index] for index in range(self._read, len(entries))]
        self._read = len(entries)
        for _, recipients in groupby(unread, key=attrgetter("uuid")):
            self._add(list(recipients))

    def _add(self, sms: Sms) -> None:
        session_id = session_of(sms)
        self._by_id.setdefault(session_id, []).append(sms)
        for number in (digits(sms[0].sender), *(entry.to for entry in sms)):
            self._by_number.setdefault(number, {})[session_id] = None
