"""The demonstration writes to nobody: its taxpayers are invented, but their numbers may be someone's."""

from typing import Final
from urllib.parse import urlsplit

from relances.rules.errors import Blocked
from relances.services.installation import Installation
from relances_providers.messaging import Gateway

_SIMULATORS: Final = frozenset({"127.0.0.1", "localhost", "::1", "simulateurs"})  # this machine, or Compose's service


def refuse_real_provider(installation: Installation, hook: Gateway) -> None:
    """In the demonstration, Blocked unless every address of the connection is a simulator's."""
    if not installation.demonstration:
        return
    for field, address in hook.addresses.items():
        if urlsplit(address).hostname not in _SIMULATORS:
            raise Blocked(
                f"la démonstration n'écrit qu'aux simulateurs : {field} de la connexion {hook.conn_id} mène à un vrai "
                "serveur ; donnez vos bases et vos fournisseurs dans .env, puis relancez make up",
                "the demonstration only writes to its simulators: put your databases and providers in .env",
            )
