"""What the reports of every run are written with."""

from relances.orchestration.politique import plume, politique
from relances.orchestration.providers import chemin_of, explications
from relances.rules.errors import Blocked
from relances.rules.routing import Chemin
from relances.services.rapport import Wording
from relances_providers.provider_info import PROVIDERS, provider_named


def wording() -> Wording:
    """The policy and the words in force."""
    policy = politique()

    def chemin(fournisseur: str) -> Chemin:
        provider = provider_named(fournisseur)
        if provider is None:
            known = ", ".join(provider.name for provider in PROVIDERS)
            raise Blocked(
                f"fournisseur inconnu : {fournisseur} (connus : {known}) ; refaites la simulation",
                f"unknown provider (known: {known}); simulate again",
            )
        return chemin_of(provider, policy)

    return Wording(explications(), plume(policy), chemin)
