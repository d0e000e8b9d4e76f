"""How many times a database was asked, by its own count: nobody's code is changed to be counted."""

import psycopg

_COUNT = "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()"


def transactions(url: str) -> int:
    """Transactions that a database has ended. In autocommit, and in a pipeline, each is one round trip.

    Those of who is connected are counted a second late: ask once they are gone.
    """
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(_COUNT).fetchone()
    return int(row[0]) if row else 0
