"""Examines what we take of a database whose guests we are: the longest of ours, and who waits for whom."""

import psycopg

from relances.services.diagnostic_values import Diagnostic
from relances.store.diagnostic_occupation import occupation
from relances_providers.messaging import Verdict


def diagnose_occupation(conn_id: str, connection: psycopg.Connection) -> Diagnostic:
    """Bad only where somebody waits behind us."""
    seen = occupation(connection)
    if seen.genante is not None:
        verdict = Verdict.BAD
    elif seen.inactives or any(ours.devant for ours in seen.ours):
        verdict = Verdict.UNSEEN
    else:
        verdict = Verdict.GOOD
    return Diagnostic(conn_id, "occupation", verdict, seen)
