"""A command line, in whatever terminal, pipe or cron it runs: its words, and what it prints."""

import argparse
import os
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from typing import Any, NoReturn, Self

from relances.rules.lettres import PLAIN, is_text
from relances_providers.discretion import without_numbers


class Commande(argparse.ArgumentParser):
    """A parser whose refusal is one sentence, French first; argparse's own words name the option.

    A word that is to be text is text: the name of a file (``type=Path``) may be any bytes.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.register("type", None, _text)

    def add_subparsers(self, **kwargs: Any) -> "argparse._SubParsersAction[Self]":  # type: ignore[override]
        """As argparse's; what follows the command is read by the command."""
        commands = super().add_subparsers(**kwargs)
        commands.type = str
        return commands

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and end with 2."""
        said = without_numbers(message)
        self.exit(2, f"{self.prog} : mot inconnu, manquant ou de trop ; voyez {self.prog} --help — {said}\n")


@contextmanager
def spoken() -> Iterator[None]:
    """Let everything be printed: in plainer letters where the output has no others, and nowhere once nobody listens.

    SystemExit with 1 where whoever read the output is gone.
    """
    for stream in _outputs():
        stream.reconfigure(errors=PLAIN)
    try:
        try:
            yield
        finally:
            for stream in _outputs():
                stream.flush()
    except BrokenPipeError:
        gone = [stream for stream in _outputs() if _is_gone(stream.fileno())]
        if not gone:  # another pipe, a connection: not what is printed
            raise
        for stream in gone:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())  # Python writes once more at its end
        raise SystemExit(1) from None


def _outputs() -> list[TextIOWrapper]:
    """Those that are open: a shell may close either, a test may put another in its place."""
    return [stream for stream in (sys.stdout, sys.stderr) if isinstance(stream, TextIOWrapper)]


def _is_gone(descriptor: int) -> bool:
    poll = select.poll()
    poll.register(descriptor, 0)
    return bool(poll.poll(0))  # an error or an end, which are told unasked


def text_of(word: str) -> str:
    """A word of the command line or of the environment, in UTF-8 whatever Python took it for.

    Raises UnicodeError where it is no text.
    """
    return word if is_text(word) else os.fsencode(word).decode("utf-8")


def _text(word: str) -> str:
    try:
        return text_of(word)
    except UnicodeError:
        raise argparse.ArgumentTypeError(
            "ce n'est pas du texte en UTF-8 : réglez le terminal — not text in UTF-8"
        ) from None
