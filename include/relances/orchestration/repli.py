"""The other ways that relances may go on by, from the policy and the connections there are."""

from collections.abc import Mapping
from typing import Final

import psycopg

from relances.orchestration.politique import plume
from relances.orchestration.providers import chemin_of, elsewhere, known_provider
from relances.rules.models import Canal
from relances.rules.politique import Politique
from relances.services import repli
from relances_providers.messaging import MessagingHook

_SECONDS: Final = 30.0  # a pass has more to do


def change_ways(relances: psycopg.Connection, hooks: Mapping[str, MessagingHook], policy: Politique) -> None:
    """Let relances go on by another way where the policy wants it; ``hooks``: of the connections there are."""
    wanted = policy.envoi.repli
    if not (wanted.autre_fournisseur or wanted.autre_canal):
        return
    chemins = {
        canal: tuple(
            chemin_of(known_provider(name), policy) for name in policy.envoi.fournisseurs(canal) if name in hooks
        )
        for canal in Canal
    }
    pays = {name: known_provider(name).countries for canal in Canal for name in policy.envoi.fournisseurs(canal)}
    repli.change_ways(relances, repli.AutresChemins(plume(policy), chemins, pays, elsewhere()), _SECONDS)
