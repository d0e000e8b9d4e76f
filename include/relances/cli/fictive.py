"""The options of the invented tax base: for ``relances base-fictive`` and for ``python -m demo``."""

from typing import Final

from relances.cli.commande import Commande, day, whole_number
from relances.rules.parametres import Entier

CONTRIBUABLES: Final = Entier(1, 2_500_000)
"""Up to that many, their numbers are of the right length, and no two the same."""


def add_fictive(parser: Commande) -> None:
    """The options of the invented tax base."""
    parser.add_argument("--url", required=True, help="URL PostgreSQL d'une base vide (postgresql://…)")
    many = f"combien, de {CONTRIBUABLES.minimum} à {CONTRIBUABLES.maximum} (2000 par défaut)"
    parser.add_argument("--contribuables", type=whole_number(CONTRIBUABLES), default=2_000, metavar="N", help=many)
    parser.add_argument("--graine", type=int, default=1, metavar="N", help="même graine, mêmes données (1 par défaut)")
    which = "jour auquel les retards se comptent"
    parser.add_argument("--date", type=day, required=True, metavar="AAAA-MM-JJ", help=which)
