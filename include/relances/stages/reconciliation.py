"""Clears what is not known: calls of dead workers, answers that never came."""

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

import psycopg

from relances.rules.afterwards import Piste, clear
from relances.rules.models import Statut
from relances.rules.policy import Envoi
from relances.store.database import explained
from relances.store.doubts import Doubt, Doubts
from relances_providers.errors import ProviderError
from relances_providers.messaging import Limits, MessagingHook, Sought

logger = logging.getLogger(__name__)

_SECONDS_OF_QUESTIONS: Final = 10  # at the connection's rate: how long a pass asks a provider, roughly
_FEWEST_QUESTIONS: Final = 20  # a rate for sending may be far below that for asking: Twilio's sandbox
_Answers: TypeAlias = Sequence[tuple[Doubt, Sequence[Piste]]]


def quarantine(hook: MessagingHook) -> float:
    """Seconds a doubt stays open: the call may still last, and be seen late by a look-up. Raises Misconfigured."""
    return hook.limits.longest_call + hook.capabilities.visibility_delay


def questions(limits: Limits) -> int:
    """How many messages a pass asks a provider of, at most."""
    return max(_FEWEST_QUESTIONS, int(limits.rate_per_second * _SECONDS_OF_QUESTIONS))


def reconcile(relances: psycopg.Connection, hooks: Mapping[str, MessagingHook], envoi: Envoi) -> None:
    """Move what can be moved, by fournisseur. What nobody can tell ends in 408, as the tax office rules.

    A fournisseur that cannot be asked for now is asked by a later pass, until ``delai_incertitude`` is over.
    """
    with explained("relances_db"):
        doubts = Doubts(relances)
        rescued = doubts.rescue()
        found = doubts.resolve_from_journal()
        cleared, closed = Counter[Statut](), 0
        for fournisseur, hook in hooks.items():
            try:
                if hook.capabilities.can_find:
                    cleared.update(_clear(doubts, fournisseur, hook, envoi))
                else:
                    closed += doubts.close(quarantine(hook), fournisseur)
            except ProviderError as error:
                logger.warning("%s ne peut être interrogé pour l'instant : %s", fournisseur, error)
        closed += doubts.close(envoi.delai_incertitude)
    logger.info(
        "réconciliation : %s appels interrompus, %s retrouvés au journal, %s chez le fournisseur, "
        "%s à renvoyer, %s sans réponse (408)",
        rescued,
        found,
        cleared[Statut.ENVOYEE],
        cleared[Statut.EN_ATTENTE],
        closed,
    )


def _clear(doubts: Doubts, fournisseur: str, hook: MessagingHook, envoi: Envoi) -> list[Statut]:
    """Ask a fournisseur of its doubts; returns the states they moved to."""
    open_ = doubts.to_ask(fournisseur, quarantine(hook), questions(hook.limits))
    if not open_:
        return []
    answers = asyncio.run(_look_up(hook, doubts, open_))
    with doubts.clearing(fournisseur, min(doubt.depuis for doubt in open_)) as clearing:
        known = clearing.known({piste.reference for _, pistes in answers for piste in pistes})
        verdicts = [(doubt, clear(pistes, known, doubt.numero, envoi)) for doubt, pistes in answers]
        return clearing.write([(doubt, verdict) for doubt, verdict in verdicts if verdict is not None])


async def _look_up(hook: MessagingHook, doubts: Doubts, open_: Sequence[Doubt]) -> _Answers:
    """What the provider has for each doubt. The first failure ends the asking; the rest is for the next pass."""
    answers: list[tuple[Doubt, Sequence[Piste]]] = []
    async with hook.open() as sender:
        for doubt in open_:
            doubts.mark_asked(doubt)
            try:
                candidates = await sender.find(Sought(doubt.telephone, doubt.texte, doubt.depuis, doubt.jusqu_a))
            except ProviderError as error:
                logger.warning("relance %s : recherche impossible pour l'instant : %s", doubt.relance_id, error)
                break
            answers.append((doubt, [Piste(found.message_id, found.same_text) for found in candidates]))
    return answers
