"""A tax office of a second tax system, told to the pipeline by its files alone: debts in, relances out."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from relances.rules.request import Request
from relances.rules.selection import Regles
from relances.services.creation import create_relances
from relances.services.extraction import extract
from relances.services.numeros import read_numbers
from relances.store.creation import Created
from relances.store.database import explained
from relances.store.executions import Execution, Executions
from relances.store.sources import Source
from relances.store.validation import Validation
from tests.integration.world import TODAY, Row, ask
from tests.jour import politique, rules_of
from tests.support import postgres_connection

OVERDUE = """
SELECT creance_id, contribuable_id, nom, prenom, telephones, langue, categorie, libelle, montant_du, devise,
    echeance, %(date_relance)s::date - echeance AS jours_retard, derniere_relance, relances_agents, exclusion
FROM dette
WHERE (echeance IS NULL OR echeance <= %(date_relance)s::date - %(jours_retard_min)s::int)
    AND (%(categories)s::text[] IS NULL OR categorie = ANY (%(categories)s::text[]));
"""
BALANCES = """
SELECT demandee.creance_id, coalesce(dette.montant_du, 0)
FROM unnest(%(creance_ids)s::text[]) AS demandee (creance_id)
LEFT JOIN dette ON dette.creance_id = demandee.creance_id AND dette.echeance <= %(date_relance)s
"""
DETTE = """
CREATE TABLE dette (
    rang serial PRIMARY KEY, creance_id text, contribuable_id text, nom text, prenom text, telephones text[],
    langue text, categorie text, libelle text, montant_du numeric, devise text, echeance date,
    derniere_relance timestamptz, relances_agents integer, exclusion text
)
"""


@contextmanager
def opened(conn_id: str, url: str) -> Iterator[psycopg.Connection]:
    """A database, whose errors are explained as an installation explains them."""
    with psycopg.connect(url, autocommit=True) as connection, explained(conn_id, connection):
        yield connection


def write_source(folder: Path, overdue: str = OVERDUE) -> Source:
    """A second tax system, described by its files alone."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "overdue.sql").write_text(overdue)
    (folder / "categories.sql").write_text("SELECT DISTINCT categorie FROM dette")
    (folder / "balances.sql").write_text(BALANCES)
    (folder / "freshness.sql").write_text("SELECT now()")
    return Source(folder.name)


def dette(contribuable: int, *, creance: object = None, retard: int = 10, **over: object) -> Row:
    """What a contribuable owes, 10 days late unless said otherwise."""
    return {
        "creance_id": str(creance or contribuable),
        "contribuable_id": str(contribuable),
        "nom": "ONDO",
        "prenom": "Marie",
        "telephones": [f"066{contribuable:06d}"],
        "langue": "fr",
        "categorie": "MARCHE",
        "libelle": "Taxe de marché",
        "montant_du": 15_000,
        "devise": "XAF",
        "echeance": TODAY - timedelta(days=retard),
        "derniere_relance": None,
        "relances_agents": 0,
        "exclusion": None,
    } | over


@dataclass(frozen=True, slots=True)
class Office:
    """A tax office: debts in one database, relances in another, and the stages between them."""

    source: Source
    etaxe_url: str
    relances_url: str

    def variables(self) -> dict[str, str]:
        """What makes Airflow's connections to its two databases."""
        urls = {"ETAXE": self.etaxe_url, "RELANCES": self.relances_url}
        return {f"AIRFLOW_CONN_{name}_DB": postgres_connection(url) for name, url in urls.items()}

    def owes(self, contribuable: int, **over: Any) -> None:
        """Make a contribuable owe something; what is not said of it is in ``dette``."""
        self._insert([dette(contribuable, **over)])

    def owe(self, contribuables: int) -> None:
        """Make so many contribuables owe something each."""
        self._insert([dette(contribuable) for contribuable in range(1, contribuables + 1)])

    def _insert(self, dettes: Sequence[Row]) -> None:
        columns = sql.SQL(", ").join(map(sql.Identifier, dettes[0]))
        values = sql.SQL(", ").join(map(sql.Placeholder, dettes[0]))
        with psycopg.connect(self.etaxe_url) as connection:
            statement = sql.SQL("INSERT INTO dette ({}) VALUES ({})").format(columns, values)
            connection.cursor().executemany(statement, dettes)

    def extract(self, asked: Request, source: Source | None = None) -> int:
        with opened("etaxe_db", self.etaxe_url) as etaxe, opened("relances_db", self.relances_url) as relances:
            return extract(source or self.source, asked, etaxe, relances)

    def execution(self, asked: Request) -> Execution:
        with psycopg.connect(self.relances_url, autocommit=True) as relances:
            return Executions(relances).get(asked.run_id)

    def set_aside(self, asked: Request) -> int:
        """What validation does once great-expectations has seen nothing that stops the run."""
        with opened("relances_db", self.relances_url) as relances:
            execution = Executions(relances).get(asked.run_id)
            read_numbers(relances, execution)
            return Validation(relances, execution, politique()).exclude_invalid_rows()

    def create(self, asked: Request, change: Callable[[Regles], Regles] = lambda regles: regles) -> Created:
        """``change``: what is not as in the product's own policy."""
        with opened("relances_db", self.relances_url) as relances:
            regles = change(rules_of(asked, relances))
            return create_relances(relances, Executions(relances).get(asked.run_id), regles, asked.limite)

    def run(self, asked: Request) -> Created:
        """Extract, set aside, create."""
        self.extract(asked)
        self.set_aside(asked)
        return self.create(asked)

    def exclusions(self, asked: Request) -> dict[str, str]:
        """The reason of each creance that an execution set aside."""
        rows = ask(
            self.relances_url,
            """
            SELECT c.creance_id, x.code FROM relances.exclusion x JOIN relances.creance_extraite c USING (rang)
            WHERE c.execution_id = %(id)s
            """,
            id=self.execution(asked).id,
        )
        return {row["creance_id"]: row["code"] for row in rows}
