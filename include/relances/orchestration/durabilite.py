"""Before anything is sent: does our database keep what it acknowledges?"""

from relances.orchestration.connections import RELANCES, database
from relances.store import durabilite


def require_durable() -> None:
    """Blocked, with the cause and the cure, where it might forget it."""
    with database(RELANCES) as one, database(RELANCES) as other:
        durabilite.require_durable(RELANCES, one, other)
