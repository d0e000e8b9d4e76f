"""``python -m demo``: fill an empty database with a made-up tax application."""

from datetime import date

import psycopg

from demo.chargement import create_base_fictive
from relances.cli.commande import Commande, spoken
from relances.local.connections import read_database_url
from relances.local.errors import LocalError
from relances.store.pannes import panne as explain


def main(argv: list[str] | None = None) -> None:
    """Read the command line and create the database; a refusal ends with a sentence, not with a traceback."""
    with spoken():
        _run(_parser(), argv)


def _run(parser: Commande, argv: list[str] | None) -> None:
    options, rest = parser.parse_known_args(argv)
    if rest:  # not shown: they may be what a shell cut off the address
        parser.exit(2, f"Mots de trop : {len(rest)} ; mettez l'adresse entre apostrophes. — Quote the address.\n")
    try:
        read_database_url("--url", options.url)
        create_base_fictive(
            options.url,
            contribuables=options.contribuables,
            graine=options.graine,
            date_reference=options.date,
        )
    except (LocalError, ValueError) as refus:
        parser.exit(2, f"{refus}\n")
    except psycopg.OperationalError as panne:
        why = explain(panne)
        parser.exit(2, f"Base de --url {why.french} — {why.english}\n")
    print(f"Base fictive créée : {options.contribuables} contribuables au {options.date:%d/%m/%Y}.")


def _parser() -> Commande:
    parser = Commande(
        prog="python -m demo",
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
