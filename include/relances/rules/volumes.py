"""What the relances of an occasion cost, by canal, and what changed since the previous run."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from relances.rules.models import Canal


@dataclass(frozen=True, slots=True)
class Depense:
    """What an occasion's relances of one canal, fournisseur and niveau cost, save those called off.

    ``segments``: what they are billed as; ``partis``: of these, what has left; ``evites``: what plainer letters saved,
    and ``economie`` its price. ``migres``: relances to a number typed in the plan of before April 2024.
    """

    canal: Canal
    fournisseur: str
    niveau: int
    relances: int
    segments: int
    partis: int
    evites: int
    cout: Decimal
    economie: Decimal
    migres: int


@dataclass(frozen=True, slots=True)
class Volume:
    """The relances of an occasion, save those called off; ``montant``: what they claim; ``cout``: what they cost."""

    relances: int
    montant: Decimal
    cout: Decimal


@dataclass(frozen=True, slots=True)
class Comparaison:
    """Against an earlier run: creances ``nouvelles`` and ``disparues``, contribuables ``montes`` of niveau."""

    date_relance: date
    nouvelles: int
    disparues: int
    montes: int
    avant: Volume
    maintenant: Volume
