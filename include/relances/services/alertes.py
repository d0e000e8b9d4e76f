"""What a service tells whoever watches over the runs, as it happens."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class VoieSuspendue:
    """A voie is paused; told once each time that its breaker opens.

    ``motif``: a sentence for the operator; ``jusqu_au``: None until a person mends it.
    """

    fournisseur: str
    motif: str
    jusqu_au: datetime | None


@dataclass(frozen=True, slots=True)
class VoieReprise:
    """A voie whose pause was told sends again. ``depuis``: when its trouble began."""

    fournisseur: str
    depuis: datetime


@dataclass(frozen=True, slots=True)
class Doubles:
    """Ids of relances that were sent twice, which must never happen."""

    relances: Collection[int]


Alerte: TypeAlias = VoieSuspendue | VoieReprise | Doubles
