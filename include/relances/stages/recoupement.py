"""Asks a provider that can tell, before a lot leaves, whether the first of its messages left already."""

import logging

import psycopg

from relances.rules.installation import stopped
from relances.store.database import explained
from relances.store.installation import Installation
from relances.store.lots import Lots
from relances.store.sending import Lot
from relances_providers.errors import ProviderError
from relances_providers.messaging import Sender, Sought

logger = logging.getLogger(__name__)


async def refuse_forgotten(sender: Sender, lot: Lot, relances: psycopg.Connection) -> None:
    """Blocked where the provider has a message that this database never sent; nobody sends from it any more.

    Lots are sent in the order of their relances: where one left from a database that was lost, the first did. A
    provider that cannot answer now does not keep the lot from leaving.
    """
    lots = Lots(relances)
    with explained("relances_db"):
        first = lots.first_untried(lot)
    if first is None:
        return
    try:
        candidates = await sender.find(Sought(first.telephone, first.texte, first.depuis, first.jusqu_a))
    except ProviderError as error:
        logger.info("%s ne dit pas ce qu'il a déjà : %s", lot.fournisseur, error)
        return
    alike = {candidate.message_id for candidate in candidates if candidate.same_text is not False}
    with explained("relances_db"):
        if not alike - lots.accounted_for(lot.fournisseur, alike, first.depuis):
            return
        motif = f"{lot.fournisseur} a déjà un message dont elle ne se souvient pas"
        Installation(relances).stop(motif)
    raise stopped(motif)
