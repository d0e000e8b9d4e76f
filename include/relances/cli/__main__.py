"""``python -m relances.cli diagnostic``, ``apercu``…: the commands that use the environment's connections."""

import argparse
import logging
import os
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Final

from relances.cli.commande import Commande, spoken
from relances.cli.interruption import interruptible
from relances.cli.questions import add_asked, ask, refuse_words
from relances.orchestration import envois, oppositions
from relances.orchestration import restauration as installation
from relances.orchestration.apercu import preview, show
from relances.orchestration.contacts import import_contacts
from relances.orchestration.corrections import list_corrections
from relances.orchestration.diagnostic import TEXT, diagnose, message_test
from relances.orchestration.douteuses import list_doubtful
from relances.orchestration.importation import CompteRendu
from relances.orchestration.reactivation import reactivate
from relances.rules.errors import Blocked, PipelineError
from relances.rules.fenetre import LIBREVILLE
from relances.rules.request import DEFAULTS
from relances.services.diagnostic import Examen
from relances.services.restauration import Parole
from relances_providers.errors import ProviderError
from relances_providers.messaging import Verdict

_COLOURS: Final = {Verdict.GOOD: "32", Verdict.UNSEEN: "90", Verdict.BAD: "31"}
_NUMERO: Final = "Numéro"
_INTERRUPTED: Final = 130  # what a shell expects of a command ended by Ctrl-C


def main(argv: Sequence[str] | None = None) -> int:
    """Print what was found or done; returns 1 where a finding is bad, or nothing could be done."""
    with spoken():
        given = _parser().parse_args(argv)
        with interruptible():
            return _run(given)


