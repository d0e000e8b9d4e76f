"""One call to a provider, whatever happens in it, becomes one outcome."""

import logging
from typing import Final

from relances.rules.numeros import Refus
from relances.rules.outcomes import Acceptee, Inconnue, Issue, NonEnvoyee, Refusee, Reportee
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
from relances_providers.messaging import Message, Sender, Template

logger = logging.getLogger(__name__)

_SIGNALES: Final = {NumberState.UNREACHABLE: Refus.INJOIGNABLE, NumberState.OPTED_OUT: Refus.OPPOSITION}


class _Defect(Exception):
    """An error that no provider should raise, by the name of its type."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"erreur imprévue du fournisseur ({kind}) ; prévenez le développeur — a defect in the hook")


async def call(sender: Sender, claim: Claim, not_after: float) -> tuple[Issue, Exception | None]:
    """Send one relance; returns its outcome, and the error where it may concern more than this relance.

    An error outside the contract is a defect: the relance is in doubt, and the error comes back too.
    """
    template = Template(claim.modele, tuple(claim.variables)) if claim.modele else None
    try:
        receipt = await sender.send(Message(claim.telephone, claim.texte, not_after, template))
    except Rejected as error:
        return refused(error), None
    except OutcomeUnknown as error:
        return Inconnue(error.code, str(error)), error
    except TryLater as error:
        if error.fault is Fault.NOBODY:
            logger.warning("relance %s : %s", claim.relance_id, error)  # what to look up, where it came
        return put_off(error), error
    except Misconfigured as error:
        return NonEnvoyee(str(error)), error
    except Exception as error:
        # Its type alone: the text of an unknown error may hold a phone number.
        logger.error("relance %s : erreur imprévue du fournisseur (%s)", claim.relance_id, type(error).__name__)  # noqa: TRY400
        return Inconnue("erreur_interne", type(error).__name__), _Defect(type(error).__name__)
    return Acceptee(receipt.message_id), None


def refused(error: ProviderError) -> Refusee:
    """A refusal, and what it says of the number."""
    signale = _SIGNALES.get(error.number) if isinstance(error, Rejected) else None
    return Refusee(error.code, str(error), signale)


def put_off(error: TryLater) -> Reportee:
    asked = error.retry_after
    return Reportee(error.code, str(error), None if asked is None else float(asked))
