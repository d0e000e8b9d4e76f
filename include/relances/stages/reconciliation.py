"""One pass over what is not known: calls of dead workers, answers that never came, messages on their way."""

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping

import psycopg

from relances.rules.models import Statut
from relances.rules.policy import Envoi
from relances.stages.clearing import clear_doubts, quarantine
from relances.stages.following import follow
from relances.store.database import explained
from relances.store.doubts import Doubts
from relances.store.following import Following
from relances_providers.errors import ProviderError
from relances_providers.messaging import MessagingHook

logger = logging.getLogger(__name__)


def reconcile(
    relances: psycopg.Connection, hooks: Mapping[str, MessagingHook], envoi: Envoi, suivi_secondes: float
) -> None:
    """Move what can be moved, by fournisseur. What nobody can tell ends in 408, as the tax office rules.

    A fournisseur that cannot be asked for now is asked by a later pass, until ``delai_incertitude`` is over.
    ``suivi_secondes``: how long each may be asked what became of its messages.
    """
    with explained("relances_db"):
        doubts = Doubts(relances)
        rescued = doubts.rescue()
        found = doubts.resolve_from_journal()
        cleared, followed, closed = Counter[Statut](), Counter[Statut](), 0
        for fournisseur, hook in hooks.items():
            try:
                if hook.capabilities.can_find:
                    asking = _ask(
                        relances,
                        fournisseur,
                        hook,
                        envoi,
                        suivi_secondes=suivi_secondes,
                        cleared=cleared,
                        followed=followed,
                    )
                    asyncio.run(asking)
                else:
                    closed += doubts.close(quarantine(hook), fournisseur)
            except ProviderError as error:
                logger.warning("%s ne peut être interrogé pour l'instant : %s", fournisseur, error)
        closed += doubts.close(envoi.delai_incertitude)
        abandoned = doubts.abandon(envoi.jours_suivi)
        expired = doubts.expire(envoi.expiration_heures)
        doubles = doubts.doubles()
    if doubles:
        logger.error("relances envoyées deux fois, prévenez le développeur — sent twice: %s", doubles)
    logger.info(
        "réconciliation : %s appels interrompus, %s retrouvés au journal, %s chez le fournisseur, "
        "%s à renvoyer, %s sans réponse (408), %s abandonnées, %s expirées",
        rescued,
        found,
        cleared[Statut.ENVOYEE],
        cleared[Statut.EN_ATTENTE],
        closed,
        abandoned,
        expired,
    )
    logger.info(
        "suivi : %s livrées, %s en échec, %s à renvoyer",
        followed[Statut.LIVREE],
        followed[Statut.ECHEC],
        followed[Statut.EN_ATTENTE],
    )


async def _ask(
    relances: psycopg.Connection,
    fournisseur: str,
    hook: MessagingHook,
    envoi: Envoi,
    *,
    suivi_secondes: float,
    cleared: Counter[Statut],
    followed: Counter[Statut],
) -> None:
    """Everything there is to ask a fournisseur, over one opening: a token each would be one too many for Zoom."""
    async with hook.open() as sender:
        cleared.update(await clear_doubts(Doubts(relances), fournisseur, hook, sender, envoi))
        if hook.capabilities.can_follow:
            following = Following(relances)
            await follow(following, fournisseur, hook.limits, sender, envoi, seconds=suivi_secondes, moved=followed)
