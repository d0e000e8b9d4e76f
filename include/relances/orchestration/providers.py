"""The fournisseurs of this installation, for what is not a service yet."""

from relances.orchestration.installation import installation
from relances.rules.causes import Explications
from relances.rules.models import Canal, Chemin
from relances.rules.politique import Politique
from relances.services import fournisseurs
from relances.services.fournisseurs import elsewhere, hook_of, known_provider
from relances_providers.messaging import MessagingHook
from relances_providers.provider_info import Provider

__all__ = [
    "chemin_of", "chemins", "connected", "elsewhere", "explications", "hook_of", "is_connected", "known_provider",
]  # fmt: skip


def is_connected(hook: MessagingHook) -> bool:
    """Whether the hook's connection exists."""
    return hook.is_connected


def connected() -> dict[str, MessagingHook]:
    """The hook of every fournisseur whose connection exists."""
    return installation().connectes()


def chemins(canal: Canal, fournisseur: str | None, politique: Politique) -> tuple[Chemin, ...]:
    """The fournisseurs that may send on a canal, the preferred first."""
    return fournisseurs.chemins(installation(), canal, fournisseur, politique)


def chemin_of(provider: Provider, politique: Politique) -> Chemin:
    """The chemin of a provider."""
    return fournisseurs.chemin_of(installation(), provider, politique)


def explications() -> Explications:
    """What the codes of each fournisseur mean."""
    return fournisseurs.explications(installation())
