"""What was accepted, in order: the truth that a fault run is judged by."""

import time
import uuid
from collections import defaultdict
from datetime import UTC, datetime
from hashlib import sha256

from msgspec import Struct

from simulators.entry import Entry
from simulators.journal import Journal


class Duplicate(Struct, frozen=True, kw_only=True):
    """One text accepted more than once for one number."""

    to: str
    text: str
    count: int
    seqs: list[int]


class Ledger:
    """Accepted messages, in memory and, given a journal, on disk."""

    def __init__(self, journal: Journal | None = None) -> None:
        self._journal = journal
        self._entries: list[Entry] = []

    def open(self) -> None:
        """Take up again what the journal holds; raises as `Journal.open` does."""
        if self._journal is not None:
            self._entries = self._journal.open()

    def close(self) -> None:
        """Leave everything on disk."""
        if self._journal is not None:
            self._journal.close()

    def accept(self, provider: str, to: str, sender: str, text: str) -> Entry:
        """Record a message as accepted now."""
        entry = Entry(
            seq=len(self._entries) + 1,
            uuid=str(uuid.uuid4()),
            provider=provider,
            to=to,
            sender=sender,
            sha256=sha256(text.encode()).hexdigest(),
            text=text,
            monotonic=time.monotonic(),
            wall=datetime.now(UTC),
        )
        self._entries.append(entry)
        if self._journal is not None:
            self._journal.append(entry)
        return entry

    def clear(self) -> None:
        """Forget everything; numbers start again at 1."""
        self._entries.clear()
        if self._journal is not None:
            self._journal.clear()

    def __len__(self) -> int:
        return len(self._entries)

    def select(self, *, to: str | None = None, since_seq: int = 0, limit: int | None = None) -> list[Entry]:
        """Entries numbered above `since_seq`, of one number when `to` is given, at most `limit`."""
        later = self._entries[since_seq:]
        return [entry for entry in later if to is None or entry.to == to][:limit]

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
