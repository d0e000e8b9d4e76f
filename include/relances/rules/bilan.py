"""The balance equation of a run: where every extracted creance is."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from relances.rules.models import Canal

NON_TRAITEE: Final = "non_traitee"
EXCLUE: Final = "exclue"


@dataclass(frozen=True, slots=True)
class Line:
    """How many creances (and relances) of an execution are in one place, for one reason, by one fournisseur."""

    place: str
    code: str | None
    fournisseur: str | None
    creances: int
    relances: int
    montant: Decimal


@dataclass(frozen=True, slots=True)
class Totals:
    """Creances this execution extracted, relances it created, all those of its occasion, segments sent."""

    extraites: int
    creees: int
    toutes: int
    segments: int


@dataclass(frozen=True, slots=True)
class Bilan:
    """Where every extracted creance of a run is."""

    date_relance: date
    canal: Canal | None
    simulation: bool
    totals: Totals
    lines: Sequence[Line]

    @property
    def equilibre(self) -> bool:
        """extracted = sum of the states + exclusions, each creance counted once."""
        placed = sum(line.creances for line in self.lines if line.place != NON_TRAITEE)
        return placed == self.totals.extraites

    def creances(self, place: str) -> int:
        return sum(line.creances for line in self.lines if line.place == place)

    def as_json(self) -> dict[str, object]:
        """The same as JSON values; amounts as text."""
        lines = [{**asdict(line), "montant": str(line.montant)} for line in self.lines]
        return {"totaux": asdict(self.totals), "lignes": lines, "equilibre": self.equilibre}

    def relances(self, place: str) -> int:
        return sum(line.relances for line in self.lines if line.place == place)

    def montant(self, place: str) -> Decimal:
        return sum((line.montant for line in self.lines if line.place == place), Decimal(0))
