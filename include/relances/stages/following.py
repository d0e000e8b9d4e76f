"""Asks the providers that can tell what became of the messages they accepted."""

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final, assert_never

import psycopg

from relances.rules.afterwards import delivered, undelivered
from relances.rules.models import Statut
from relances.rules.outcomes import Refusee, Reglement, Reportee
from relances.rules.policy import Envoi
from relances.stages.calls import put_off, refused
from relances.stages.reconciliation import questions
from relances.store.database import explained
from relances.store.following import Followed, Following
from relances_providers.errors import ProviderError, TryLater
from relances_providers.messaging import Delivery, MessagingHook, Progress, Sent

logger = logging.getLogger(__name__)

_PAUSE: Final = 600.0  # seconds between two questions about one message


def follow(relances: psycopg.Connection, hooks: Mapping[str, MessagingHook], envoi: Envoi) -> None:
    """Ask once of some messages, the longest unasked first, and write what is new of them.

    Nothing waits for a delivery: what is still on its way, and what this pass did not come to, the next passes ask
    of, whichever run makes them, during ``jours_suivi``.
    """
    moved = Counter[Statut]()
    for fournisseur, hook in hooks.items():
        if hook.capabilities.can_follow:
            try:
                moved.update(_follow(relances, fournisseur, hook, envoi))
            except ProviderError as error:
                logger.warning("%s ne dit rien pour l'instant de ses messages : %s", fournisseur, error)
    logger.info(
        "suivi : %s livrées, %s en échec, %s à renvoyer",
        moved[Statut.LIVREE],
        moved[Statut.ECHEC],
        moved[Statut.EN_ATTENTE],
    )


def _follow(relances: psycopg.Connection, fournisseur: str, hook: MessagingHook, envoi: Envoi) -> list[Statut]:
    with explained("relances_db"):
        following = Following(relances)
        followed = following.take(fournisseur, envoi.jours_suivi, _PAUSE, questions(hook.limits))
        if not followed:
            return []
        of = {relance.reference: relance for relance in followed}
        news = asyncio.run(_ask(hook, followed))
        known = [(of[delivery.message_id], delivery) for delivery in news if delivery.message_id in of]
        outcomes = [(relance, _outcome(delivery, relance.numero, envoi)) for relance, delivery in known]
        return following.write([(relance, outcome) for relance, outcome in outcomes if outcome is not None])


async def _ask(hook: MessagingHook, followed: Sequence[Followed]) -> list[Delivery]:
    async with hook.open() as sender:
        return await sender.fetch_status([Sent(relance.reference, relance.envoyee_le) for relance in followed])


def _outcome(delivery: Delivery, numero: int, envoi: Envoi) -> Reglement | None:
    """What the news makes of the relance; None while the message is on its way."""
    match delivery.progress:
        case Progress.ACCEPTED | Progress.SENT:
            return None
        case Progress.DELIVERED | Progress.READ:
            return delivered()
        case Progress.UNDELIVERED:
            return undelivered(_failure(delivery.failure), numero, envoi)
        case _:
            assert_never(delivery.progress)


def _failure(error: ProviderError | None) -> Refusee | Reportee:
    match error:
        case None:
            return Refusee("non_livree", "non livrée, sans raison donnée")
        case TryLater():
            return put_off(error)
        case _:
            return refused(error)
