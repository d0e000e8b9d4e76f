"""The words of a command line: a parser whose help and refusals are in French."""

import argparse
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pkgutil import resolve_name
from typing import Final, NoReturn, TypeAlias

from relances.cli.francais import EXPECTED, in_french
from relances.cli.saisie import text_of
from relances.rules.dates import read_iso_date
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
    """A parser whose refusal is one sentence. An option is written whole: a part of one may be another's tomorrow.

    A word that is to be text is text: the name of a file (``type=Path``) may be any bytes.
    """

    def __init__(self, prog: str | None = None, description: str | None = None, epilog: str | None = None) -> None:
        super().__init__(
            prog, description=description, epilog=epilog, add_help=False, allow_abbrev=False, formatter_class=_Aide
        )
        self._positionals.title, self._optionals.title = "à donner ", "options "  # the blank before a French colon
        self.register("type", None, text)
        self.add_argument("-h", "--help", action="help", help="montre cette aide et ne fait rien d'autre")

    def add_subparsers(self, *, metavar: str) -> "argparse._SubParsersAction[Commande]":  # type: ignore[override]
        """As argparse's; what follows the command is read by the command."""
        commands = super().add_subparsers(title="à choisir ", required=True, metavar=metavar)
        commands.type = str
        return commands

    def parse_known_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """As argparse's; but a command refuses by itself what it does not know: the cure is in its own help."""
        known, unknown = super().parse_known_args(args, namespace)
        if unknown and self._subparsers is None:
            self.error(f"unrecognized arguments: {' '.join(unknown)}")
        return known, unknown

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, then the cure, and end with 2."""
        said = in_french(message) or "mot inconnu, manquant ou de trop"
        self.exit(WRONG_WORDS, f"{self.prog} : {said} ; voyez {self.prog} --help\n")


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


def day(word: str) -> date:
    """The type of an option that holds a day."""
    found = read_iso_date(word)
    if found is None:
        raise argparse.ArgumentTypeError(f"{EXPECTED}une date comme 2026-03-31")
    return found


def text(word: str) -> str:
    """The type of an option that holds any text."""
    try:
        return text_of(word)
    except UnicodeError:
        raise argparse.ArgumentTypeError(
            "ce n'est pas du texte en UTF-8 : réglez le terminal — not text in UTF-8"
        ) from None


class _Aide(argparse.RawDescriptionHelpFormatter):
    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: "Iterable[argparse._MutuallyExclusiveGroup]",
        prefix: str | None = None,
    ) -> None:
        super().add_usage(usage, actions, groups, "usage : " if prefix is None else prefix)

    def _format_args(self, action: argparse.Action, default_metavar: str) -> str:
        """Nothing for an option whose value is asked for."""
        return "" if action.metavar == "" else super()._format_args(action, default_metavar)

    def format_help(self) -> str:
        """Without the blank that stands before nothing."""
        return re.sub(r" +(?=[\])]|$)", "", super().format_help(), flags=re.MULTILINE)
