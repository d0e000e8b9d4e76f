"""One test message, to one phone, for a person to see it arrive. It is no relance: nothing of it is kept."""

from datetime import UTC, datetime
from typing import Final

from relances_providers.discretion import mask
from relances_providers.errors import OutcomeUnknown, ProviderError
from relances_providers.messaging import Delivery, Finding, Message, MessagingHook, Progress, Sender, Sent, Verdict

_PROGRESS: Final = {
    Progress.ACCEPTED: "accepté, pas encore parti — accepted",
    Progress.SENT: "parti — sent",
    Progress.UNDELIVERED: "non remis — undelivered",
    Progress.DELIVERED: "remis — delivered",
    Progress.READ: "lu — read",
}


async def send_test(hook: MessagingHook, message: Message) -> list[Finding]:
    """Send the message, in one call, never again; then ask once what became of it, where the provider can tell."""
    try:
        async with hook.open() as sender:
            receipt = await sender.send(message)
            text = f"{receipt.message_id}, accepté pour {mask(message.to)} — accepted"
            accepted = Finding("message", Verdict.GOOD, text)
            if not hook.capabilities.can_follow:
                return [accepted]
            return [accepted, await _status(sender, Sent(receipt.message_id, datetime.now(UTC)))]
    except OutcomeUnknown as error:
        text = f"issue inconnue ; regardez le téléphone avant de recommencer : {error}"
        return [Finding("message", Verdict.BAD, text)]
    except ProviderError as error:
        return [Finding("message", Verdict.BAD, str(error))]


async def _status(sender: Sender, sent: Sent) -> Finding:
    try:
        deliveries = await sender.fetch_status([sent])
    except ProviderError as error:
        return Finding("statut", Verdict.UNSEEN, str(error))
    return _said(deliveries[0]) if deliveries else Finding("statut", Verdict.UNSEEN, "pas encore connu — not known yet")


def _said(delivery: Delivery) -> Finding:
    if delivery.failure is not None:
        return Finding("statut", Verdict.BAD, str(delivery.failure))
    return Finding("statut", Verdict.GOOD, _PROGRESS[delivery.progress])
