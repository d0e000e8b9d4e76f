"""Relances that wait to be sent, put there without the steps before."""

from collections.abc import Sequence
from datetime import timedelta

import psycopg
from psycopg import sql

from relances.rules.request import Request
from relances.store.executions import Executions
from tests.integration.world import TODAY, Row, request

_TRANCHES = 200  # of 1,024 relances: more than any test has

_READ = """
INSERT INTO relances.lecture_soldes (source, fournisseur, lecture, lue_le, complete_le)
VALUES (%(source)s, %(fournisseur)s, 0, now(), now())
ON CONFLICT (source, fournisseur) DO UPDATE SET lue_le = now(), complete_le = now()
"""
_READ_WHOM = """
INSERT INTO relances.solde_lu (source, fournisseur, lecture, tranche, relances)
SELECT %(source)s, %(fournisseur)s, 0, n, ~0::bit(1024) FROM generate_series(0, %(tranches)s - 1) AS n
ON CONFLICT DO NOTHING
"""


def stage_relances(
    url: str,
    nombre: int,
    *,
    telephones: Sequence[str] = (),
    asked: Request | None = None,
    lues: bool = True,
    **over: object,
) -> list[int]:
    """Relances of the day as a creation leaves them, one creance each; their ids.

    ``telephones``: those of the first ones, the others get ordinary numbers. ``asked``: of their run, else the default.
    ``lues``: their balances have just been read.
    """
    with psycopg.connect(url) as connection:
        execution = Executions(connection).open(asked or request(), str(over.get("source", "collecte_taxe")))
        known = connection.execute("SELECT count(*) FROM relances.relance").fetchone()
        first = known[0] if known else 0
        rows = [relance(rang, telephones, execution_id=execution.id, **over) for rang in range(first, first + nombre)]
        statement = sql.SQL("INSERT INTO relances.relance ({}) VALUES ({})").format(
            sql.SQL(", ").join(map(sql.Identifier, rows[0])), sql.SQL(", ").join(map(sql.Placeholder, rows[0]))
        )
        connection.cursor().executemany(statement, rows)
        owed = connection.execute(
            "INSERT INTO relances.relance_creance (relance_id, creance_id, montant_du, echeance) "
            "SELECT id, contribuable_id, montant_du, echeance FROM relances.relance r "
            "WHERE NOT EXISTS (SELECT FROM relances.relance_creance WHERE relance_id = r.id) ORDER BY id "
            "RETURNING relance_id"
        )
        if lues:
            for fournisseur in {str(row["fournisseur"]) for row in rows}:
                balances_read(connection, str(rows[0]["source"]), fournisseur)
        return [row[0] for row in owed]


def balances_read(connection: psycopg.Connection, source: str, fournisseur: str, tranches: int = _TRANCHES) -> None:
    """A reading of just now has the balances of whatever comes, as far as so many times 1,024 relances."""
    whose = {"source": source, "fournisseur": fournisseur, "tranches": tranches}
    connection.execute(_READ, whose)
    connection.execute(_READ_WHOM, whose)


def relance(rang: int, telephones: Sequence[str], **over: object) -> Row:
    return {
        "source": "collecte_taxe",
        "contribuable_id": str(rang),
        "canal": "sms",
        "occasion": request().occasion,
        "date_relance": TODAY,
        "niveau": 1,
        "fournisseur": "ventis",
        "telephone": telephones[rang] if rang < len(telephones) else f"24177{rang:06d}",
        "telephone_migre": False,
        "texte": f"Relance {rang}",
        "segments": 1,
        "montant_du": 15_000,
        "devise": "XAF",
        "echeance": TODAY - timedelta(days=10),
    } | over
