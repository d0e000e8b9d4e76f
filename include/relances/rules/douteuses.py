"""Relances that left for a number which, read with today's care, is not surely the one that was typed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from relances.rendering.csv_sur import Valeur
from relances.rules.numeros import Numero, candidats, destination
from relances.rules.numeros_cellule import why_not

HEADER: Final = (
    "relance", "date_relance", "contribuable_id", "nom", "prenom", "telephone", "numero", "raison", "fournisseur",
    "statut", "montant",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Partie:
    """A relance that left, or may have. ``telephones``: as typed; ``numero``: the digits that it left for."""

    relance_id: int
    date_relance: date
    contribuable_id: str
    nom: str | None
    prenom: str | None
    telephones: Sequence[str]
    numero: str
    fournisseur: str
    statut: str
    montant: Decimal

    def __repr__(self) -> str:
        return f"Partie({self.relance_id}, …)"

    def doute(self, pays: frozenset[str]) -> str | None:
        """Why its number is doubtful; None where what was typed reads as that number.

        ``pays``: those that its fournisseur reaches (ISO codes; none: any).
        """
        verdicts = [(saisie, destination(each, pays)) for saisie in self.telephones for each in candidats(saisie)]
        if any(isinstance(verdict, Numero) and verdict.chiffres == self.numero for _, verdict in verdicts):
            return None
        refused = [(saisie, verdict) for saisie, verdict in verdicts if not isinstance(verdict, Numero)]
        return why_not(*refused[0]) if refused else "ce qui est écrit se lit aujourd'hui comme un autre numéro"

    def cells(self, doute: str) -> tuple[Valeur, ...]:
        """In the order of HEADER."""
        return (
            self.relance_id, f"{self.date_relance:%d/%m/%Y}", self.contribuable_id, self.nom, self.prenom,
            " / ".join(self.telephones), f"+{self.numero}", doute, self.fournisseur, self.statut, self.montant,
        )  # fmt: skip
