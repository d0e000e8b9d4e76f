"""One pass over what is not known: calls of dead workers, answers that never came, messages on their way."""

import asyncio
import logging
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import psycopg

from relances.rules.models import Statut
from relances.rules.politique import Envoi
from relances.services.comptes import Compte
from relances.services.incertaines import clear_doubts, quarantine
from relances.services.suivi import follow
from relances.services.upkeep import Upkeep
from relances.store.incertaines import Double, Incertaines
from relances.store.suivi import Suivi
from relances_providers.errors import ProviderError
from relances_providers.messaging import Gateway

logger = logging.getLogger(__name__)

_SECONDS: Final = 60.0  # for what the database alone decides


@dataclass(frozen=True, slots=True)
class Answered:
    """What the fournisseurs that could be asked made of doubts (``cleared``) and of messages (``followed``).

    ``comptes``: what they tell of themselves by that.
    """

    fournisseurs: list[str] = field(default_factory=list)
    cleared: Counter[Statut] = field(default_factory=Counter)
    followed: Counter[Statut] = field(default_factory=Counter)
    comptes: list[Compte] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Passe:
    """What a pass found that somebody has to hear of.

    ``doubles``: the calls by which relances were sent twice, until they are marked as told: there must be none.
    ``comptes``: those of the fournisseurs that told what became of messages.
    """

    doubles: list[Double]
    comptes: list[Compte]


def reconcile(relances: psycopg.Connection, hooks: Mapping[str, Gateway], envoi: Envoi, suivi_secondes: float) -> Passe:
    """Move what can be moved, by fournisseur. What nobody can tell ends in 408, as the tax office rules.

    A fournisseur that cannot be asked for now is asked by a later pass, until ``delai_incertitude`` is over.
    ``suivi_secondes``: how long each may be asked of its doubts, then what became of its messages. Several passes may
    run side by side, and one that was cut short is taken up by the next.
    """
    incertaines, upkeep = Incertaines(relances), Upkeep(_SECONDS)
    rescued = upkeep.all(incertaines.rescue)
    found = upkeep.all(incertaines.resolve_from_journal)
    asked = _ask_all(relances, hooks, envoi, suivi_secondes)
    closed = _close(incertaines, upkeep, hooks, envoi, asked)
    abandoned = upkeep.all(lambda nombre: incertaines.abandon(envoi.jours_suivi, nombre))
    expired = upkeep.all(lambda nombre: incertaines.expire(envoi.expiration_heures, nombre))
    followed = [name for name, hook in hooks.items() if hook.capabilities.can_follow]
    unheard = _give_up(Suivi(relances), upkeep, followed, envoi)
    doubles = incertaines.doubles()
    if doubles:
        logger.error("relances envoyées deux fois, prévenez le développeur — sent twice: %s", _ids(doubles))
    logger.info(
        "réconciliation : %s appels interrompus, %s retrouvés au journal, %s chez le fournisseur, "
        "%s à renvoyer, %s sans réponse (408), %s abandonnées, %s expirées",
        rescued,
        found,
        asked.cleared[Statut.ENVOYEE],
        asked.cleared[Statut.EN_ATTENTE],
        closed,
        abandoned,
        expired,
    )
    logger.info(
        "suivi : %s livrées, %s en échec, %s à renvoyer, %s restées sans nouvelle",
        asked.followed[Statut.LIVREE],
        asked.followed[Statut.ECHEC],
        asked.followed[Statut.EN_ATTENTE],
        unheard,
    )
    return Passe(doubles, asked.comptes)


def _ids(doubles: Iterable[Double]) -> list[int]:
    return sorted({double.relance_id for double in doubles})


def _ask_all(relances: psycopg.Connection, hooks: Mapping[str, Gateway], envoi: Envoi, seconds: float) -> Answered:
    asked = Answered()
    for fournisseur, hook in hooks.items():
        if hook.capabilities.can_find:
            try:
                asyncio.run(_ask(relances, fournisseur, hook, envoi, seconds=seconds, asked=asked))
            except ProviderError as error:
                logger.warning("%s ne peut être interrogé pour l'instant : %s", fournisseur, error)
    return asked


async def _ask(
    relances: psycopg.Connection,
    fournisseur: str,
    hook: Gateway,
    envoi: Envoi,
    *,
    seconds: float,
    asked: Answered,
) -> None:
    """Everything there is to ask a fournisseur, over one opening: a token each would be one too many for Zoom."""
    async with hook.open() as sender:
        asked.cleared.update(
            await clear_doubts(Incertaines(relances), fournisseur, hook, sender, envoi, seconds=seconds)
        )
        asked.fournisseurs.append(fournisseur)
        if hook.capabilities.can_follow:
            compte = Compte(relances, fournisseur, envoi.disjoncteur)
            asked.comptes.append(compte)
            await follow(Suivi(relances), compte, hook.limits, sender, envoi, seconds=seconds, moved=asked.followed)


def _close(
    incertaines: Incertaines, upkeep: Upkeep, hooks: Mapping[str, Gateway], envoi: Envoi, asked: Answered
) -> int:
    """End the doubts of which nobody can tell more."""
    closed = upkeep.all(
        lambda nombre: incertaines.close(envoi.delai_incertitude, nombre, interroges=asked.fournisseurs)
    )
    for fournisseur, hook in hooks.items():
        if not hook.capabilities.can_find:
            closed += _close_unasked(incertaines, upkeep, fournisseur, hook)
    return closed


def _close_unasked(incertaines: Incertaines, upkeep: Upkeep, fournisseur: str, hook: Gateway) -> int:
    """End the doubts that a fournisseur can never clear, as soon as their quarantine is over."""
    try:
        after = quarantine(hook)
    except ProviderError as error:
        logger.warning("%s : les envois sans réponse attendent : %s", fournisseur, error)
        return 0
    return upkeep.all(lambda nombre: incertaines.close(after, nombre, of=fournisseur))


def _give_up(suivi: Suivi, upkeep: Upkeep, fournisseurs: Iterable[str], envoi: Envoi) -> int:
    """Mark the messages that these fournisseurs are not asked of any more."""
    return sum(upkeep.all(partial(suivi.give_up, name, envoi.jours_suivi)) for name in fournisseurs)
