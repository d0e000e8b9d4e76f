"""The numbers that an agent is to correct in the tax application."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from relances.rules.codes import Refus
from relances.rules.exclusions import RAISONS, Raison

ANCIEN_PLAN: Final = "ancien_plan"
_RAISONS: Final = {
    **{refus.value: RAISONS[refus] for refus in Refus},
    ANCIEN_PLAN: Raison(
        "relancé à un numéro de l'ancien plan, converti", "rien ne presse : corriger le numéro à l'occasion"
    ),
}


@dataclass(frozen=True, slots=True)
class Correction:
    """A contribuable whose number is to be corrected, and why.

    ``telephone``: as typed; several with `` / ``. ``numero``: the one that was written to all the same, with its
    country code; None where none was.
    """

    contribuable_id: str
    nom: str | None
    prenom: str | None
    telephone: str | None
    numero: str | None
    code: str
    creances: int
    montant: Decimal


@dataclass(frozen=True, slots=True)
class PassageLu:
    """A run whose corrections are listed."""

    run_id: str
    date_relance: date


def codes_a_corriger(fournisseur: str | None) -> list[str]:
    """The codes that ask for another number in a run; ``fournisseur``: the only one that it was asked to use."""
    kept = {Refus.OPPOSITION} if fournisseur is None else {Refus.OPPOSITION, Refus.HORS_REGION}
    return [*(refus.value for refus in Refus if refus not in kept), ANCIEN_PLAN]


def pourquoi(code: str) -> Raison:
    """What one of these codes means, and what to do."""
    return _RAISONS[code]
