"""One call to a provider: whatever happens in it is one answer, and one row to write."""

import logging
import random
from collections.abc import Callable
from typing import Final, TypeAlias, assert_never

from relances.rules.codes import Cause
from relances.rules.numeros import Refus
from relances.rules.outcomes import Reglement, accepted, not_sent, put_off, refused, unknown
from relances.rules.politique import Envoi
from relances.store.sending import Claim
from relances_providers.errors import (
    Fault,
    Misconfigured,
    NumberState,
    OutcomeUnknown,
    ProviderError,
    Rejected,
    TryLater,
)
from relances_providers.messaging import Message, Receipt, Sender, Template

logger = logging.getLogger(__name__)

_SIGNALES: Final = {NumberState.UNREACHABLE: Refus.INJOIGNABLE, NumberState.OPTED_OUT: Refus.OPPOSITION}


class Defect(Exception):
    """An error that no provider should raise. ``kind``: its type, for its text may hold a phone number."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"erreur imprévue du fournisseur ({kind}) ; prévenez le développeur — a defect in the hook")
        self.kind = kind


Answer: TypeAlias = Receipt | ProviderError | Defect
"""What one call came to, in the words of the providers' contract; a defect leaves it in doubt."""


async def call(sender: Sender, claim: Claim, not_after: float) -> Answer:
    """Send one relance; ``not_after``: monotonic seconds from which it must not begin."""
    template = Template(claim.modele, tuple(claim.variables)) if claim.modele else None
    try:
        return await sender.send(Message(claim.telephone, claim.texte, not_after, template))
    except ProviderError as error:
        if isinstance(error, TryLater) and error.fault is Fault.NOBODY:
            logger.warning("relance %s : %s", claim.relance_id, error)  # what to look up, where it came
        return error
    except Exception as error:
        defect = Defect(type(error).__name__)
        logger.error("relance %s : %s", claim.relance_id, defect)  # noqa: TRY400 - its traceback may hold a number
        return defect


def settle(answer: Answer, essai: int, envoi: Envoi, *, jitter: Callable[[], float] = random.random) -> Reglement:
    """The row that the answer to attempt ``essai`` makes."""
    match answer:
        case Receipt(message_id):
            return accepted(message_id)
        case Misconfigured():
            return not_sent(str(answer))
        case Defect():
            return unknown(Cause.ERREUR_INTERNE, answer.kind)
        case OutcomeUnknown():
            return unknown(answer.code, str(answer))
        case ProviderError():
            return failed(answer, essai, envoi, jitter=jitter)
        case _:
            assert_never(answer)


def failed(error: ProviderError, essai: int, envoi: Envoi, *, jitter: Callable[[], float] = random.random) -> Reglement:
    """The row of a failure that is known to be one: put off, or over."""
    if isinstance(error, TryLater):
        return put_off(error.code, str(error), error.retry_after, essai, envoi, jitter=jitter)
    signale = _SIGNALES.get(error.number) if isinstance(error, Rejected) else None
    return refused(error.code, str(error), signale)
