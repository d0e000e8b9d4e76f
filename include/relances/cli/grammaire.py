"""The words of every command that works over the Dags' connections: the person's, handed on as they are."""

from unicodedata import combining, normalize

from relances.cli.commande import FOURNISSEURS, Commande, Commands, add, add_json, exit_codes, rows, text
from relances.cli.grammaire_listes import add_lists
from relances.cli.questions import add_asked, refuse_words
from relances.rendering import arret, diagnostic
from relances.rules.arret import Action


def grammar() -> tuple[Commande, Commands]:
    """The parser of ``relances``, and where another may add its own commands."""
    said = "Relances : rappeler aux contribuables ce qu'ils doivent, une fois et une seule."
    parser = Commande(prog="relances", description=said, epilog=exit_codes())
    commands = parser.add_subparsers(metavar="commande")
    _add_diagnostic(commands)
    _add_message_test(commands)
    _add_arret(commands)
    _add_restauration(commands)
    _add_reactivation(commands)
    add_lists(commands)
    return parser, commands


def _add_diagnostic(commands: Commands) -> None:
    said = "examine chaque connexion ; aucun message ne part sans --fournisseur"
    command = add(commands, "diagnostic", "relances.cli.diagnostic:examine", said, "--fournisseur ventis --telephone")
    command.add_argument("--fournisseur", choices=FOURNISSEURS, help="qui envoie un message de test, à son numéro")
    add_asked(command, "--telephone", "à un autre numéro")
    add_json(command, rows("connexions", diagnostic.KEYS))


def _add_message_test(commands: Commands) -> None:
    said = "envoie un message, un seul, à un numéro"
    command = add(commands, "envoyer-test", "relances.cli.diagnostic:send", said, "--fournisseur ventis")
    command.add_argument("--fournisseur", choices=FOURNISSEURS, required=True, help="qui envoie")
    add_asked(command, "--texte", "ce que lira le destinataire")
    refuse_words(command)


def _add_arret(commands: Commands) -> None:
    said = "arrête tous les envois, les reprend, ou dit où ils en sont"
    command = add(commands, "envois", "relances.cli.arret:run", said, "arreter --fournisseur ventis")
    command.add_argument("action", type=_action, choices=[each.value for each in Action], help="ce qu'il faut faire")
    command.add_argument("--fournisseur", choices=FOURNISSEURS, help="lui seul ; sinon tous")
    add_json(command, rows("envois", arret.KEYS))


def _action(word: str) -> str:
    """Whoever stops all sending is in a hurry: with its accent, it is the same word."""
    plain = "".join(letter for letter in normalize("NFD", text(word)) if not combining(letter))
    return plain if plain in {each.value for each in Action} else word


def _add_restauration(commands: Commands) -> None:
    said = "après une sauvegarde restaurée ou une base perdue : envoyer de nouveau"
    command = add(commands, "restaurer", "relances.cli.restauration:run", said)
    sure = command.add_mutually_exclusive_group()
    sure.add_argument(
        "--passages-finis",
        action="store_true",
        help="aucun passage n'était en cours à la perte : l'application fiscale montre tout ce qui est parti",
    )
    sure.add_argument("--rien-depuis", action="store_true", help="rien n'est parti depuis cette copie")
    command.add_argument("--forcer", action="store_true", help="même si rien ne montre que la base est ancienne")


def _add_reactivation(commands: Commands) -> None:
    said = "lève ce qui interdit d'écrire à un numéro, sur tous les canaux"
    refuse_words(add(commands, "reactiver", "relances.cli.reactivation:run", said))
