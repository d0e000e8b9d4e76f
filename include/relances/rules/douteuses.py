"""Relances that left for a number which, read with today's care, is not surely the one that was typed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from relances.rules.numeros import Numero, candidats, destination
from relances.rules.numeros_cellule import why_not


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


@dataclass(frozen=True, slots=True)
class Douteuse:
    """A relance that left for a doubtful number. ``doute``: why it is."""

    partie: Partie
    doute: str
