"""What was decided of one contribuable in a run."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class DecisionPrise:
    """Creances of a contribuable in one place, for one reason: of one relance, or excluded.

    ``telephone``: as typed; several with `` / ``. ``numero``: the one that is written to, with its country code; None
    where none is.
    """

    contribuable_id: str
    nom: str | None
    prenom: str | None
    telephone: str | None
    numero: str | None
    canal: str | None
    fournisseur: str | None
    niveau: int | None
    creances: int
    montant: Decimal
    segments: int | None
    cout: Decimal | None
    place: str
    code: str | None
