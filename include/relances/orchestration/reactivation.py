"""``relances reactiver``: a number that a provider marked may be written to again."""

from collections.abc import Mapping

from relances.orchestration.connections import RELANCES, database
from relances.orchestration.numeros import read_by_providers
from relances.rules.colonnes import Illisible
from relances.rules.errors import Blocked
from relances.rules.models import Canal
from relances.rules.numeros import Refus
from relances.rules.numeros_cellule import read_telephones
from relances.store.signales import lift_flags
from relances_providers.discretion import mask


def reactivate(telephone: str) -> str:
    """Lift every flag of a number, on all canaux; returns the sentence that says so. Blocked where it is no number."""
    try:
        _, numeros = read_telephones(telephone, read_by_providers)
    except Illisible as error:
        raise Blocked(f"ce n'est le numéro d'aucun fournisseur : {error}", "no provider takes this number") from None
    with database(RELANCES) as relances:
        lifted = {numero.chiffres: lift_flags(relances, numero.chiffres) for numero in numeros}
    return "\n".join(_said(chiffres, flags) for chiffres, flags in lifted.items())


def _said(chiffres: str, lifted: Mapping[Canal, Refus]) -> str:
    if not lifted:
        return f"{mask(chiffres)} n'était signalé sur aucun canal."
    flags = ", ".join(f"{etat} ({canal})" for canal, etat in sorted(lifted.items()))
    return f"{mask(chiffres)} sera de nouveau relancé ; signalement levé : {flags}."
