"""What a command asks for: numbers, reasons and texts, which no list of processes and no shell history is to hold."""

import argparse
import sys
from collections.abc import Sequence
from typing import Any, Final

from relances.cli.saisie import typed
from relances.rules.errors import Blocked

NUMERO: Final = "Numéro"
_LONGEST: Final = 8_000  # bytes: more than any message
_CURE: Final = (
    "un numéro, un motif ou un texte ne se donne pas sur la ligne de commande : la liste des processus et l'historique "
    "du terminal le montreraient ; retirez-le, la commande le demande, ou le lit sur l'entrée standard, une ligne par "
    "valeur ; effacez aussi cette ligne de l'historique — never on the command line, where others can read it: leave "
    "it out, it is asked for, or read from standard input"
)


def add_asked(parser: argparse._ActionsContainer, option: str, explanation: str) -> None:
    """Add an option that says that its value is to be asked for; ``-`` says the same, a value is refused."""
    said = f"{explanation} ; demandé, ou lu sur l'entrée standard"
    parser.add_argument(option, nargs="?", const=True, default=False, action=_Asked, metavar="", help=said)


def refuse_words(parser: argparse.ArgumentParser) -> None:
    """Refuse, with the cure, what used to follow the command."""
    parser.add_argument("refuses", nargs="*", action=_Asked, help=argparse.SUPPRESS)


def ask(question: str) -> str:
    """What is typed, or the next line of the standard input; nothing at its end. Blocked where it is no line of text.

    Before a terminal the question is written to the standard error.
    """
    if sys.stdin is None:
        return ""
    if sys.stdin.isatty():
        print(f"{question} : ", end="", file=sys.stderr, flush=True)
    line = sys.stdin.buffer.readline(_LONGEST + 1)
    try:
        text = typed(line)
    except UnicodeError:
        text = ""
    if len(line) > _LONGEST or (line and not text):
        raise Blocked(
            f"{question} : ce n'est pas une ligne de texte de {_LONGEST} octets au plus",
            "expected a line of text, in UTF-8 or as this terminal writes, not too long",
        )
    return text.strip()


def ask_if(wanted: object, question: str) -> str | None:
    """What is typed, if it is ``wanted``; None otherwise."""
    return ask(question) if wanted else None


class _Asked(argparse.Action):
    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,  # noqa: ARG002 - argparse gives it
    ) -> None:
        if isinstance(values, str) and values == "-":
            values = None
        if values and values is not self.const:
            parser.exit(2, f"{parser.prog} : {_CURE}\n")
        setattr(namespace, self.dest, True)
