"""The options of the invented tax base: for ``relances base-fictive`` and for ``python -m demo``."""

import argparse
from datetime import date

from relances.cli.commande import Commande
from relances.cli.francais import EXPECTED


def add_fictive(parser: Commande) -> None:
    """The options of the invented tax base."""
    parser.add_argument("--url", required=True, help="URL PostgreSQL d'une base vide (postgresql://…)")
    parser.add_argument("--contribuables", type=int, default=2_000, metavar="N", help="combien (2000 par défaut)")
    parser.add_argument("--graine", type=int, default=1, metavar="N", help="même graine, mêmes données (1 par défaut)")
    day = "jour auquel les retards se comptent"
    parser.add_argument("--date", type=_day, required=True, metavar="AAAA-MM-JJ", help=day)


def _day(word: str) -> date:
    try:
        return date.fromisoformat(word)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{EXPECTED}une date comme 2026-03-31") from None
