"""What is typed, as text, whatever the terminal and Python take it for."""

import os
import sys

from relances.rules.lettres import is_text


def typed(said: bytes) -> str:
    """Text in UTF-8, else as this terminal writes: a process that is handed words prints as who handed them on.

    Raises UnicodeError where it is neither.
    """
    try:
        return said.decode("utf-8")
    except UnicodeDecodeError:
        return said.decode(getattr(sys.stdout, "encoding", None) or "utf-8")


def text_of(word: str) -> str:
    """A word of the command line or of the environment. Raises UnicodeError where it is no text."""
    return word if is_text(word) else typed(os.fsencode(word))
