"""The sending of everybody: what may be asked of it, and how it is, fournisseur by fournisseur."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Action(StrEnum):
    """What may be asked: stop all sending, resume it, only look."""

    ARRETER = "arreter"
    REPRENDRE = "reprendre"
    VOIR = "voir"


@dataclass(frozen=True, slots=True)
class Situation:
    """A voie, as an operator sees it. ``en_attente``: relances that wait for it."""

    fournisseur: str
    arretee_le: datetime | None
    suspendue_jusqu_au: datetime | None
    motif: str | None
    debit: float | None
    en_attente: int
