"""What was decided of one contribuable in a run, as the row of a table for an agent."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from relances.rules.causes import Explications, cause
from relances.rules.csv_sur import Valeur
from relances.rules.exclusions import raison

HEADER: Final = (
    "contribuable_id", "nom", "prenom", "telephone", "canal", "fournisseur", "niveau", "creances", "montant",
    "segments", "cout", "decision", "code", "raison",
)  # fmt: skip
_SINGULAR: Final = {
    "en_attente": "en attente d'envoi",
    "en_cours": "en cours d'envoi",
    "envoyee": "envoyée",
    "livree": "livrée",
    "incertaine": "incertaine",
    "echec": "en échec",
    "annulee": "annulée",
}


@dataclass(frozen=True, slots=True)
class DecisionPrise:
    """A relance (``statut``), or creances excluded for one reason. ``telephone``: as typed; several with `` / ``."""

    contribuable_id: str
    nom: str | None
    prenom: str | None
    telephone: str | None
    canal: str | None
    fournisseur: str | None
    niveau: int | None
    creances: int
    montant: Decimal
    segments: int | None
    cout: Decimal | None
    statut: str | None
    code: str | None

    def cells(self, explications: Explications) -> tuple[Valeur, ...]:
        """In the order of HEADER."""
        decision, why = self._said(explications)
        return (
            self.contribuable_id, self.nom, self.prenom, self.telephone, self.canal, self.fournisseur, self.niveau,
            self.creances, self.montant, self.segments, self.cout, decision, self.code, why,
        )  # fmt: skip

    def _said(self, explications: Explications) -> tuple[str, str | None]:
        if self.statut is None:
            return ("exclue", raison(self.code).libelle) if self.code else ("NON TRAITÉE", None)
        if self.code == "simulation":
            return "à relancer", None
        return _SINGULAR[self.statut], cause(self.code, self.fournisseur, explications).libelle if self.code else None
