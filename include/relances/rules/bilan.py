"""The balance equation of a run: where every extracted creance is, and what its relances cost."""

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
    """Creances this execution extracted, relances it created, all those of its occasion."""

    extraites: int
    creees: int
    toutes: int


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
class Bilan:
    """Where every extracted creance of a run is. ``canal``, ``fournisseur``: the only one it was asked to use."""

    date_relance: date
    canal: Canal | None
    fournisseur: str | None
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
        """The same as JSON values; amounts as text."""
        lines = [{**asdict(line), "montant": str(line.montant)} for line in self.lines]
        depenses = [{**asdict(d), "cout": str(d.cout), "economie": str(d.economie)} for d in self.depenses]
        totaux = asdict(self.totals)
        return {"totaux": totaux, "lignes": lines, "depenses": depenses, "equilibre": self.equilibre}

    def relances(self, place: str) -> int:
        return sum(line.relances for line in self.lines if line.place == place)

    def montant(self, place: str) -> Decimal:
        return sum((line.montant for line in self.lines if line.place == place), Decimal(0))
