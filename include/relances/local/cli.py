"""The ``relances`` command. Each imports what it needs when it is asked for, and no other pays for it."""

import argparse
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from relances.cli.commande import Commande, spoken
from relances.cli.questions import add_asked, refuse_words
from relances.local.console import Console, file_word
from relances.local.errors import LocalError
from relances.local.processes import STOP_SIGNALS
from relances.local.settings import Settings, World, demo_settings, given_variables, read_dotenv, read_settings
from relances.local.state import StateFolder
from relances.rules.errors import PipelineError
from relances.rules.models import Canal
from relances_providers.provider_info import PROVIDERS

Command = Callable[[argparse.Namespace], int]

_INTERRUPTED: Final = 130  # what a shell expects of a command ended by Ctrl-C
_PROVIDERS: Final = [provider.name for provider in PROVIDERS]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    with spoken():
        return _run(list(sys.argv[1:] if argv is None else argv))


def _run(words: list[str]) -> int:
    if words[:1] == ["base-fictive"]:
        from demo.__main__ import main as base_fictive

        base_fictive(words[1:])
        return 0
    given = _parser().parse_args(words)
    command: Command = given.command
    for number in STOP_SIGNALS:
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup means what it says
            signal.signal(number, signal.default_int_handler)
    try:
        return command(given)
    except PermissionError as error:
        print(
            f"Accès refusé ({error}) : un autre utilisateur l'a créé ; prenez un autre RELANCES_ETAT.", file=sys.stderr
        )
        return 1
    except (LocalError, PipelineError) as error:
        print(error, file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = Commande(prog="relances", description="Relances sur une machine : Airflow, PostgreSQL.")
    commands = parser.add_subparsers(required=True, metavar="commande")

    def add(name: str, command: Command, explanation: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=explanation, description=explanation)
        added.set_defaults(command=command)
        return added

    add("demo", _demo, "un passage complet sur des données inventées, puis tout s'arrête")
    add("up", _up, "Airflow au premier plan, jusqu'à Ctrl-C")
    add("down", _down, "arrête ce qui tourne, et ce qu'un arrêt brutal a laissé")
    add("migrer", _migrer, "met à jour le schéma de la base RELANCES_URL")
    add("preparer-bases", _preparer_bases, "donne à chaque base d'une installation son rôle, sans superutilisateur")
    add("installer", _installer, "prépare l'Airflow de cet environnement : bases, connexions, pools")
    menage = add("menage", _menage, "efface l'historique et les journaux anciens d'Airflow, jamais ceux des relances")
    menage.add_argument("--chaque-jour", action="store_true", help="dans une heure, puis chaque jour, sans fin")

    diagnostic = add("diagnostic", _diagnostic, "examine chaque connexion ; aucun message ne part sans --fournisseur")
    diagnostic.add_argument("--fournisseur", choices=_PROVIDERS, help="qui envoie un message de test, à son numéro")
    add_asked(diagnostic, "--telephone", "à un autre numéro")

    envoyer = add("envoyer-test", _envoyer_test, "envoie un message, un seul, à un numéro")
    envoyer.add_argument("--fournisseur", choices=_PROVIDERS, required=True, help="qui envoie")
    add_asked(envoyer, "--texte", "ce que lira le destinataire")
    refuse_words(envoyer)

    envois = add("envois", _envois, "arrête tous les envois, les reprend, ou dit où ils en sont")
    envois.add_argument("action", choices=("arreter", "reprendre", "voir"))
    envois.add_argument("--fournisseur", choices=_PROVIDERS, help="lui seul ; sinon tous")

    _add_restaurer(
        add("restaurer", _restaurer, "après une sauvegarde restaurée ou une base perdue : envoyer de nouveau")
    )

    reactiver = add("reactiver", _reactiver, "lève ce qui interdit d'écrire à un numéro, sur tous les canaux")
    refuse_words(reactiver)

    apercu = add("apercu", _apercu, "qui serait relancé, qui non et pourquoi ; rien n'est envoyé")
    apercu.add_argument("--date", metavar="JJ", help="jour de la relance, comme 2026-03-31 ; sinon aujourd'hui")
    apercu.add_argument("--jours-retard-min", type=int, metavar="N", help="retard minimum en jours (7)")
    apercu.add_argument("--type-relance", choices=list(Canal), help="un seul canal")
    apercu.add_argument("--fournisseur", choices=_PROVIDERS, help="un seul fournisseur")
    apercu.add_argument("--limite", type=int, metavar="N", help="au plus tant de relances")
    apercu.add_argument("--categories", nargs="+", metavar="CODE", help="types de taxe ; sinon tous")
    apercu.add_argument("--campagne", help="les contacts importés sous ce nom")
    apercu.add_argument("--csv", type=Path, metavar="FICHIER", help="y écrit la liste, contribuable par contribuable")
    apercu.add_argument("--passage", metavar="RUN_ID", help="montre ce passage, réel ou simulé, au lieu d'un nouveau")

    corrections = add("corrections", _corrections, "les numéros de téléphone à corriger, et pourquoi")
    corrections.add_argument("--csv", type=Path, metavar="FICHIER", help="y écrit la liste, pour les agents")
    corrections.add_argument("--passage", metavar="RUN_ID", help="ce passage ; sinon le dernier de chaque source")

    douteuses = add("douteuses", _douteuses, "les relances parties vers un numéro qui serait douteux aujourd'hui")
    douteuses.add_argument("--csv", type=Path, metavar="FICHIER", help="y écrit la liste, pour les agents")

    importer = add("importer-contacts", _importer_contacts, "les contacts d'une campagne, d'un fichier CSV")
    importer.add_argument("--campagne", required=True, metavar="NOM", help="ce que le Dag reçoit dans campagne")
    _add_file(importer)
    _add_opposition(add("opposition", _opposition, "qui n'est plus relancé : ajouter, retirer, lister, importer"))

    connexions = add("connexions", _connexions, "fait des variables des guides les connexions d'Airflow")
    connexions.add_argument("--depuis-env", type=Path, required=True, metavar="FICHIER", help="le fichier à lire")
    connexions.add_argument("--imprimer", action="store_true", help="imprime AIRFLOW_CONN_…, secrets compris")

    commands.add_parser("base-fictive", help="remplit une base vide de contribuables inventés")
    return parser


def _add_restaurer(parser: argparse.ArgumentParser) -> None:
    sure = parser.add_mutually_exclusive_group()
    sure.add_argument(
        "--passages-finis",
        action="store_true",
        help="aucun passage n'était en cours à la perte : l'application fiscale montre tout ce qui est parti",
    )
    sure.add_argument("--rien-depuis", action="store_true", help="rien n'est parti depuis cette copie")
    parser.add_argument("--forcer", action="store_true", help="même si rien ne montre que la base est ancienne")


def _add_opposition(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="action")
    for action, explanation in (
        ("ajouter", "ne plus relancer un contribuable, ou quiconque a ce numéro"),
        ("retirer", "le relancer de nouveau"),
    ):
        added = actions.add_parser(action, help=explanation, description=explanation)
        who = added.add_mutually_exclusive_group(required=True)
        who.add_argument(
            "--contribuable", metavar="ID", help="son identifiant : celui de l'application fiscale, ou d'un contact"
        )
        add_asked(who, "--telephone", "un numéro")
        if action == "ajouter":
            add_asked(added, "--motif", "pourquoi")
    lister = actions.add_parser("lister", help="toute la liste, numéros masqués")
    lister.add_argument("--csv", type=Path, metavar="FICHIER", help="y écrit la liste, numéros entiers")
    _add_file(actions.add_parser("importer", help="une liste CSV : contribuable_id ou telephone, et motif"))


def _add_file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("fichier", type=Path, metavar="FICHIER.csv", help="enregistré par un tableur")
    parser.add_argument(
        "--encodage", metavar="NOM", help="celui du fichier, comme mac_roman ; sinon reconnu, ou refusé"
    )
    parser.add_argument("--ignorer-erreurs", action="store_true", help="importe les lignes sans faute")


def _demo(_: argparse.Namespace) -> int:
    from relances.local.demo import demo

    try:
        return 0 if demo(demo_settings(_given()), Console()) else 1
    except KeyboardInterrupt:
        print("Interrompu ; tout est arrêté.", file=sys.stderr)
        return _INTERRUPTED


def _up(_: argparse.Namespace) -> int:
    from relances.local.up import up

    try:
        up(_settings(), Console())
    except KeyboardInterrupt:
        print("Tout est arrêté.")
    return 0


def _down(_: argparse.Namespace) -> int:
    from relances.local.supervisor import bring_down

    root = _settings().root
    stopped = [bring_down(StateFolder(root / world)) for world in World]
    print("Tout est arrêté." if any(stopped) else "Rien ne tournait.")
    return 0


def _migrer(_: argparse.Namespace) -> int:
    from relances.local.surroundings import migrate_given

    url = _given().get("RELANCES_URL")
    if url is None:
        raise LocalError("RELANCES_URL n'est pas donnée ; « make up » met à jour sa propre base.")
    migrate_given(url)
    print("Le schéma relances est à jour.")
    return 0


def _preparer_bases(_: argparse.Namespace) -> int:
    from relances.local.roles import prepare_databases

    prepare_databases(os.environ)
    print("Chaque base a son rôle.")
    return 0


def _installer(_: argparse.Namespace) -> int:
    from relances.local.installer import install

    install(_settings(), os.environ, Console())
    return 0


def _menage(given: argparse.Namespace) -> int:
    from relances.local.menage import clean_every_day, read_menage

    menage = read_menage(_given())
    if not given.chaque_jour:
        print(menage.clean())
        return 0
    try:
        clean_every_day(menage)
    except KeyboardInterrupt:
        return 0


def _diagnostic(given: argparse.Namespace) -> int:
    return _examine("diagnostic", *_options({"fournisseur": given.fournisseur}), *_questions(given, "telephone"))


def _envoyer_test(given: argparse.Namespace) -> int:
    return _examine("envoyer-test", *_options({"fournisseur": given.fournisseur}), *_questions(given, "texte"))


def _envois(given: argparse.Namespace) -> int:
    return _examine("envois", given.action, *_options({"fournisseur": given.fournisseur}))


def _restaurer(given: argparse.Namespace) -> int:
    parole = "passages_finis" if given.passages_finis else "rien_depuis" if given.rien_depuis else "aucune"
    return _examine("restaurer", *_options({"parole": parole}), *(["--forcer"] if given.forcer else []))


def _reactiver(_: argparse.Namespace) -> int:
    return _examine("reactiver")


def _apercu(given: argparse.Namespace) -> int:
    asked = {
        "date-relance": given.date,
        "jours-retard-min": given.jours_retard_min,
        "type-relance": given.type_relance,
        "fournisseur": given.fournisseur,
        "limite": given.limite,
        "campagne": given.campagne,
        "csv": given.csv,
        "passage": given.passage,
    }
    categories = [f"--categories={code}" for code in given.categories or ()]
    return _examine("apercu", *_options(asked), *categories)


def _corrections(given: argparse.Namespace) -> int:
    return _examine("corrections", *_options({"csv": given.csv, "passage": given.passage}))


def _douteuses(given: argparse.Namespace) -> int:
    return _examine("douteuses", *_options({"csv": given.csv}))


def _importer_contacts(given: argparse.Namespace) -> int:
    return _examine("importer-contacts", *_options({"campagne": given.campagne}), *_file(given))


def _opposition(given: argparse.Namespace) -> int:
    asked = _options({name: getattr(given, name, None) for name in ("contribuable", "csv")})
    questions = _questions(given, "telephone", "motif")
    return _examine("opposition", given.action, *asked, *questions, *(_file(given) if "fichier" in given else ()))


def _file(given: argparse.Namespace) -> list[str]:
    options = [f"--fichier={file_word(given.fichier)}", *_options({"encodage": given.encodage})]
    return [*options, *(["--ignorer-erreurs"] if given.ignorer_erreurs else [])]


def _options(asked: Mapping[str, object]) -> list[str]:
    said = {name: file_word(value) if isinstance(value, Path) else value for name, value in asked.items()}
    return [f"--{name}={value}" for name, value in said.items() if value is not None]


def _questions(given: argparse.Namespace, *names: str) -> list[str]:
    """What the command itself is to ask for."""
    return [f"--{name}" for name in names if getattr(given, name, False)]


def _examine(*words: str) -> int:
    from relances.local.relay import examine

    try:
        return examine(_settings(), Console(), words)
    except KeyboardInterrupt:
        print(interruption(words[0]), file=sys.stderr)
        return _INTERRUPTED


def interruption(command: str) -> str:
    """What to say of a command over the Dags' connections that Ctrl-C ended."""
    if command in {"diagnostic", "envoyer-test"}:
        return "Interrompu : si un message de test partait, il est peut-être arrivé."
    return "Interrompu."


def _connexions(given: argparse.Namespace) -> int:
    from relances.local.guide import deliver, read_guide

    # What is odd in .env is not said here: it may be the very file, whose oddities are.
    deliver(read_guide(given.depuis_env), read_settings(given_variables(read_dotenv())), imprimer=given.imprimer)
    return 0


def _settings() -> Settings:
    return read_settings(_given())


def _given() -> dict[str, str]:
    dotenv = read_dotenv()
    for remark in dotenv.remarks:
        print(f".env, {remark}", file=sys.stderr)
    return given_variables(dotenv)
