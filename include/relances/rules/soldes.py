"""What balances read again make of a relance that waits: left as it is, rewritten, or called off."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, NamedTuple

from relances.rules.codes import Cause
from relances.rules.models import Canal, Chemin, Redaction
from relances.rules.redaction import Plume, Sujet

_CENT: Final = Decimal("0.01")  # what the database keeps of an amount


class Reste(NamedTuple):
    """What is owed of one creance, in the currency."""

    creance_id: str
    montant_du: Decimal
    echeance: date


@dataclass(frozen=True, slots=True)
class EnAttente:
    """A relance that waits. ``creances``: those it speaks of, the oldest first.

    ``deplacee``: it goes on by another canal than the one its run chose.
    """

    id: int
    execution_id: int
    date_relance: date
    niveau: int
    canal: Canal
    creances: tuple[Reste, ...]
    deplacee: bool = False

    def left(self, soldes: Mapping[str, Decimal]) -> tuple[Reste, ...]:
        """Its creances still owed by these balances. An amount that grew keeps its old value, until the next run."""
        lower = [
            creance._replace(montant_du=min(creance.montant_du, _rounded(soldes[creance.creance_id])))
            for creance in self.creances
        ]
        return tuple(creance for creance in lower if creance.montant_du > 0)


class Reecriture(NamedTuple):
    """What a relance says now, at the niveau of what is left."""

    niveau: int
    redaction: Redaction


@dataclass(frozen=True, slots=True)
class Debiteur:
    """Who owes, as extracted. ``libelles``: the name of each tax, by creance."""

    nom: str | None
    prenom: str | None
    langue: str | None
    libelles: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Relecture:
    """Writes again a relance whose balances changed, for the same fournisseur."""

    plume: Plume
    chemin: Chemin

    def again(self, relance: EnAttente, left: tuple[Reste, ...], debiteur: Debiteur | None) -> Reecriture | Cause:
        """The relance about what is left, or the code that calls it off. ``debiteur``: None where no longer kept."""
        politique = self.plume.politique
        montant = sum((creance.montant_du for creance in left), Decimal(0))
        if not left:
            return Cause.PAYEE
        if montant < politique.selection.montant_minimum:
            return Cause.MONTANT_MINIMUM
        if debiteur is None or relance.niveau not in {niveau.numero for niveau in politique.niveaux}:
            return Cause.MONTANT_CHANGE
        # The oldest creance may be the one that was paid: what is left may deserve a milder word, never a harsher one.
        niveau = politique.niveau((relance.date_relance - left[0].echeance).days)
        if niveau.numero > relance.niveau:
            niveau = next(known for known in politique.niveaux if known.numero == relance.niveau)
        libelles = [debiteur.libelles[creance.creance_id] for creance in left]
        sujet = Sujet(debiteur.nom, debiteur.prenom, debiteur.langue, montant, libelles, left[0].echeance)
        redaction = self.plume.write(sujet, relance.canal, niveau, self.chemin)
        return Cause.MESSAGE_TROP_LONG if redaction is None else Reecriture(niveau.numero, redaction)


def _rounded(solde: Decimal) -> Decimal:
    return solde.quantize(_CENT, ROUND_HALF_UP)
