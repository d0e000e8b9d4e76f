"""Asks a provider that can tell, before a lot leaves, whether the first of its messages left already."""

import logging
from typing import Final

import psycopg

from relances.rules.restauration import stopped
from relances.store.lots import Lots
from relances.store.restauration import Marque
from relances.store.sending import Lot
from relances_providers.errors import ProviderError
from relances_providers.messaging import Sender, Sought

logger = logging.getLogger(__name__)

_PROBED: Final = 3  # relances of a lot


async def refuse_forgotten(sender: Sender, lot: Lot, relances: psycopg.Connection) -> None:
    """Blocked where the provider has the very message that this database never sent; nobody sends from it any more.

    Lots are sent in the order of their relances: where some left from a database that was lost, the first did. A
    provider that cannot answer now does not keep the lot from leaving, nor does a message that may be another's.
    """
    lots = Lots(relances)
    untried = lots.first_untried(lot, _PROBED)
    for each in untried:
        try:
            candidates = await sender.find(Sought(each.telephone, each.texte, each.depuis, each.jusqu_a))
        except ProviderError as error:
            logger.info("%s ne dit pas ce qu'il a déjà : %s", lot.fournisseur, error)
            return
        alike = {candidate.message_id for candidate in candidates if candidate.same_text}
        if not alike - lots.accounted_for(lot.fournisseur, alike, each.depuis):
            continue
        motif = f"{lot.fournisseur} a déjà un message dont elle ne se souvient pas"
        Marque(relances).stop(motif)
        raise stopped(motif)
