"""``python -m relances.local.base_fictive``: fill an empty database with a made-up tax application."""

import argparse
from datetime import date

import psycopg

from relances.local.base_fictive.chargement import DatabaseNotEmptyError, create_base_fictive


def main(argv: list[str] | None = None) -> None:
    """Read the command line and create the database; a refusal ends with a sentence, not with a traceback."""
    parser = _parser()
    options = parser.parse_args(argv)
    try:
        create_base_fictive(
            options.url,
            contribuables=options.contribuables,
            graine=options.graine,
            date_reference=options.date,
        )
    except (DatabaseNotEmptyError, ValueError) as refus:
        parser.error(str(refus))
    except psycopg.OperationalError as panne:
        parser.error(f"Base injoignable, vérifiez --url et que le serveur est démarré : {panne}")
    print(f"Base fictive créée : {options.contribuables} contribuables au {options.date:%d/%m/%Y}.")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m relances.local.base_fictive",
        description="Remplit une base vide de contribuables fictifs : taxes, paiements, impayés, relances.",
    )
    parser.add_argument("--url", required=True, help="URL PostgreSQL d'une base vide (postgresql://…)")
    parser.add_argument("--contribuables", type=int, default=2_000, metavar="N", help="combien (2000 par défaut)")
    parser.add_argument("--graine", type=int, default=1, metavar="N", help="même graine, mêmes données (1 par défaut)")
    parser.add_argument(
        "--date",
        type=date.fromisoformat,
        required=True,
        metavar="AAAA-MM-JJ",
        help="jour auquel les retards se comptent",
    )
    return parser


if __name__ == "__main__":
    main()
