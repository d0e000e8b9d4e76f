"""Asks a provider of the messages in doubt: found again, proved absent, or still in doubt."""

import logging
from collections.abc import Sequence, Set
from time import monotonic
from typing import Final, TypeAlias

from relances.rules.afterwards import Piste, clear
from relances.rules.models import Statut
from relances.rules.outcomes import Reglement
from relances.rules.politique import Envoi
from relances.store.incertaines import Incertaine, Incertaines
from relances_providers.errors import ProviderError
from relances_providers.messaging import Gateway, Sender, Sought

logger = logging.getLogger(__name__)

_AT_ONCE: Final = 20  # doubts asked of, one by one, before what was learnt is written
_BETWEEN_QUESTIONS: Final = 30.0  # seconds between two about one doubt: several runs look for it every few seconds
_Answers: TypeAlias = Sequence[tuple[Incertaine, Sequence[Piste]]]


def quarantine(hook: Gateway) -> float:
    """Seconds a doubt stays open: the call may still last, and be seen late by a look-up. Raises Misconfigured."""
    return hook.limits.longest_call + hook.capabilities.visibility_delay


async def clear_doubts(
    incertaines: Incertaines, fournisseur: str, hook: Gateway, sender: Sender, envoi: Envoi, *, seconds: float
) -> list[Statut]:
    """Ask a fournisseur of each of its doubts once, for so many ``seconds`` or a little longer.

    Returns the states they moved to. Raises Misconfigured. Nothing found proves something from ``delai_absence`` on,
    of the account that the call went to: a call may wait on its way, and another account does not see it.
    """
    compte, begun, moved = hook.account, monotonic(), list[Statut]()
    until = begun + seconds
    while True:
        unasked = max(_BETWEEN_QUESTIONS, monotonic() - begun)
        open_ = incertaines.to_ask(fournisseur, quarantine(hook), envoi.delai_absence, unasked, _AT_ONCE)
        if not open_:
            return moved
        answers = await _look_up(sender, incertaines, open_, until)
        with incertaines.clearing(fournisseur, min(incertaine.depuis for incertaine in open_)) as clearing:
            known = clearing.known({piste.reference for _, pistes in answers for piste in pistes})
            verdicts = [
                (incertaine, _verdict(incertaine, pistes, known, compte, envoi)) for incertaine, pistes in answers
            ]
            moved += clearing.write([(incertaine, verdict) for incertaine, verdict in verdicts if verdict is not None])
        if len(answers) < len(open_) or monotonic() >= until:
            return moved


def _verdict(
    incertaine: Incertaine, pistes: Sequence[Piste], known: Set[str], compte: str, envoi: Envoi
) -> Reglement | None:
    prouvable = incertaine.age >= envoi.delai_absence and incertaine.compte == compte
    return clear(pistes, known, incertaine.essai, envoi, prouvable=prouvable)


async def _look_up(sender: Sender, incertaines: Incertaines, open_: Sequence[Incertaine], until: float) -> _Answers:
    """What the provider has for each doubt. The first failure ends the asking, as does the time, once one was asked of.

    The rest is for the next pass.
    """
    answers: list[tuple[Incertaine, Sequence[Piste]]] = []
    for incertaine in open_:
        incertaines.mark_asked(incertaine)
        try:
            candidates = await sender.find(
                Sought(incertaine.telephone, incertaine.texte, incertaine.depuis, incertaine.jusqu_a)
            )
        except ProviderError as error:
            logger.warning("relance %s : recherche impossible pour l'instant : %s", incertaine.relance_id, error)
            break
        answers.append((incertaine, [Piste(found.message_id, found.same_text) for found in candidates]))
        if monotonic() >= until:
            break
    return answers
