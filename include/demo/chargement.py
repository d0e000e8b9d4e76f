"""Pour the sample into an empty database, in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date
from importlib.resources import files
from typing import LiteralString, NamedTuple

import psycopg
from psycopg import sql

from demo import referentiel
from demo.population import Population
from relances.cli.fictive import CONTRIBUABLES
from relances.store.database import connect
from relances.store.encodage_source import adapt, held_statement

MAXIMUM = CONTRIBUABLES.maximum

_REFERENTIEL: Mapping[str, Sequence[NamedTuple]] = {
    "zone": referentiel.ZONES,
    "quartier": referentiel.QUARTIERS,
    "type_contribuable": referentiel.TYPES_CONTRIBUABLE,
    "type_taxe": referentiel.TYPES_TAXE,
    "service": referentiel.SERVICES,
    "collecteur": referentiel.COLLECTEURS,
    "utilisateur": referentiel.UTILISATEURS,
    "taxe": referentiel.TAXES,
}


class DatabaseNotEmptyError(Exception):
    """The database already holds a tax application; the sample would mix with it."""


def create_base_fictive(url: str, *, contribuables: int = 2_000, graine: int = 1, date_reference: date) -> None:
    """Create and fill the tax application's tables at ``url`` (libpq), or leave the database as it was.

    Same ``contribuables`` (1 to 2,500,000), ``graine`` and ``date_reference``: same rows. Raises
    :class:`DatabaseNotEmptyError` when the database has a ``contribuable`` table already, and ``ValueError``
    when the number is out of range.
    """
    if not 1 <= contribuables <= MAXIMUM:
        raise ValueError(f"Nombre de contribuables hors limites : {contribuables} (de 1 à {MAXIMUM}).")
    with connect(url) as connection:
        adapt(connection, connection.info.dbname)
        _refuse_occupied(connection)
        connection.execute(_script("schema.sql", connection))
        _copy_all(connection, _REFERENTIEL)
        for bloc in Population(graine, date_reference).blocs(contribuables):
            _copy_all(connection, {table.name: getattr(bloc, table.name) for table in fields(bloc)})
        connection.execute(_script("constraints.sql", connection))


def _refuse_occupied(connection: psycopg.Connection) -> None:
    row = connection.execute("SELECT to_regclass('contribuable') IS NOT NULL").fetchone()
    if row and row[0]:
        raise DatabaseNotEmptyError(
            f"La base « {connection.info.dbname} » contient déjà une table contribuable : "
            "donnez l'URL d'une base vide, les données fictives ne s'ajoutent pas à des données existantes."
        )


def _script(name: str, connection: psycopg.Connection) -> LiteralString:
    return held_statement(connection, files(__package__).joinpath(name).read_text(encoding="utf-8"))


def _copy_all(connection: psycopg.Connection, tables: Mapping[str, Sequence[NamedTuple]]) -> None:
    for table, rows in tables.items():
        if rows:
            _copy(connection, table, rows)


def _copy(connection: psycopg.Connection, table: str, rows: Sequence[NamedTuple]) -> None:
    columns = sql.SQL(", ").join(map(sql.Identifier, rows[0]._fields))
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), columns)
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
