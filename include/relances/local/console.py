"""What the operator reads while the stack works, and how other processes are made to speak as this one does."""

import os
import sys
import time
from pathlib import Path


class Console:
    """Prints lines with the seconds since it was made."""

    def __init__(self) -> None:
        self._begun = time.monotonic()

    def step(self, text: str) -> None:
        """Print one line of progress."""
        seconds = f"{time.monotonic() - self._begun:.1f}".replace(".", ",")
        print(f"[{seconds:>6} s] {text}", flush=True)

    def say(self, text: str) -> None:
        """Print a text as it is."""
        print(text, flush=True)


def speaking_utf8() -> dict[str, str]:
    """The environment of a Python that reads and writes files in UTF-8, and prints as this one does.

    What it cannot print is replaced.
    """
    printed = getattr(sys.stdout, "encoding", None) or "utf-8"
    return {"PYTHONUTF8": "1", "PYTHONIOENCODING": f"{printed}:replace"}


def as_utf8(word: str) -> bytes:
    """A word for such a process: its text in UTF-8, the name of a file (:func:`file_word`) as it is on the disk."""
    return word.encode("utf-8", "surrogateescape")


def file_word(file: Path) -> str:
    """The name of a file within a word for :func:`as_utf8`."""
    return os.fsencode(file).decode("utf-8", "surrogateescape")