def _run(given: argparse.Namespace) -> int:
    command: Callable[[argparse.Namespace], int] = given.command
    try:
        return command(given)
    except (PipelineError, ProviderError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return _INTERRUPTED


def _parser() -> Commande:
    parser = Commande(prog="relances")
    commands = parser.add_subparsers(required=True, metavar="commande")

    diagnostic = commands.add_parser("diagnostic")
    diagnostic.set_defaults(command=_diagnostic)
    diagnostic.add_argument("--fournisseur")
    add_asked(diagnostic, "--telephone", "qui reçoit le message de test")

    envoyer = commands.add_parser("envoyer-test")
    envoyer.set_defaults(command=_envoyer_test)
    envoyer.add_argument("--fournisseur", required=True)
    add_asked(envoyer, "--texte", "ce que lira le destinataire")
    refuse_words(envoyer)

    reactiver = commands.add_parser("reactiver")
    reactiver.set_defaults(command=_reactiver)
    refuse_words(reactiver)

    sending = commands.add_parser("envois")
    sending.set_defaults(command=_envois)
    sending.add_argument("action", choices=[envois.ARRETER, envois.REPRENDRE, envois.VOIR])
    sending.add_argument("--fournisseur")

    restaurer = commands.add_parser("restaurer")
    restaurer.set_defaults(command=_restaurer)
    restaurer.add_argument("--parole", type=Parole, default=Parole.AUCUNE)
    restaurer.add_argument("--forcer", action="store_true")

    _add_apercu(commands.add_parser("apercu"))

    corrections = commands.add_parser("corrections")
    corrections.set_defaults(command=_corrections)
    corrections.add_argument("--csv", type=Path)
    corrections.add_argument("--passage")

    douteuses = commands.add_parser("douteuses")
    douteuses.set_defaults(command=_douteuses)
    douteuses.add_argument("--csv", type=Path)

    importer = commands.add_parser("importer-contacts")
    importer.set_defaults(command=_importer_contacts)
    importer.add_argument("--campagne", required=True)
    _add_file(importer)

    _add_opposition(commands.add_parser("opposition"))
    return parser


def _add_apercu(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(command=_apercu)
    parser.add_argument("--csv", type=Path)
    parser.add_argument("--passage")
    # The Dag's parameters: what is not asked for is not there.
    for name in ("--date-relance", "--type-relance", "--fournisseur", "--campagne"):
        parser.add_argument(name, default=argparse.SUPPRESS)
    for name in ("--jours-retard-min", "--limite"):
        parser.add_argument(name, type=int, default=argparse.SUPPRESS)
    parser.add_argument("--categories", action="append", default=argparse.SUPPRESS)


def _add_opposition(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="action")
    for action, command in (("ajouter", _ajouter), ("retirer", _retirer)):
        added = actions.add_parser(action)
        added.set_defaults(command=command)
        who = added.add_mutually_exclusive_group(required=True)
        who.add_argument("--contribuable")
        add_asked(who, "--telephone", "un numéro")
        if action == "ajouter":
            add_asked(added, "--motif", "pourquoi")
    lister = actions.add_parser("lister")
    lister.set_defaults(command=_lister)
    lister.add_argument("--csv", type=Path)
    importer = actions.add_parser("importer")
    importer.set_defaults(command=_importer_oppositions)
    _add_file(importer)


def _add_file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--fichier", type=Path, required=True)
    parser.add_argument("--encodage")
    parser.add_argument("--ignorer-erreurs", action="store_true")


def _diagnostic(given: argparse.Namespace) -> int:
    return _show(diagnose(given.fournisseur, _asked(given.telephone, _NUMERO)))


def _envoyer_test(given: argparse.Namespace) -> int:
    telephone = ask(f"{_NUMERO} (vide : celui que garde la connexion)")
    return _show(message_test(given.fournisseur, telephone or None, _asked(given.texte, "Texte") or TEXT))


def _reactiver(_: argparse.Namespace) -> int:
    return _say(CompteRendu(reactivate(ask(_NUMERO))))


def _envois(given: argparse.Namespace) -> int:
    return _say(CompteRendu("\n".join(envois.act(given.action, given.fournisseur))))


def _restaurer(given: argparse.Namespace) -> int:
    return _say(CompteRendu(installation.restaurer(given.parole, forcer=given.forcer)))


def _apercu(given: argparse.Namespace) -> int:
    asked = {name: value for name, value in vars(given).items() if name in DEFAULTS}
    if given.passage and asked:
        raise Blocked(
            "apercu : --passage montre un passage tel qu'il est ; retirez les options d'un nouveau, ou --passage",
            "a run that is shown takes no options of a new one",
        )
    if given.passage:
        return _say(CompteRendu(show(given.passage, given.csv)))
    return _say(CompteRendu(preview(asked, given.csv)))


def _corrections(given: argparse.Namespace) -> int:
    return _say(CompteRendu(list_corrections(given.passage, given.csv)))


def _douteuses(given: argparse.Namespace) -> int:
    return _say(CompteRendu(list_doubtful(given.csv)))


def _importer_contacts(given: argparse.Namespace) -> int:
    today = datetime.now(LIBREVILLE).date()
    return _say(
        import_contacts(
            given.fichier, given.campagne, today, encodage=given.encodage, ignorer_erreurs=given.ignorer_erreurs
        )
    )


def _ajouter(given: argparse.Namespace) -> int:
    telephone, motif = _asked(given.telephone, _NUMERO), _asked(given.motif, "Motif")
    return _say(CompteRendu(oppositions.add(given.contribuable, telephone, motif)))


def _retirer(given: argparse.Namespace) -> int:
    return _say(CompteRendu(oppositions.remove(given.contribuable, _asked(given.telephone, _NUMERO))))


def _lister(given: argparse.Namespace) -> int:
    return _say(CompteRendu(oppositions.listing(given.csv)))


def _importer_oppositions(given: argparse.Namespace) -> int:
    return _say(
        oppositions.import_oppositions(given.fichier, encodage=given.encodage, ignorer_erreurs=given.ignorer_erreurs)
    )


def _asked(wanted: object, question: str) -> str | None:
    return ask(question) if wanted else None


def _say(told: CompteRendu) -> int:
    print(told.texte)
    return 0 if told.fait else 1


def _show(examens: Sequence[Examen]) -> int:
    for conn_id, found in groupby(examens, key=attrgetter("conn_id")):
        print(f"\n{conn_id}")
        for examen in found:
            print(f"  {_coloured(examen)}")
    return 1 if any(examen.is_bad for examen in examens) else 0


def _coloured(examen: Examen) -> str:
    plain = not sys.stdout.isatty() or "NO_COLOR" in os.environ
    return examen.line if plain else f"\033[{_COLOURS[examen.finding.verdict]}m{examen.line}\033[0m"


if __name__ == "__main__":
    logging.disable(logging.WARNING)  # stages and libraries write for the log of a task
    sys.exit(main())
