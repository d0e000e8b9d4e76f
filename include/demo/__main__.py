"""``python -m demo``: fill an empty database with a made-up tax application."""

import argparse
import sys
from collections.abc import Sequence

import psycopg

from demo.chargement import DatabaseNotEmptyError, create_base_fictive
from relances.cli.affichage import spoken
from relances.cli.commande import DONE, REFUSED, WRONG_WORDS, Commande
from relances.cli.fictive import add_fictive
from relances.rules.adresse import Faute
from relances.store.adresse import EXPECTED, parts_of
from relances.store.pannes import panne as explain


def main(argv: Sequence[str] | None = None) -> int:
    """Read the command line and create the database; returns the exit code."""
    with spoken():
        parser = Commande(prog="python -m demo", description="Remplit une base vide de contribuables inventés.")
        add_fictive(parser)
        return create(parser.parse_args(argv))


def create(options: argparse.Namespace) -> int:
    """Create the database; a refusal is a sentence, not a traceback."""
    if isinstance(fault := parts_of(options.url), Faute):
        french, english = fault.value
        print(f"--url {EXPECTED if fault is Faute.FORME else f'{french} — {english}.'}", file=sys.stderr)
        return WRONG_WORDS
    try:
        create_base_fictive(
            options.url,
            contribuables=options.contribuables,
            graine=options.graine,
            date_reference=options.date,
        )
    except DatabaseNotEmptyError as refus:
        print(refus, file=sys.stderr)
        return REFUSED
    except psycopg.OperationalError as panne:
        why = explain(panne)
        print(f"Base de --url {why.french} — {why.english}", file=sys.stderr)
        return REFUSED
    print(f"Base fictive créée : {options.contribuables} contribuables au {options.date:%d/%m/%Y}.")
    return DONE


if __name__ == "__main__":
    sys.exit(main())
