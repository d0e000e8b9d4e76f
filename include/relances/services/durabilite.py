"""Before anything is sent: does our database keep what it acknowledges?"""

from relances.services.installation import RELANCES, Installation
from relances.store import durabilite


def require_durable(installation: Installation) -> None:
    """Blocked, with the cause and the cure, where our database might lose what it acknowledged."""
    with installation.base(RELANCES) as one, installation.base(RELANCES) as other:
        durabilite.require_durable(RELANCES, one, other)
