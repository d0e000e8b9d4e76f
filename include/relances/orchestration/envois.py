"""Stops all sending, and resumes it: what an officer does who sees something go wrong."""

import logging
from collections.abc import Sequence
from typing import Final

from relances.orchestration.connections import RELANCES, database
from relances.orchestration.providers import known_provider
from relances.rendering.markdown import compte
from relances.rules.fenetre import in_words
from relances.store.voies import Situation, list_voies, resume_voies, stop_voies
from relances_providers.provider_info import PROVIDERS

logger = logging.getLogger(__name__)

ARRETER: Final = "arreter"
REPRENDRE: Final = "reprendre"
VOIR: Final = "voir"


def run_action(action: str, fournisseur: str | None) -> None:
    """The task of the Dag: do it, and log how every lane is."""
    for line in act(action, fournisseur):
        logger.info("%s", line)


def act(action: str, fournisseur: str | None) -> list[str]:
    """Stop, resume or only look at the lane of a fournisseur, all of them where none is named; returns how they are.

    Blocked where there is no such fournisseur. What is being called ends; nothing more begins, within two seconds.
    """
    names = [provider.name for provider in PROVIDERS] if fournisseur is None else [known_provider(fournisseur).name]
    with database(RELANCES) as relances:
        if action == ARRETER:
            stop_voies(relances, names)
        elif action == REPRENDRE:
            resume_voies(relances, names)
        lines = _lines(list_voies(relances))
    if action == REPRENDRE:
        lines.append("les tâches d'envoi repartent dans la minute — sending tasks go on within a minute")
    return lines


def _lines(voies: Sequence[Situation]) -> list[str]:
    known = {voie.fournisseur: voie for voie in voies}
    return [f"{provider.name} : {_state(known.get(provider.name))}" for provider in PROVIDERS]


def _state(voie: Situation | None) -> str:
    if voie is None:
        return "n'a jamais servi — never used"
    waiting = compte(voie.en_attente, "relance en attente", "relances en attente")
    if voie.arretee_le is not None:
        return f"ARRÊTÉ depuis le {in_words(voie.arretee_le)} — stopped ; {waiting}"
    if voie.suspendue_jusqu_au is not None:
        return (
            f"en panne, suspendu jusqu'au {in_words(voie.suspendue_jusqu_au)} — in trouble ; {waiting} ; {voie.motif}"
        )
    if voie.motif is not None:
        return f"à l'essai après une panne — on trial after a trouble ; {waiting} ; {voie.motif}"
    pace = f", {voie.debit:.3g} départs par seconde" if voie.debit is not None else ""
    return f"ouvert{pace} — open ; {waiting}"
