"""One test message, to one phone, for a person to see it arrive. It is no relance: nothing of it is kept."""

from datetime import UTC, datetime
from typing import Final

from relances.rules.errors import Blocked
from relances.rules.numeros import Refus, candidats, destination
from relances.rules.numeros_cellule import why_not
from relances.services.installation import Installation
from relances.services.numeros import by_policy
from relances_providers.discretion import mask
from relances_providers.errors import OutcomeUnknown, ProviderError
from relances_providers.form import TEST_NUMBER
from relances_providers.messaging import Delivery, Finding, Gateway, Message, Progress, Sender, Sent, Verdict
from relances_providers.provider_info import provider_named

TEXT: Final = "Message de test de Relances. Ne pas répondre."
_WHY: Final = {
    Refus.ABSENT: "ce n'est pas un numéro de téléphone",
    Refus.HORS_REGION: "il est d'un pays que ce fournisseur n'atteint pas ; choisissez-en un autre",
}
_PROGRESS: Final = {
    Progress.ACCEPTED: "accepté, pas encore parti — accepted",
    Progress.SENT: "parti — sent",
    Progress.UNDELIVERED: "non remis — undelivered",
    Progress.DELIVERED: "remis — delivered",
    Progress.READ: "lu — read",
}


def message_to_test_number(installation: Installation, fournisseur: str, texte: str) -> Message:
    """A message to the number that the connection of this fournisseur keeps. Blocked where it keeps none."""
    hook = installation.hook(fournisseur)
    number = hook.test_number
    if number is None:
        raise Blocked(
            f"la connexion {hook.conn_id} n'a pas de numéro de test ; donnez-le dans Admin → Connections, « Numéro des "
            f"messages de test » ({TEST_NUMBER}), ou tapez relances envoyer-test --fournisseur {fournisseur}",
            "the connection has no test number",
        )
    return message_of(installation, fournisseur, number, texte)


def message_of(installation: Installation, fournisseur: str, telephone: str, texte: str) -> Message:
    """A message to this number by this fournisseur. Blocked where the number or the text is none to send."""
    provider = provider_named(fournisseur)
    countries = provider.countries if provider is not None else frozenset()
    if len(candidats(telephone)) > 1:
        raise Blocked("un message de test va à un seul numéro : donnez-en un", "a test message goes to one number")
    verdict = by_policy(destination(telephone, countries), installation.politique())
    if isinstance(verdict, Refus):
        why = _WHY.get(verdict) or why_not(telephone, verdict)
        raise Blocked(f"{fournisseur} n'envoie pas à ce numéro : {why}", "the provider does not send to this number")
    if not texte.strip():
        raise Blocked("le texte est vide", "the text is empty")
    return Message(verdict.chiffres, texte.strip())


async def send_test(hook: Gateway, message: Message) -> list[Finding]:
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
