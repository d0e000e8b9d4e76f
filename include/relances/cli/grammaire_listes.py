"""The words of the commands that read or make lists of people: who would be reminded, who not, who is to be called."""

import argparse
from pathlib import Path

from relances.cli.commande import FOURNISSEURS, Commande, Commands, add, add_json, day, exit_codes, rows, whole_number
from relances.cli.questions import add_asked
from relances.rendering import corrections, decisions, douteuses, oppositions
from relances.rules.models import Canal
from relances.rules.parametres import LIMITE, QUOTIDIENNES, RETARD


def add_lists(commands: Commands) -> None:
    """Add them."""
    _add_apercu(commands)
    _add_corrections(commands)
    _add_douteuses(commands)
    _add_contacts(commands)
    _add_oppositions(commands)


def _add_apercu(commands: Commands) -> None:
    said = "qui serait relancé, qui non et pourquoi ; rien n'est envoyé"
    command = add(commands, "apercu", "relances.cli.apercu:run", said, "--date 2026-03-31 --csv apercu.csv")
    _add_parameters(command)
    whole = command.add_mutually_exclusive_group()
    whole.add_argument("--csv", type=Path, metavar="FICHIER", help="y écrit la liste, contribuable par contribuable")
    add_json(whole, "passage", rows("decisions", decisions.KEYS))
    command.add_argument("--passage", metavar="RUN_ID", help="montre ce passage, réel ou simulé, au lieu d'un nouveau")


def _add_parameters(command: argparse.ArgumentParser) -> None:
    """Those of the daily Dag. What is not asked for is not there: the Dag's own default holds."""
    not_there = argparse.SUPPRESS
    which = "jour de la relance, comme 2026-03-31 ; sinon aujourd'hui"
    command.add_argument("--date", dest="date_relance", type=_day, metavar="AAAA-MM-JJ", default=not_there, help=which)
    retard, usual = whole_number(RETARD), QUOTIDIENNES["jours_retard_min"].defaut
    days = f"retard minimum en jours, de {RETARD.minimum} à {RETARD.maximum} ({usual})"
    command.add_argument("--jours-retard-min", type=retard, metavar="N", default=not_there, help=days)
    command.add_argument(
        "--type-relance", choices=[canal.value for canal in Canal], default=not_there, help="un seul canal"
    )
    command.add_argument("--fournisseur", choices=FOURNISSEURS, default=not_there, help="un seul fournisseur")
    most = f"au plus tant de relances, de {LIMITE.minimum} à {LIMITE.maximum}"
    command.add_argument("--limite", type=whole_number(LIMITE), metavar="N", default=not_there, help=most)
    codes = "types de taxe ; sinon tous"
    command.add_argument("--categories", nargs="+", metavar="CODE", default=not_there, help=codes)
    command.add_argument("--campagne", default=not_there, help="les contacts importés sous ce nom")


def _day(word: str) -> str:
    """As the Dag is given it."""
    return day(word).isoformat()


def _add_corrections(commands: Commands) -> None:
    said = "les numéros de téléphone à corriger, et pourquoi"
    command = add(commands, "corrections", "relances.cli.corrections:run", said, "--csv corrections.csv")
    _add_list(command, "y écrit la liste, pour les agents", "passages", rows("corrections", corrections.KEYS))
    command.add_argument("--passage", metavar="RUN_ID", help="ce passage ; sinon le dernier de chaque source")


def _add_douteuses(commands: Commands) -> None:
    said = "les relances parties vers un numéro qui serait douteux aujourd'hui"
    command = add(commands, "douteuses", "relances.cli.douteuses:run", said, "--csv douteuses.csv")
    _add_list(command, "y écrit la liste, pour les agents", rows("douteuses", douteuses.KEYS))


def _add_contacts(commands: Commands) -> None:
    said = "les contacts d'une campagne, d'un fichier CSV"
    example = "--campagne Marchés contacts.csv"
    command = add(commands, "importer-contacts", "relances.cli.contacts:run", said, example)
    command.add_argument("--campagne", required=True, metavar="NOM", help="ce que le Dag reçoit dans campagne")
    _add_file(command)


def _add_oppositions(commands: Commands) -> None:
    said = "qui n'est plus relancé : ajouter, retirer, lister, importer"
    opposition = commands.add_parser("opposition", help=said, description=f"{said.capitalize()}.", epilog=exit_codes())
    actions = opposition.add_subparsers(metavar="action")
    said = "ne plus relancer un contribuable, ou quiconque a ce numéro"
    ajouter = add(actions, "ajouter", "relances.cli.oppositions:add", said, "--telephone --motif")
    _add_who(ajouter)
    add_asked(ajouter, "--motif", "pourquoi")
    _add_who(add(actions, "retirer", "relances.cli.oppositions:remove", "le relancer de nouveau", "--contribuable A-7"))
    said = "toute la liste, numéros masqués"
    lister = add(actions, "lister", "relances.cli.oppositions:list_all", said, "--csv oppositions.csv")
    lists = (rows("contribuables", oppositions.KEYS), rows("numeros", oppositions.NUMBER_KEYS))
    _add_list(lister, "y écrit la liste, numéros entiers", *lists)
    said = "une liste CSV : contribuable_id ou telephone, et motif"
    _add_file(add(actions, "importer", "relances.cli.oppositions:import_file", said, "oppositions.csv"))


def _add_who(command: Commande) -> None:
    who = command.add_mutually_exclusive_group(required=True)
    identifiant = "son identifiant : celui de l'application fiscale, ou d'un contact"
    who.add_argument("--contribuable", metavar="ID", help=identifiant)
    add_asked(who, "--telephone", "un numéro")


def _add_list(command: Commande, explanation: str, *keys: str) -> None:
    whole = command.add_mutually_exclusive_group()
    whole.add_argument("--csv", type=Path, metavar="FICHIER", help=explanation)
    add_json(whole, *keys)


def _add_file(command: Commande) -> None:
    command.add_argument("fichier", type=Path, metavar="FICHIER.csv", help="enregistré par un tableur")
    encoding = "celui du fichier, comme mac_roman ; sinon reconnu, ou refusé"
    command.add_argument("--encodage", metavar="NOM", help=encoding)
    command.add_argument("--ignorer-erreurs", action="store_true", help="importe les lignes sans faute")
