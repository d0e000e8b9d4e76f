"""The policy in force, for what is not a service yet."""

from relances.orchestration.installation import installation
from relances.rules.politique import Politique


def politique() -> Politique:
    """The file that the environment names, else the product's own."""
    return installation().politique()
