"""What was decided of one contribuable in a run, as the row of a table for an agent."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from relances.rendering.csv_sur import Valeur
from relances.rules.bilan import A_RELANCER, EXCLUE, NON_TRAITEE
from relances.rules.causes import Explications, cause
from relances.rules.exclusions import raison

HEADER: Final = (
    "contribuable_id", "nom", "prenom", "telephone", "numero", "canal", "fournisseur", "niveau", "creances", "montant",
    "segments", "cout", "decision", "code", "raison",
)  # fmt: skip
_SINGULAR: Final = {
    A_RELANCER: "à relancer",
    "en_attente": "en attente d'envoi",
    "en_cours": "en cours d'envoi",
    "envoyee": "envoyée",
    "livree": "livrée",
    "incertaine": "incertaine",
    "echec": "en échec",
    "annulee": "annulée",
    EXCLUE: "exclue",
    NON_TRAITEE: "NON TRAITÉE",
}


@dataclass(frozen=True, slots=True)
class DecisionPrise:
    """Creances of a contribuable in one place, for one reason: of one relance, or excluded.

    ``telephone``: as typed; several with `` / ``. ``numero``: the one that is written to, with its country code; None
    where none is.
    """

    contribuable_id: str
    nom: str | None
    prenom: str | None
    telephone: str | None
    numero: str | None
    canal: str | None
    fournisseur: str | None
    niveau: int | None
    creances: int
    montant: Decimal
    segments: int | None
    cout: Decimal | None
    place: str
    code: str | None

    def cells(self, explications: Explications) -> tuple[Valeur, ...]:
        """In the order of HEADER."""
        return (
            self.contribuable_id, self.nom, self.prenom, self.telephone, self.numero, self.canal, self.fournisseur,
            self.niveau, self.creances, self.montant, self.segments, self.cout, _SINGULAR[self.place], self.code,
            self._why(explications),
        )  # fmt: skip

    def _why(self, explications: Explications) -> str | None:
        if self.code is None:
            return None
        meaning = raison(self.code) if self.place == EXCLUE else cause(self.code, self.fournisseur, explications)
        return meaning.libelle
