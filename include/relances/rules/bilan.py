"""The balance equation of a run, and the report a tax officer reads."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from relances.rules.causes import cause
from relances.rules.exclusions import Raison, raison

NON_TRAITEE: Final = "non_traitee"
EXCLUE: Final = "exclue"
PLACES: Final = {
    "envoyee": "envoyées",
    "livree": "livrées",
    "en_attente": "en attente d'envoi",
    "en_cours": "en cours d'envoi",
    "incertaine": "incertaines (sans réponse, en vérification)",
    "echec": "en échec",
    "annulee": "annulées",
    EXCLUE: "exclues",
    NON_TRAITEE: "NON TRAITÉES",
}


@dataclass(frozen=True, slots=True)
class Line:
    """How many creances (and relances) of an execution are in one place, for one reason."""

    place: str
    code: str | None
    creances: int
    relances: int
    montant: Decimal


@dataclass(frozen=True, slots=True)
class Totals:
    """Creances this execution extracted, relances it created, all those of its occasion, SMS segments sent."""

    extraites: int
    creees: int
    toutes: int
    segments: int


@dataclass(frozen=True, slots=True)
class Bilan:
    """Where every extracted creance of a run is."""

    date_relance: date
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

    def rapport(self) -> str:
        """The report, in Markdown. Counts and amounts only."""
        titre = "Simulation du" if self.simulation else "Relances du"
        sections = [
            f"# {titre} {self.date_relance:%d/%m/%Y}",
            self._resume(),
            self._equation(),
            self._table("Exclues, par raison", EXCLUE, raison),
            self._table("En échec, par cause", "echec", cause),
            self._table("Incertaines", "incertaine", cause),
            self._table("Annulées", "annulee", cause),
        ]
        return "\n\n".join(section for section in sections if section) + "\n"

    def _resume(self) -> str:
        totals = self.totals
        lines = [
            f"- {_number(totals.extraites)} créances en retard extraites",
            f"- {_number(totals.creees)} relances créées, {_number(totals.toutes)} au total pour ce jour",
            f"- {_number(totals.segments)} SMS facturables envoyés",
        ]
        return "\n".join(lines + self._warnings())

    def _warnings(self) -> list[str]:
        waiting, doubtful = self.creances("en_attente"), self.creances("incertaine")
        warnings = []
        if waiting:
            warnings.append(
                f"- **{_number(waiting)} créances attendent leur envoi** : relancez le Dag pour les envoyer"
            )
        if doubtful:
            warnings.append(f"- {_number(doubtful)} créances incertaines : la prochaine réconciliation tranchera")
        return warnings

    def _equation(self) -> str:
        rows = [
            (
                libelle,
                _number(self.creances(place)),
                _number(self._relances(place)) if place not in (EXCLUE, NON_TRAITEE) else "",
                _money(self._montant(place)),
            )
            for place, libelle in PLACES.items()
            if self.creances(place) or place in ("envoyee", "echec", EXCLUE)
        ]
        montant = sum((line.montant for line in self.lines), Decimal(0))
        total = ("**Extraites**", f"**{_number(self.totals.extraites)}**", "", _money(montant))
        verdict = "équilibré" if self.equilibre else "**DÉSÉQUILIBRÉ : prévenez l'exploitant**"
        table = _markdown(("Créances", "Nombre", "Relances", "Montant"), [*rows, total])
        return f"## Bilan : {verdict}\n\n{table}"

    def _table(self, titre: str, place: str, explain: Callable[[str], Raison]) -> str:
        lines = [line for line in self.lines if line.place == place]
        rows = [
            (meaning.libelle, _number(line.creances), _money(line.montant), meaning.que_faire)
            for line in sorted(lines, key=lambda line: -line.creances)
            for meaning in [explain(line.code or "inconnu")]
        ]
        return f"## {titre}\n\n{_markdown(('Raison', 'Créances', 'Montant', 'Que faire'), rows)}" if rows else ""

    def _relances(self, place: str) -> int:
        return sum(line.relances for line in self.lines if line.place == place)

    def _montant(self, place: str) -> Decimal:
        return sum((line.montant for line in self.lines if line.place == place), Decimal(0))


def _number(value: int) -> str:
    return f"{value:,}".replace(",", " ")


def _money(value: Decimal) -> str:
    return f"{value:,.0f} FCFA".replace(",", " ")


def _markdown(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table whose columns line up in a log too; figures to the right."""
    columns = list(zip(header, *rows, strict=True))
    widths = [max(len(cell) for cell in column) for column in columns]
    figures = [
        all(cell[:1].isdigit() or cell.startswith("**") or not cell for cell in column[1:]) for column in columns
    ]
    rule = ["-" * (width - 1) + (":" if right else "-") for width, right in zip(widths, figures, strict=True)]
    lines = [
        [
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, figures, strict=True)
        ]
        for row in (header, *rows)
    ]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [lines[0], rule, *lines[1:]])
