"""The ``relances`` command: what one machine does itself, and what it hands on to whoever has the connections."""

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from relances.cli.affichage import spoken
from relances.cli.commande import INTERRUPTED, REFUSED, Commande, Commands, add, run_of
from relances.cli.fictive import add_fictive
from relances.cli.grammaire import grammar
from relances.local.errors import LocalError
from relances.local.processes import STOP_SIGNALS
from relances.rules.errors import PipelineError

_HERE: Final = "relances.local.commandes"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    with spoken():
        return _run(parser().parse_args(words), words)


def parser() -> Commande:
    """The whole command line, as it is asked for and as the reference shows it."""
    parser, commands = grammar()
    _add_stack(commands)
    _add_installation(commands)
    said = "remplit une base vide de contribuables inventés"
    example = "--url postgresql://localhost/etaxe --date 2026-03-31"
    add_fictive(add(commands, "base-fictive", f"{_HERE}:base_fictive", said, example))
    return parser


def _add_stack(commands: Commands) -> None:
    add(commands, "demo", f"{_HERE}:demo", "un passage complet sur des données inventées, puis tout s'arrête")
    add(commands, "up", f"{_HERE}:up", "Airflow au premier plan, jusqu'à Ctrl-C")
    add(commands, "down", f"{_HERE}:down", "arrête ce qui tourne, et ce qu'un arrêt brutal a laissé")
    said = "efface l'historique et les journaux anciens d'Airflow, jamais ceux des relances"
    menage = add(commands, "menage", f"{_HERE}:menage", said, "--chaque-jour")
    menage.add_argument("--chaque-jour", action="store_true", help="dans une heure, puis chaque jour, sans fin")


def _add_installation(commands: Commands) -> None:
    add(commands, "migrer", f"{_HERE}:migrer", "met à jour le schéma de la base RELANCES_URL")
    said = "donne à chaque base d'une installation son rôle, sans superutilisateur"
    add(commands, "preparer-bases", f"{_HERE}:preparer_bases", said)
    said = "prépare l'Airflow de cet environnement : bases, connexions, pools"
    add(commands, "installer", f"{_HERE}:installer", said)
    said = "fait des variables des guides les connexions d'Airflow"
    connexions = add(commands, "connexions", f"{_HERE}:connexions", said, "--depuis-env guide.env --imprimer")
    connexions.add_argument("--depuis-env", type=Path, required=True, metavar="FICHIER", help="le fichier à lire")
    connexions.add_argument("--imprimer", action="store_true", help="imprime AIRFLOW_CONN_…, secrets compris")


def _run(given: argparse.Namespace, words: Sequence[str]) -> int:
    for number in STOP_SIGNALS:
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup means what it says
            signal.signal(number, signal.default_int_handler)
    try:
        return run_of(given)(given) if given.run.startswith(_HERE) else _hand_on(given, words)
    except PermissionError as error:
        said = f"Accès refusé ({error.filename}) : un autre utilisateur l'a créé ; prenez un autre RELANCES_ETAT."
        print(said, file=sys.stderr)
        return REFUSED
    except (LocalError, PipelineError) as error:
        print(error, file=sys.stderr)
        return REFUSED
    except KeyboardInterrupt:
        print(interruption(words[0]), file=sys.stderr)
        return INTERRUPTED


def _hand_on(given: argparse.Namespace, words: Sequence[str]) -> int:
    """To a process over the connections of the Dags, word by word as they came."""
    from relances.local.relay import relay
    from relances.local.settings import current_settings

    quiet = getattr(given, "json", False)  # nothing but the document is on the output
    return relay(current_settings(), [os.fsencode(word) for word in words], sys.stderr if quiet else sys.stdout)


def interruption(command: str) -> str:
    """What to say of a command that Ctrl-C ended."""
    if command in {"diagnostic", "envoyer-test"}:
        return "Interrompu : si un message de test partait, il est peut-être arrivé."
    return "Interrompu."
