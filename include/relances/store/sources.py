"""A tax system, described by its SQL files in ``sources/<name>/``.

``overdue.sql``
    The overdue creances, in the columns of :data:`CONTRACT`, in that order or any other. Parameters:
    ``date_relance``, ``jours_retard_min``, ``categories`` (null: all).
``categories.sql``
    The codes that ``categories`` may hold.
``balances.sql``
    What is still owed now. Parameters: ``creance_ids``, ``date_relance``.
``changed.sql``, where the system can tell
    The creances of which less may be owed since the last time, ``creance_id``, beside one row that has ``repere``
    (jsonb) for the next time, which is its parameter; null the first time. A null one asks for all balances to be read
    again, as is done for a system that has no such file.
``freshness.sql``
    One value, timestamptz: when the latest payment that the tax system knows of was made; null where it knows none.
``write_back.sql``
    Shows settled relances in the tax system's own tables. It reads them in the temporary table ``a_montrer``
    (``queries/write_back.sql``: a row is a ``to_show.WriteBackRow`` with ``rang``, 1, 2 …, and ``dossier``, of which
    these files make what they like); parameters: ``premier`` and ``dernier``, those to show. Replaying it changes
    nothing. It waits for nobody. It may return rows ``rang``, ``ligne``, ``attente``: the key, as text, of each row
    that it added; ``attente`` of what it left: ``tenue``, for a later turn; ``perdue``, where ``ligne`` of
    ``a_montrer`` leads to no row that shows this relance. All the others are shown.
``prepare.sql``, optional
    Asked once for each ``a_montrer``, before ``write_back.sql`` for its parts: what takes looking through a table.
    It may change ``dossier``; it locks nothing.
``places.sql``, where rows that show relances have keys to be remembered
    Finds rows whose keys are not known: ``rang`` and ``ligne`` of those of ``a_montrer`` that it found. Asked once a
    pass at most, and only where there are such; it may look through a table, and locks nothing. Without it,
    ``ligne`` is of no account, and all is shown by ``write_back.sql`` alone.
``keys.sql``, optional
    The tables, text, that ``write_back.sql`` would look through as they lack an index on their key.
``shown.sql``, where the system has rows that say what was sent
    What ``write_back.sql`` wrote, as :class:`ShownRow`. Parameter: ``depuis``, of what changed since then (null: all).

A literal ``%`` is written ``%%`` in these files.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final, LiteralString, NamedTuple

import psycopg
from psycopg import sql
from psycopg.rows import args_row

from relances.rules.errors import Blocked
from relances.rules.mojibake import printed
from relances.rules.noms import SOURCE_NAME
from relances.rules.passages import RELIRE
from relances.store.database import query
from relances.store.encodage_source import held_statement, utf8_rows
from relances.store.guest import ended, flowing

CONTRACT: Final = (
    "creance_id",
    "contribuable_id",
    "nom",
    "prenom",
    "telephones",
    "langue",
    "categorie",
    "libelle",
    "montant_du",
    "devise",
    "echeance",
    "jours_retard",
    "derniere_relance",
    "relances_agents",
    "exclusion",
)
OPTIONAL: Final = frozenset({"changed.sql", "keys.sql", "places.sql", "prepare.sql", "shown.sql"})
"""The files that a tax system may do without."""
CONTACTS: Final = "contacts"
"""The source of contacts imported from spreadsheets, which are in the pipeline's own database."""

FOLDERS: Sequence[Traversable] = (files("relances.store") / "sources",)
"""Where tax systems are described, each in a folder of its name."""


class ShownRow(NamedTuple):
    """What a tax system shows of one relance. ``repere``: as in ``to_show.WriteBackRow``, of whichever installation."""

    repere: str
    contribuable_id: str
    date_planifiee: date
    statut: str
    date_envoi: datetime | None
    fournisseur: str
    reference: str | None
    code: str | None


class Changes(NamedTuple):
    """Creances of which less may be owed, and what the next time begins from: None where only all balances tell."""

    creances: list[str]
    repere: str | None


