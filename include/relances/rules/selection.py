"""What becomes of one contribuable's overdue creances: one relance, or a reason each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from relances.rules.models import Canal, Creance, Exclusion, NouvelleRelance
from relances.rules.phones import Refus
from relances.rules.policy import Politique
from relances.rules.routing import Routage
from relances.rules.segments import count_segments
from relances.rules.texts import Gabarits, values


@dataclass(frozen=True, slots=True)
class Decision:
    """At most one relance, and the creances that are not in it."""

    relance: NouvelleRelance | None
    exclusions: tuple[Exclusion, ...]


@dataclass(frozen=True, slots=True)
class Regles:
    """What a decision depends on beside the creances themselves."""

    politique: Politique
    gabarits: Gabarits
    canal: Canal
    date_relance: date
    routage: Routage

    def decide(self, creances: Sequence[Creance]) -> Decision:
        """Decide for all undecided creances of one contribuable, oldest échéance first."""
        quiet_since = self.date_relance - timedelta(days=self.politique.selection.delai_jours)
        left: list[Creance] = []
        excluded: list[Exclusion] = []
        for creance in creances:
            if _already_reminded(creance, quiet_since):
                excluded.append(Exclusion(creance.rang, "deja_relance"))
            else:
                left.append(creance)
        outcome = self._compose(left) if left else None
        if isinstance(outcome, str):
            excluded += [Exclusion(c.rang, outcome) for c in left]
            outcome = None
        return Decision(outcome, tuple(excluded))

    def _compose(self, creances: Sequence[Creance]) -> NouvelleRelance | str:
        """The relance, or the code that excludes all these creances."""
        first = creances[0]
        destination = self.routage.best(first.telephones or ())
        if isinstance(destination, Refus):
            return destination.value
        montant = sum((c.montant_du for c in creances), Decimal(0))
        retard = max(c.jours_retard for c in creances)
        niveau = self.politique.niveau(retard)
        libelles = [c.libelle or "taxe" for c in creances]
        said = values(_name(first), montant, first.devise, libelles, first.echeance)
        texte = self.gabarits.render(self.canal, niveau, first.langue, said)
        modele = self.politique.modele(self.canal, niveau, first.langue)
        voie = destination.voie
        # Where the provider has an approved template, it is that which travels.
        if modele is None and len(texte) > voie.longueur_max:
            return "message_trop_long"
        segments = count_segments(texte) if voie.par_segment else 1
        if segments > self.politique.selection.segments_max:
            return "message_trop_long"
        return NouvelleRelance(
            contribuable_id=first.contribuable_id,
            niveau=niveau,
            fournisseur=voie.fournisseur,
            telephone=destination.numero.chiffres,
            telephone_migre=destination.numero.migre,
            texte=texte,
            modele=modele.content_sid if modele else None,
            variables=[getattr(said, name) for name in modele.variables] if modele else None,
            segments=segments,
            montant_du=montant,
            devise=first.devise,
            echeance=first.echeance,
            jours_retard=retard,
            creances=tuple(creances),
        )


def _already_reminded(creance: Creance, quiet_since: date) -> bool:
    """By this occasion's relance, or by anyone after ``quiet_since``."""
    if creance.relance_du_jour:
        return True
    dates = (creance.derniere_relance, creance.deja_relance_le)
    return any(day is not None and day > quiet_since for day in dates)


def _name(creance: Creance) -> str | None:
    return " ".join(part for part in (creance.prenom, creance.nom) if part) or None
