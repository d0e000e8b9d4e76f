"""Asks the providers that can tell what became of the messages they accepted."""

from collections import Counter
from collections.abc import Sequence
from time import monotonic
from typing import Final, assert_never

from relances.rules.afterwards import delivered, kept_back, undelivered
from relances.rules.models import Statut
from relances.rules.outcomes import Reglement, Reportee
from relances.rules.politique import Envoi
from relances.sending.calls import put_off, refused
from relances.services.comptes import Compte
from relances.store.suivi import Suivi, Suivie
from relances_providers.errors import Misconfigured, ProviderError, TryLater
from relances_providers.messaging import Delivery, Limits, Progress, Sender, Sent

_PAUSE: Final = 600.0  # seconds between two questions about one message
_MOST_AT_ONCE: Final = 10_000  # messages, where a list tells of many
_FEWEST_AT_ONCE: Final = 20  # a rate for sending may be far below that for asking: Twilio's sandbox


async def follow(
    suivi: Suivi,
    compte: Compte,
    limits: Limits,
    sender: Sender,
    envoi: Envoi,
    *,
    seconds: float,
    moved: Counter[Statut],
) -> None:
    """Ask of every message that is due, the longest unasked first, for so many ``seconds`` or a little longer.

    Counts in ``moved`` the states that relances moved to, and tells ``compte`` what the news say of it. Nothing waits
    for a delivery: what is still on its way, and what this pass did not come to, the next passes ask of, during
    ``jours_suivi``. Raises TryLater or Misconfigured.
    """
    until = monotonic() + seconds
    remaining = seconds
    while suivies := suivi.take(compte.fournisseur, envoi.jours_suivi, _PAUSE, _at_once(limits, remaining)):
        of = {relance.reference: relance for relance in suivies}
        news = await sender.fetch_status([Sent(relance.reference, relance.envoyee_le) for relance in suivies])
        known = [(of[delivery.message_id], delivery) for delivery in news if delivery.message_id in of]
        outcomes = [(relance, _outcome(delivery, relance, envoi)) for relance, delivery in known]
        compte.blame([(relance.envoyee_le, fault) for relance, fault in _faults(known)])
        moved.update(suivi.write([(relance, outcome) for relance, outcome in outcomes if outcome is not None]))
        compte.clear([relance.envoyee_le for relance, delivery in known if delivery.progress >= Progress.DELIVERED])
        remaining = until - monotonic()
        if remaining <= 0:
            return


def _at_once(limits: Limits, seconds: float) -> int:
    """How many messages to take: no more than can be asked of one by one in the time that is left."""
    return min(_MOST_AT_ONCE, max(_FEWEST_AT_ONCE, int(limits.rate_per_second * seconds)))


def _faults(news: Sequence[tuple[Suivie, Delivery]]) -> list[tuple[Suivie, Misconfigured]]:
    return [(relance, told.failure) for relance, told in news if isinstance(told.failure, Misconfigured)]


def _outcome(delivery: Delivery, relance: Suivie, envoi: Envoi) -> Reglement | None:
    """What the news makes of the relance; None while the message is on its way."""
    match delivery.progress:
        case Progress.ACCEPTED | Progress.SENT:
            return None
        case Progress.DELIVERED | Progress.READ:
            return delivered()
        case Progress.UNDELIVERED:
            return _undelivered(delivery.failure, relance, envoi)
        case _:
            assert_never(delivery.progress)


def _undelivered(error: ProviderError | None, relance: Suivie, envoi: Envoi) -> Reglement:
    """Whose fault it was decides: the account's sends it back, what nobody explains is tried again by rule."""
    match error:
        case None:
            unexplained = Reportee("non_livree", "non livrée, sans raison donnée", None)
            return undelivered(unexplained, relance.essai, envoi)
        case Misconfigured():
            return kept_back(error.code, str(error), relance.numero - relance.essai, envoi)
        case TryLater():
            return undelivered(put_off(error), relance.essai, envoi)
        case _:
            # An outcome that stays unknown ends here too: it is never sent again.
            return undelivered(refused(error), relance.essai, envoi)
