"""The figures of alerts: quick to read, whatever the size of the tables."""

import psycopg

from relances.rules.alertes import Resume
from relances.store.database import query


class Alertes:
    """The figures that alerts quote, over one connection."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def expect_soon(self) -> None:
        """Have the session give up statements that last."""
        self._connection.execute(query("answer_soon"))

    def told(self, run_id: str) -> Resume | None:
        """What the report of a run told; None before it."""
        rows = self._connection.execute(query("told_of_run"), {"run_id": run_id}).fetchall()
        if not rows:
            return None
        return Resume(rows[0][0], {place: count for _, place, count in rows if place is not None})

    def waiting(self) -> dict[str, int]:
        """Relances that wait to be sent, by fournisseur."""
        return dict(self._connection.execute(query("count_waiting")).fetchall())
