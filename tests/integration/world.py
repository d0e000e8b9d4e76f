"""What every integration test needs: a day, its request, a look at a database, and time that passes when told."""

from datetime import date, datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row

from relances.rules.fenetre import LIBREVILLE
from relances.rules.request import DEFAULTS, Request

TODAY = datetime.now(LIBREVILLE).date()
Row = dict[str, Any]


def ask(url: str, query: str, **parameters: object) -> list[Row]:
    """The rows of a query, each by its columns' names; what it changes is kept."""
    with psycopg.connect(url, autocommit=True, row_factory=dict_row) as connection:
        cursor = connection.execute(query, parameters)
        return cursor.fetchall() if cursor.description else []


def statuts(url: str, canal: str | None = None) -> dict[str, int]:
    """How many relances are in each state, of every canal unless one is given."""
    query = "SELECT statut, count(*) FROM relances.relance WHERE canal = coalesce(%(canal)s, canal) GROUP BY statut"
    rows = ask(url, query, canal=canal)
    return {row["statut"]: row["count"] for row in rows}


def let_time_pass(url: str, seconds: float = 3600) -> None:
    """Move into the past what the pipeline waits for, rather than wait for it."""
    ask(
        url,
        """
        UPDATE relances.relance SET bail_jusqu_au = bail_jusqu_au - make_interval(secs => %(s)s),
            incertaine_depuis = incertaine_depuis - make_interval(secs => %(s)s),
            interrogee_le = interrogee_le - make_interval(secs => %(s)s),
            prochaine_tentative_le = prochaine_tentative_le - make_interval(secs => %(s)s)
        """,
        s=seconds,
    )
    ask(
        url,
        """
        UPDATE relances.voie SET suspendue_jusqu_au = suspendue_jusqu_au - make_interval(secs => %(s)s),
            prochain_depart = prochain_depart - make_interval(secs => %(s)s)
        """,
        s=seconds,
    )
    # But for a reading that a test put there: it is not about balances.
    ask(
        url,
        """
        UPDATE relances.lecture_soldes SET lue_le = lue_le - make_interval(secs => %(s)s),
            complete_le = complete_le - make_interval(secs => %(s)s)
        WHERE lecture > 0
        """,
        s=seconds,
    )


def request(run_id: str = "passage-1", day: date = TODAY, **over: object) -> Request:
    """A run's request; what is not said is the Dag's default."""
    return Request.of(run_id, {**DEFAULTS, **over}, day)
