"""The ``relances`` command."""

import argparse
import signal
import sys
from collections.abc import Callable, Sequence

from relances.local.base_fictive.__main__ import main as base_fictive
from relances.local.console import Console
from relances.local.demo import demo
from relances.local.errors import LocalError
from relances.local.settings import World, demo_settings, given_variables, read_settings
from relances.local.state import StateFolder
from relances.local.supervisor import STOP_SIGNALS, bring_down
from relances.local.surroundings import migrate_given
from relances.local.up import up

_INTERRUPTED = 130  # what a shell expects of a command ended by Ctrl-C


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words[:1] == ["base-fictive"]:
        base_fictive(words[1:])
        return 0
    command: Callable[[], int] = _parser().parse_args(words).command
    for number in STOP_SIGNALS:
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup means what it says
            signal.signal(number, signal.default_int_handler)
    try:
        return command()
    except PermissionError as error:
        print(
            f"Accès refusé ({error}) : un autre utilisateur l'a créé ; prenez un autre RELANCES_ETAT.", file=sys.stderr
        )
        return 1
    except LocalError as error:
        print(error, file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="relances", description="Relances sur une machine : Airflow, PostgreSQL.")
    commands = parser.add_subparsers(required=True, metavar="commande")
    for name, command, explanation in (
        ("demo", _demo, "un passage complet sur des données inventées, puis tout s'arrête"),
        ("up", _up, "Airflow au premier plan, jusqu'à Ctrl-C"),
        ("down", _down, "arrête ce qui tourne, et ce qu'un arrêt brutal a laissé"),
        ("migrer", _migrer, "met à jour le schéma de la base RELANCES_URL"),
    ):
        commands.add_parser(name, help=explanation, description=explanation).set_defaults(command=command)
    commands.add_parser("base-fictive", help="remplit une base vide de contribuables inventés")
    return parser


def _demo() -> int:
    try:
        return 0 if demo(demo_settings(given_variables()), Console()) else 1
    except KeyboardInterrupt:
        print("Interrompu ; tout est arrêté.", file=sys.stderr)
        return _INTERRUPTED


def _up() -> int:
    try:
        up(read_settings(given_variables()), Console())
    except KeyboardInterrupt:
        print("Tout est arrêté.")
    return 0


def _down() -> int:
    root = read_settings(given_variables()).root
    stopped = [bring_down(StateFolder(root / world)) for world in World]
    print("Tout est arrêté." if any(stopped) else "Rien ne tournait.")
    return 0


def _migrer() -> int:
    url = given_variables().get("RELANCES_URL")
    if url is None:
        raise LocalError("RELANCES_URL n'est pas donnée ; « make up » met à jour sa propre base.")
    migrate_given(url)
    print("Le schéma relances est à jour.")
    return 0
