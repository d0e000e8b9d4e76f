"""What the reports of every run are written with."""

from relances.orchestration.politique import plume, politique
from relances.orchestration.providers import explications, way_of
from relances.rules.errors import Blocked
from relances.rules.routing import Voie
from relances.services.rapport import Wording
from relances_providers.provider_info import PROVIDERS, provider_named


def wording() -> Wording:
    """The policy and the words in force."""
    policy = politique()

    def voie_of(fournisseur: str) -> Voie:
        provider = provider_named(fournisseur)
        if provider is None:
            known = ", ".join(provider.name for provider in PROVIDERS)
            raise Blocked(
                f"fournisseur inconnu : {fournisseur} (connus : {known}) ; refaites la simulation",
                f"unknown provider (known: {known}); simulate again",
            )
        return way_of(provider, policy)

    return Wording(explications(), plume(policy), voie_of)
