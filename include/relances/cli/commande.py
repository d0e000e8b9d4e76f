"""The words of a command line: a parser whose help and refusals are in French."""

import argparse
import os
from collections.abc import Callable, Iterable
from pkgutil import resolve_name
from typing import Any, Final, NoReturn, TypeAlias

from relances.cli.francais import EXPECTED, in_french
from relances.rules.lettres import is_text
from relances.rules.parametres import Entier
from relances_providers.provider_info import PROVIDERS

Run: TypeAlias = Callable[[argparse.Namespace], int]

FOURNISSEURS: Final = [provider.name for provider in PROVIDERS]

DONE: Final = 0
REFUSED: Final = 1
WRONG_WORDS: Final = 2
INTERRUPTED: Final = 130
CODES: Final = {
    DONE: "fait, et rien à redire",
    REFUSED: "refusé, ou ce qui a été examiné est à corriger : la phrase dit la cause et le remède",
    WRONG_WORDS: "la ligne de commande ne se comprend pas",
    INTERRUPTED: "interrompu par Ctrl-C",
}
"""What a command ends with, and what it means."""


class Commande(argparse.ArgumentParser):
    """A parser whose refusal is one sentence.

    A word that is to be text is text: the name of a file (``type=Path``) may be any bytes.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(add_help=False, formatter_class=_Aide, **kwargs)
        self._positionals.title, self._optionals.title = "à donner", "options"
        self.register("type", None, _text)
        self.add_argument("-h", "--help", action="help", help="montre cette aide et ne fait rien d'autre")

    def add_subparsers(self, **kwargs: Any) -> "argparse._SubParsersAction[Commande]":  # type: ignore[override]
        """As argparse's; what follows the command is read by the command."""
        commands = super().add_subparsers(**{"title": "à choisir", "required": True, **kwargs})
        commands.type = str
        return commands

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and end with 2."""
        said = in_french(message)
        cure = f"mot inconnu, manquant ou de trop ; voyez {self.prog} --help"
        self.exit(WRONG_WORDS, f"{self.prog} : {cure}{f' — {said}' if said else ''}\n")


Commands: TypeAlias = "argparse._SubParsersAction[Commande]"


def add(commands: Commands, name: str, run: str, explanation: str, example: str = "") -> Commande:
    """Add a command. ``run``: what does it, as ``module:function``, imported only when it is asked for.

    ``example``: of what follows its name.
    """
    command = commands.add_parser(name, help=explanation)
    command.description = f"{explanation[:1].upper()}{explanation[1:]}."
    command.epilog = f"exemple :\n  {f'{command.prog} {example}'.strip()}\n\n{exit_codes()}"
    command.set_defaults(run=run)
    return command


def run_of(given: argparse.Namespace) -> Run:
    """The function that does the command that was given."""
    run: Run = resolve_name(given.run)
    return run


def exit_codes() -> str:
    """The exit codes of a command, a line each."""
    return "\n".join(["codes de retour :", *(f"  {code:<4}{meaning}" for code, meaning in CODES.items())])


def add_json(parser: argparse._ActionsContainer, *keys: str) -> None:
    """Add ``--json``; ``keys``: of the document, which a script may count on."""
    said = f"un seul document JSON, pour un script ; sans nom, numéros masqués ; clés : {', '.join(keys)}"
    parser.add_argument("--json", action="store_true", help=said)


def rows(name: str, keys: Iterable[str]) -> str:
    """A list of the document and the keys of its rows, as the help says them."""
    return f"{name} ({', '.join(keys)})"


def whole_number(genre: Entier) -> Callable[[str], int]:
    """The type of an option that holds a whole number within its bounds."""

    def read(word: str) -> int:
        try:
            value = int(word)
        except ValueError:
            value = genre.minimum - 1
        if not genre.holds(value):
            raise argparse.ArgumentTypeError(f"{EXPECTED}{genre.french}")
        return value

    return read


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


class _Aide(argparse.RawDescriptionHelpFormatter):
    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, "usage : " if prefix is None else prefix)
