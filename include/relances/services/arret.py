"""Stops all sending, and resumes it: what an officer does who sees something go wrong."""

from relances.rules.arret import Action, Situation
from relances.services.fournisseurs import known_provider
from relances.services.installation import RELANCES, Installation
from relances.store.voies import list_voies, resume_voies, stop_voies
from relances_providers.provider_info import PROVIDERS


def act(installation: Installation, action: Action, fournisseur: str | None = None) -> dict[str, Situation | None]:
    """Stop, resume or only look at the voie of a fournisseur, all of them where none is named.

    Returns how the voie of every fournisseur is; None where it was never used. Blocked where there is no such
    fournisseur. What is being called ends; nothing more begins, within two seconds.
    """
    names = [provider.name for provider in PROVIDERS] if fournisseur is None else [known_provider(fournisseur).name]
    with installation.base(RELANCES) as relances:
        match action:
            case Action.ARRETER:
                stop_voies(relances, names)
            case Action.REPRENDRE:
                resume_voies(relances, names)
            case Action.VOIR:
                pass
        found = {voie.fournisseur: voie for voie in list_voies(relances)}
    return {provider.name: found.get(provider.name) for provider in PROVIDERS}
