"""Relances that wait to be sent, put there without the steps before."""

from typing import Final

import psycopg

from relances.rules.request import DEFAULTS, Request
from relances.store.executions import Executions
from relances.store.sending import Lot
from tests.bench.connections import DATE
from tests.integration.staged import balances_read

TEXT: Final = "Bonjour ONDO Marie, 15 000 FCFA (taxe de marché) sont dus depuis le 18/12/2025. Merci de régler."
SOURCE: Final = "collecte_taxe"
_STAGE: Final = """
WITH relance AS (
    INSERT INTO relances.relance (source, contribuable_id, canal, occasion, date_relance, execution_id, niveau,
        fournisseur, telephone, telephone_migre, texte, segments, montant_du, devise, echeance)
    SELECT %(source)s, gen_random_uuid(), 'sms', %(occasion)s, %(jour)s, %(execution)s, 1,
        'ventis', '24177' || lpad((rang %% 1000000)::text, 6, '0'), false, %(texte)s, 1, 15000, 'XAF', %(jour)s
    FROM generate_series(1, %(nombre)s::integer) AS rang
    RETURNING id
)
SELECT min(id), max(id) FROM relance
"""


def stage(url: str, lots: int, nombre: int) -> list[Lot]:
    """So many lots of so many relances each."""
    request = Request.of("mesure", DEFAULTS, DATE)
    with psycopg.connect(url, autocommit=True) as connection:
        execution = Executions(connection).open(request, SOURCE)
        values = {"source": SOURCE, "occasion": request.occasion, "jour": DATE, "execution": execution.id}
        ranges = [
            connection.execute(_STAGE, {**values, "texte": TEXT, "nombre": nombre}).fetchone() for _ in range(lots)
        ]
        balances_read(connection, SOURCE, "ventis", max(last for _, last in filter(None, ranges)) // 1024 + 1)
        connection.execute("VACUUM ANALYZE relances.relance")
    return [Lot(SOURCE, request.occasion, "ventis", *bounds) for bounds in ranges if bounds is not None]
