"""Airflow's pools, as it takes them: one for each fournisseur, which bounds the lots that are sent at once."""

from typing import Final

from relances_providers.provider_info import PROVIDERS

POOLS: Final[dict[str, dict[str, str | int | None]]] = {
    provider.name: {
        "slots": provider.lots_at_once,
        "description": provider.pool_description,
        "include_deferred": False,
    }
    for provider in PROVIDERS
}
"""By their names; one that the operator has stays as it is."""
