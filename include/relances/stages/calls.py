"""One call to a provider, whatever happens in it, becomes one outcome."""

import logging

from relances.rules.outcomes import Acceptee, Inconnue, Issue, NonEnvoyee, Refusee, Reportee
from relances.store.sending import Claim
from relances_providers.errors import Misconfigured, OutcomeUnknown, Rejected, TryLater
from relances_providers.messaging import Message, Sender

logger = logging.getLogger(__name__)


class _Defect(Exception):
    """An error that no provider should raise, by the name of its type."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"erreur imprévue du fournisseur ({kind}) ; prévenez le développeur — a defect in the hook")


async def call(sender: Sender, claim: Claim, not_after: float) -> tuple[Issue, Exception | None]:
    """Send one relance; returns its outcome, and the error where it may concern more than this relance.

    An error outside the contract is a defect: the relance is in doubt, and the error comes back too.
    """
    try:
        receipt = await sender.send(Message(claim.telephone, claim.texte, not_after))
    except Rejected as error:
        return Refusee(error.code, str(error)), None
    except OutcomeUnknown as error:
        return Inconnue(error.code, str(error)), error
    except TryLater as error:
        return Reportee(error.code, str(error), error.retry_after), error
    except Misconfigured as error:
        return NonEnvoyee(str(error)), error
    except Exception as error:
        # Its type alone: the text of an unknown error may hold a phone number.
        logger.error("relance %s : erreur imprévue du fournisseur (%s)", claim.relance_id, type(error).__name__)  # noqa: TRY400
        return Inconnue("erreur_interne", type(error).__name__), _Defect(type(error).__name__)
    return Acceptee(receipt.message_id), None
