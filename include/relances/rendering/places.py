"""What a relance's statut is called, and the other places of a bilan: the one table of these words."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from relances.rules.bilan import A_RELANCER, EXCLUE, NON_TRAITEE


class Place(NamedTuple):
    """Its words for one, for several, and in English."""

    une: str
    plusieurs: str
    english: str


PLACES: Final[Mapping[str, Place]] = {
    A_RELANCER: Place("à relancer", "à relancer", "to remind"),
    "envoyee": Place("envoyée", "envoyées", "sent"),
    "livree": Place("livrée", "livrées", "delivered"),
    "en_attente": Place("en attente d'envoi", "en attente d'envoi", "waiting"),
    "en_cours": Place("en cours d'envoi", "en cours d'envoi", "in progress"),
    "incertaine": Place("incertaine", "incertaines", "in doubt"),
    "echec": Place("en échec", "en échec", "failed"),
    "annulee": Place("annulée", "annulées", "called off"),
    EXCLUE: Place("exclue", "exclues", "left out"),
    NON_TRAITEE: Place("NON TRAITÉE", "NON TRAITÉES", "NOT ACCOUNTED FOR"),
}
"""In the order of a report."""
