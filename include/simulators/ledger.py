"""What was accepted, in order: the truth that a fault run is judged by."""

import time
import uuid
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from itertools import takewhile

from msgspec import Struct

from simulators.entry import Entry
from simulators.journal import Journal


class Duplicate(Struct, frozen=True, kw_only=True):
    """One text accepted more than once for one number."""

    to: str
    text: str
    count: int
    seqs: list[int]


class Index:
    """Where entries are, so that a look-up among millions takes no time.

    It reads on when someone looks something up: messages that nobody asks about cost nothing.
    """

    def __init__(self) -> None:
        self._read = 0
        self.by_id: dict[str, Entry] = {}
        self.by_provider = defaultdict[tuple[str, str | None], list[Entry]](list)

    def catch_up(self, entries: Sequence[Entry]) -> None:
        """Read those that came since; of a message to several, the first is found by its id."""
        for index in range(self._read, len(entries)):
            entry = entries[index]
            self.by_id.setdefault(entry.uuid, entry)
            self.by_provider[entry.provider, None].append(entry)
            self.by_provider[entry.provider, entry.to].append(entry)
        self._read = len(entries)


class Ledger:
    """Accepted messages, in memory and, given a journal, on disk."""

    def __init__(self, journal: Journal | None = None) -> None:
        self._journal = journal
        self._entries: list[Entry] = []
        self._fates: dict[str, str] = {}
        self._index = Index()

    def open(self) -> None:
        """Take up again what the journal holds; raises as `Journal.open` does."""
        if self._journal is not None:
            self._entries = self._journal.open()

    def close(self) -> None:
        """Leave everything on disk."""
        if self._journal is not None:
            self._journal.close()

    def accept(
        self, provider: str, recipients: Sequence[str], sender: str, text: str, fate: str | None = None
    ) -> list[Entry]:
        """Record a message as accepted now: one entry for each recipient, all under one id.

        `fate`: how it fails later, in its provider's word, whatever its number; forgotten with the process.
        """
        identifier, now = str(uuid.uuid4()), datetime.now(UTC)
        monotonic, digest = time.monotonic(), sha256(text.encode()).hexdigest()
        accepted = [
            Entry(
                seq=seq,
                uuid=identifier,
                provider=provider,
                to=to,
                sender=sender,
                sha256=digest,
                text=text,
                monotonic=monotonic,
                wall=now,
            )
            for seq, to in enumerate(recipients, start=len(self._entries) + 1)
        ]
        if fate is not None:
            self._fates[identifier] = fate
        for entry in accepted:
            self._entries.append(entry)
            if self._journal is not None:
                self._journal.append(entry)
        return accepted

    def clear(self) -> None:
        """Forget everything; numbers start again at 1."""
        self._entries.clear()
        self._fates.clear()
        self._index = Index()
        if self._journal is not None:
            self._journal.clear()

    def __len__(self) -> int:
        return len(self._entries)

    def select(self, *, to: str | None = None, since_seq: int = 0, limit: int | None = None) -> list[Entry]:
        """Entries numbered above `since_seq`, of one number when `to` is given, at most `limit`."""
        later = self._entries[since_seq:]
        return [entry for entry in later if to is None or entry.to == to][:limit]

    def message(self, identifier: str) -> list[Entry]:
        """The entries of the message of this id, one for each recipient; none when there is no such message."""
        self._index.catch_up(self._entries)
        first = self._index.by_id.get(identifier)
        if first is None:
            return []
        onwards = (self._entries[index] for index in range(first.seq - 1, len(self._entries)))
        return list(takewhile(lambda entry: entry.uuid == identifier, onwards))

    def fate(self, entry: Entry) -> str | None:
        """How the message of this entry is to fail; None: by its number, or not at all."""
        return self._fates.get(entry.uuid)

    def accepted_by(self, provider: str, to: str | None = None) -> Sequence[Entry]:
        """What one provider accepted, for one number when `to` is given, in order."""
        self._index.catch_up(self._entries)
        return self._index.by_provider.get((provider, to), ())

    def duplicates(self) -> list[Duplicate]:
        """Number and text pairs accepted more than once, in the order of their first acceptance."""
        seqs = defaultdict[tuple[str, str], list[int]](list)
        for entry in self._entries:
            seqs[entry.to, entry.text].append(entry.seq)
        return [
            Duplicate(to=to, text=text, count=len(found), seqs=found)
            for (to, text), found in seqs.items()
            if len(found) > 1
        ]
