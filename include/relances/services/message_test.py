"""One test message, to one phone, for a person to see it arrive. It is no relance: nothing of it is kept."""

from datetime import UTC, datetime
from typing import Final

from relances.rules.diagnostic import Accepte, IssueInconnue, SansNouvelle
from relances.rules.errors import Blocked
from relances.rules.numeros import Refus, candidats, destination
from relances.rules.numeros_cellule import why_not
from relances.services.diagnostic_values import Diagnostic, Dit
from relances.services.installation import Installation
from relances.services.numeros import by_policy
from relances_providers.discretion import mask
from relances_providers.errors import OutcomeUnknown, ProviderError
from relances_providers.form import TEST_NUMBER
from relances_providers.messaging import Gateway, Message, Sender, Sent, Verdict
from relances_providers.provider_info import provider_named

TEXT: Final = "Message de test de Relances. Ne pas répondre."
_WHY: Final = {
    Refus.ABSENT: "ce n'est pas un numéro de téléphone",
    Refus.HORS_REGION: "il est d'un pays que ce fournisseur n'atteint pas ; choisissez-en un autre",
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


async def send_test(hook: Gateway, message: Message) -> list[Diagnostic]:
    """Send the message, in one call, never again; then ask once what became of it, where the provider can tell."""
    try:
        async with hook.open() as sender:
            receipt = await sender.send(message)
            fait = Accepte(receipt.message_id, mask(message.to))
            accepted = Diagnostic(hook.conn_id, "message", Verdict.GOOD, fait)
            if not hook.capabilities.can_follow:
                return [accepted]
            verdict, known = await _status(sender, Sent(receipt.message_id, datetime.now(UTC)))
            return [accepted, Diagnostic(hook.conn_id, "statut", verdict, known)]
    except OutcomeUnknown as error:
        return [Diagnostic(hook.conn_id, "message", Verdict.BAD, IssueInconnue(str(error)))]
    except ProviderError as error:
        return [Diagnostic(hook.conn_id, "message", Verdict.BAD, str(error))]


async def _status(sender: Sender, sent: Sent) -> tuple[Verdict, Dit]:
    try:
        deliveries = await sender.fetch_status([sent])
    except ProviderError as error:
        return Verdict.UNSEEN, str(error)
    if not deliveries:
        return Verdict.UNSEEN, SansNouvelle()
    [delivery, *_] = deliveries
    if delivery.failure is not None:
        return Verdict.BAD, str(delivery.failure)
    return Verdict.GOOD, delivery.progress
