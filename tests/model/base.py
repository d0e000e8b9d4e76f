"""A real database with the relances of a day, which is made that again for each history, and where time passes."""

import psycopg
from psycopg import sql
from psycopg.rows import args_row

from tests.integration.staged import balances_read
from tests.model.oracle import Relance, Tentative, Vue

FOURNISSEUR = "twilio"
# A relance that a history is not about has come to its end before.
BEGIN_AGAIN = """
DELETE FROM relances.tentative; DELETE FROM relances.relance;
DELETE FROM relances.voie; DELETE FROM relances.opposition;
INSERT INTO relances.relance OVERRIDING SYSTEM VALUE SELECT * FROM prepares;
UPDATE relances.relance SET creee_le = now();
"""
LEAVE_OUT = """
UPDATE relances.relance SET statut = 'annulee', code = 'hors_histoire', close_le = now() WHERE id >= %s
"""
MOMENTS = """
SELECT table_name, array_agg(column_name::text) FROM information_schema.columns
WHERE table_schema = 'relances' AND table_name IN ('relance', 'tentative', 'voie') AND data_type LIKE 'timestamp%'
GROUP BY table_name
"""
RELANCES = """
SELECT id, telephone, statut, tentatives, reference, code,
    CASE WHEN statut = 'incertaine' THEN extract(epoch FROM clock_timestamp() - incertaine_depuis)::float8 END
FROM relances.relance WHERE code IS DISTINCT FROM 'hors_histoire' ORDER BY id
"""
TENTATIVES = "SELECT relance_id, numero, issue, reference, constat FROM relances.tentative ORDER BY relance_id, numero"


class Base:
    """Over one connection, in autocommit: what it sees was committed."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.connection = psycopg.connect(url, autocommit=True)
        self.connection.execute("UPDATE relances.relance SET fournisseur = %s", [FOURNISSEUR])
        self.connection.execute("CREATE TABLE prepares AS TABLE relances.relance")
        self._ids: list[int] = [row[0] for row in self.connection.execute("SELECT id FROM prepares ORDER BY id")]
        self._sooner = [_sooner(table, columns) for table, columns in self.connection.execute(MOMENTS).fetchall()]

    @property
    def premier(self) -> int:
        return self._ids[0]

    @property
    def dernier(self) -> int:
        return self._ids[-1]

    def begin_again(self, relances: int) -> None:
        """The day's relances, so many of them to send."""
        with self.connection.transaction():
            self.connection.execute(BEGIN_AGAIN)
            balances_read(self.connection, "dettes", FOURNISSEUR)
            self.connection.execute(LEAVE_OUT, [self.premier + relances])

    def pass_time(self, seconds: float) -> None:
        """Everything that was written was written so much sooner."""
        with self.connection.transaction():
            for statement in self._sooner:
                self.connection.execute(statement, {"secondes": seconds})

    def look(self) -> Vue:
        with self.connection.cursor(row_factory=args_row(Relance)) as cursor:
            relances = cursor.execute(RELANCES).fetchall()
        with self.connection.cursor(row_factory=args_row(Tentative)) as cursor:
            tentatives = cursor.execute(TENTATIVES).fetchall()
        return Vue(
            {relance.id: relance for relance in relances}, {(call.relance_id, call.numero): call for call in tentatives}
        )


def _sooner(table: str, columns: list[str]) -> sql.Composed:
    moved = [
        sql.SQL("{0} = {0} - make_interval(secs => {1})").format(sql.Identifier(column), sql.Placeholder("secondes"))
        for column in columns
    ]
    return sql.SQL("UPDATE {} SET {}").format(sql.Identifier("relances", table), sql.SQL(", ").join(moved))
