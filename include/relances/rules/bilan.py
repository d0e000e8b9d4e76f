"""The balance equation of a run: where every extracted creance is, and what its relances cost."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from relances.rules.models import Canal
from relances.rules.volumes import Depense

NON_TRAITEE: Final = "non_traitee"
EXCLUE: Final = "exclue"
A_RELANCER: Final = "a_relancer"
"""Where a simulation leaves what a real run would send."""
SANS_NOUVELLE: Final = "sans_nouvelle"
"""The reason of what is ``envoyee`` for good: its fournisseur never told what became of it."""


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
    """Creances this execution extracted, relances it created, all those of its occasion."""

    extraites: int
    creees: int
    toutes: int


@dataclass(frozen=True, slots=True)
class Bilan:
    """Where every extracted creance of a run is.

    ``canal``, ``fournisseur``: the only one it was asked to use; ``campagne``: whose contacts it reminded.
    """

    date_relance: date
    canal: Canal | None
    fournisseur: str | None
    campagne: str | None
    simulation: bool
    totals: Totals
    lines: Sequence[Line]
    depenses: Sequence[Depense]

    @property
    def equilibre(self) -> bool:
        """extracted = sum of the states + exclusions, each creance counted once."""
        placed = sum(line.creances for line in self.lines if line.place != NON_TRAITEE)
        return placed == self.totals.extraites and not self.creances(NON_TRAITEE)

    def creances(self, place: str) -> int:
        return sum(line.creances for line in self.lines if line.place == place)

    def as_json(self) -> dict[str, object]:
        """The bilan as JSON values; amounts as text."""
        lines = [{**asdict(line), "montant": str(line.montant)} for line in self.lines]
        depenses = [{**asdict(d), "cout": str(d.cout), "economie": str(d.economie)} for d in self.depenses]
        totaux = asdict(self.totals)
        return {"totaux": totaux, "lignes": lines, "depenses": depenses, "equilibre": self.equilibre}

    def relances(self, place: str) -> int:
        return sum(line.relances for line in self.lines if line.place == place)

    def montant(self, place: str) -> Decimal:
        return sum((line.montant for line in self.lines if line.place == place), Decimal(0))
