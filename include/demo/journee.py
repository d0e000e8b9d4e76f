"""A day in the life of the sample: collections come in, so that it is not taken for an application nobody feeds."""

from datetime import UTC, datetime
from importlib.resources import files

from relances.store.encodage import connect
from relances.store.encodage_source import held_statement


def add_collections(url: str, maintenant: datetime) -> int:
    """Record the collections of that day, once; returns how many. Nobody owes more or less than before."""
    utc = maintenant.astimezone(UTC).replace(tzinfo=None)
    with connect(url) as connection:
        statement = files(__package__).joinpath("journee.sql").read_text(encoding="utf-8")
        return connection.execute(
            held_statement(connection, statement), {"maintenant": utc, "jour": utc.date()}
        ).rowcount
