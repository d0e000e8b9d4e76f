"""The ledger's file: JSON lines, written a few times a second rather than once a message."""

import asyncio
import os
from pathlib import Path
from typing import BinaryIO

import msgspec

from simulators.entry import Entry

FLUSH_SECONDS = 0.1
_START = b'{"seq":'


class JournalUnreadableError(ValueError):
    """The ledger's file holds something else than entries."""


class Journal:
    """An append-only file of entries. A crash loses at most the last `FLUSH_SECONDS`."""

    _file: BinaryIO  # from `open` on

    def __init__(self, path: Path) -> None:
        self._path = path
        self._pending: list[Entry] = []
        self._encode = msgspec.json.Encoder().encode_lines

    def open(self) -> list[Entry]:
        """Give what the file holds and make ready to append to it.

        Raises JournalUnreadableError, or OSError when the file cannot be opened for writing.
        """
        self._file = os.fdopen(_private(self._path), "a+b")
        self._file.seek(0)
        whole, newline, torn = self._file.read().rpartition(b"\n")
        try:
            _check_torn(torn)
            entries = msgspec.json.Decoder(Entry).decode_lines(whole)
        except (msgspec.DecodeError, ValueError) as exc:
            self._file.close()
            raise JournalUnreadableError(
                f"Le registre {self._path} est illisible ({exc}) : déplacez-le ou indiquez un autre fichier."
            ) from exc
        self._file.truncate(len(whole + newline))
        return entries

    def append(self, entry: Entry) -> None:
        """Have the entry written within `FLUSH_SECONDS`."""
        if not self._pending:
            asyncio.get_running_loop().call_later(FLUSH_SECONDS, self.flush)
        self._pending.append(entry)

    def flush(self) -> None:
        """Write what is pending."""
        if self._pending:
            self._file.write(self._encode(self._pending))
            self._pending.clear()
            self._file.flush()

    def clear(self) -> None:
        """Forget everything, in the file too."""
        self._pending.clear()
        self._file.truncate(0)

    def close(self) -> None:
        """Write what is pending and let the file go."""
        self.flush()
        self._file.close()


def _private(path: Path) -> int:
    """Open for its owner alone: it holds numbers and texts."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    os.fchmod(descriptor, 0o600)  # a file of an earlier version too
    return descriptor


def _check_torn(line: bytes) -> None:
    """A last line without end is dropped when a crash tore it off an entry; anything else is somebody's text."""
    if line[: len(_START)] != _START[: len(line)]:
        raise ValueError("la dernière ligne n'est pas un message accepté")