@dataclass(frozen=True, slots=True)
class Source:
    """One tax system, by the name of its folder."""

    name: str

    @property
    def connexion(self) -> str:
        """The Airflow connection of the database that it reads: imported contacts are in our own."""
        return "relances_db" if self.name == CONTACTS else "etaxe_db"

    @property
    def shows(self) -> bool:
        """Whether it has rows that tell what was sent."""
        return self.has("shown.sql")

    def stream_overdue(
        self,
        connection: psycopg.Connection,
        date_relance: date,
        jours_retard_min: int,
        categories: Sequence[str],
    ) -> Iterator[bytes]:
        """The overdue creances in COPY's text format and in UTF-8, columns as in CONTRACT, in flat memory.

        One statement, so one consistent snapshot. Blocked where the file lacks a column.
        """
        parameters = {
            "date_relance": date_relance,
            "jours_retard_min": jours_retard_min,
            "categories": list(categories) or None,
        }
        self._check_contract(connection, parameters)
        # COPY takes no bound parameters: psycopg quotes them here, on the client.
        statement = self._within("copy_overdue", "overdue.sql", connection)
        with connection.cursor() as cursor, cursor.copy(statement, parameters) as copy, ended(connection):
            yield from map(utf8_rows(connection), map(bytes, flowing(connection, copy)))

    def owes_anything(self, connection: psycopg.Connection, date_relance: date) -> bool:
        """Whether anybody owes anything on that day, however short a time ago it was due."""
        parameters = {"date_relance": date_relance, "jours_retard_min": 0, "categories": None}
        found = connection.execute(self._within("owes_anything", "overdue.sql", connection), parameters)
        return found.fetchone() == (True,)

    def lower(
        self, connection: psycopg.Connection, creances: str, montants: str, date_relance: date
    ) -> dict[str, Decimal | None]:
        """Of these creances, those of which less is owed now than these amounts; None where nothing usable is said.

        Both are arrays of one length, in PostgreSQL's text.
        """
        parameters = {"creance_ids": creances, "montants": montants, "date_relance": date_relance}
        rows = connection.execute(self._within("compare_balances", "balances.sql", connection), parameters)
        return {creance_id: solde if solde is not None and solde.is_finite() else None for creance_id, solde in rows}

    def changed(self, connection: psycopg.Connection, repere: str | None) -> Changes:
        """The creances of which less may be owed than when ``repere`` was told."""
        rows = connection.execute(
            self._within("list_changed", "changed.sql", connection), {"repere": repere}
        ).fetchall()
        told = [repere for creance_id, repere in rows if creance_id is None]
        return Changes([creance_id for creance_id, _ in rows if creance_id is not None], told[0] if told else None)

    def latest_payment(self, connection: psycopg.Connection) -> datetime | None:
        """When the latest payment that the tax system knows of was made; None where it knows of none that can be."""
        row = connection.execute(self._within("latest_payment", "freshness.sql", connection)).fetchone()
        return None if row is None else row[0]

    def shown(self, connection: psycopg.Connection, depuis: datetime | None) -> Iterator[ShownRow]:
        """What it shows of relances, whoever wrote them; nothing where it has no rows for them."""
        if not self.shows:
            return
        with connection.transaction(), connection.cursor("montrees", row_factory=args_row(ShownRow)) as rows:
            rows.itersize = 5_000
            rows.execute(self.statement("shown.sql", connection), {"depuis": depuis})
            yield from rows

    def tables_without_key(self, connection: psycopg.Connection) -> list[str]:
        """The tables that showing results would look through for each row."""
        if not self.has("keys.sql"):
            return []
        return [str(row[0]) for row in connection.execute(self.statement("keys.sql", connection))]

    def known_categories(self, connection: psycopg.Connection) -> set[str]:
        """The categories a run may be limited to."""
        return {row[0] for row in connection.execute(self.statement("categories.sql", connection))}

    def _check_contract(self, connection: psycopg.Connection, parameters: Mapping[str, object]) -> None:
        cursor = connection.execute(self._within("describe_overdue", "overdue.sql", connection), parameters)
        given = {column.name for column in cursor.description or ()}
        if missing := set(CONTRACT) - given:
            unknown = sorted(given - set(CONTRACT))
            beside = f", et donne {', '.join(unknown)}, que le contrat ne connaît pas" if unknown else ""
            raise Blocked(
                f"store/sources/{self.name}/overdue.sql ne donne pas {', '.join(sorted(missing))}{beside} ; "
                "ajoutez ces colonnes à la requête, ou renommez-les",
                "overdue.sql lacks columns of the contract",
            )

    def _within(self, ours: str, theirs: str, connection: psycopg.Connection) -> sql.Composed:
        """One of our queries around one of its files, which stands where ours has ``{}``."""
        return sql.SQL(query(ours)).format(sql.SQL(self.statement(theirs, connection)))

    def has(self, name: str) -> bool:
        """Whether it has that file, of those that it may do without."""
        return _file(self.name, name) is not None

    def statement(self, name: str, connection: psycopg.Connection) -> LiteralString:
        """The text of one of its files, for this database. Blocked where the tax system or the file is unknown."""
        path = _file(self.name, name)
        if path is None:
            raise Blocked(
                f"store/sources/{printed(self.name)[:80]}/{name} n'existe pas ; corrigez source.nom dans "
                f"politique.toml ; {RELIRE}",
                "unknown tax system: check source.nom",
            )
        # Files of this distribution are as trusted as literals in its code.
        return held_statement(connection, path.read_text(encoding="utf-8").strip().removesuffix(";"))


def _file(source: str, name: str) -> Traversable | None:
    """The file of a tax system, if there is one. Its name comes from the policy: it never leads out of FOLDERS."""
    if not re.fullmatch(SOURCE_NAME, source):
        return None
    return next((file for folder in FOLDERS if (file := folder / source / name).is_file()), None)
