"""The other canaux that relances may go on by, from the policy and the connections there are."""

from collections.abc import Mapping
from typing import Final

import psycopg

from relances.orchestration.politique import plume
from relances.orchestration.providers import chemin_of, elsewhere, known_provider
from relances.rules.models import Canal
from relances.rules.politique import Politique
from relances.services.repli import AutresCanaux, change_canaux
from relances_providers.messaging import MessagingHook

_SECONDS: Final = 30.0  # a pass has more to do


def reach_otherwise(relances: psycopg.Connection, hooks: Mapping[str, MessagingHook], policy: Politique) -> None:
    """Let relances go on by another canal where the policy wants it; ``hooks``: of the connections there are."""
    if not policy.envoi.repli.autre_canal:
        return
    chemins = {
        canal: tuple(
            chemin_of(known_provider(name), policy) for name in policy.envoi.fournisseurs(canal) if name in hooks
        )
        for canal in Canal
    }
    change_canaux(relances, AutresCanaux(plume(policy), chemins, elsewhere()), _SECONDS)
