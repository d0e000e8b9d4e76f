"""A number that a provider marked may be written to again."""

from collections.abc import Mapping

from relances.rules.codes import Refus
from relances.rules.colonnes import Illisible
from relances.rules.errors import Blocked
from relances.rules.models import Canal
from relances.rules.numeros_cellule import read_telephones
from relances.services.installation import RELANCES, Installation
from relances.services.numeros import read_by_providers
from relances.store.signales import lift_flags


def reactivate(installation: Installation, telephone: str) -> dict[str, Mapping[Canal, Refus]]:
    """Lift every flag of a number, or of several in one cell, on all canaux; returns what was lifted of each.

    Blocked where it is no number.
    """
    try:
        _, numeros = read_telephones(telephone, read_by_providers(installation.politique()))
    except Illisible as error:
        raise Blocked(f"ce n'est le numéro d'aucun fournisseur : {error}", "no provider takes this number") from None
    with installation.base(RELANCES) as relances:
        return {numero.chiffres: lift_flags(relances, numero.chiffres) for numero in numeros}
