"""What becomes of one contribuable's overdue creances: one relance, or a reason each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from relances.rules.models import Creance, Exclusion, NouvelleRelance
from relances.rules.numeros import Refus
from relances.rules.politique import Politique
from relances.rules.redaction import Plume, Sujet
from relances.rules.routing import Routage


class Decision(NamedTuple):
    """At most one relance, and the creances that are not in it."""

    relance: NouvelleRelance | None
    exclusions: tuple[Exclusion, ...]


@dataclass(frozen=True, slots=True)
class Regles:
    """What a decision depends on beside the creances themselves. ``routages``: the ways out of each niveau."""

    politique: Politique
    plume: Plume
    date_relance: date
    routages: Mapping[int, Routage]

    def decide(self, creances: Sequence[Creance]) -> Decision:
        """Decide for all undecided creances of one contribuable, oldest échéance first."""
        left: list[Creance] = []
        excluded: list[Exclusion] = []
        for creance in creances:
            code = self._set_aside(creance)
            if code is None and left and not self.politique.selection.regrouper:
                code = "une_par_message"
            if code is None:
                left.append(creance)
            else:
                excluded.append(Exclusion(creance.rang, code))
        outcome = self._compose(left) if left else None
        if isinstance(outcome, str):
            excluded += [Exclusion(c.rang, outcome) for c in left]
            outcome = None
        return Decision(outcome, tuple(excluded))

    def _set_aside(self, creance: Creance) -> str | None:
        """The code that excludes a creance whatever the others are."""
        if creance.opposition:
            return "opposition"
        if creance.categorie in self.politique.selection.categories_exclues:
            return "categorie_exclue"
        if creance.relance_du_jour:
            return "deja_relance" if self.politique.selection.regrouper else "une_par_message"
        if creance.derniere_relance is not None:
            delai = self.politique.niveau(creance.jours_retard).delai_jours
            if creance.derniere_relance > self.date_relance - timedelta(days=delai):
                return "deja_relance"
        if not self.politique.selection.regrouper and creance.montant_du < self.politique.selection.montant_minimum:
            return "montant_minimum"  # alone in its message, it would hide a greater one for ever
        return None

    def _compose(self, creances: Sequence[Creance]) -> NouvelleRelance | str:
        """The relance, or the code that excludes all these creances."""
        first, selection = creances[0], self.politique.selection
        montant = sum((c.montant_du for c in creances), Decimal(0))
        if montant < selection.montant_minimum:
            return "montant_minimum"
        if first.relances_semaine >= selection.maximum_par_semaine:
            return "maximum_semaine"
        retard = max(c.jours_retard for c in creances)
        niveau = self.politique.niveau(retard)
        routage = self.routages[niveau.numero]
        destination = routage.best(first.lectures)
        if isinstance(destination, Refus):
            return destination.value
        libelles = [c.libelle for c in creances]
        sujet = Sujet(first.nom, first.prenom, first.langue, montant, libelles, first.echeance)
        redaction = self.plume.write(sujet, routage.canal, niveau, destination.chemin)
        if redaction is None:
            return "message_trop_long"
        return NouvelleRelance(
            contribuable_id=first.contribuable_id,
            niveau=niveau.numero,
            canal=routage.canal,
            fournisseur=destination.chemin.fournisseur,
            telephone=destination.numero.chiffres,
            telephone_migre=destination.numero.migre,
            redaction=redaction,
            montant_du=montant,
            echeance=first.echeance,
            creances=tuple(creances),
        )
