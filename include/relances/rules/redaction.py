"""What one relance says, on its canal, at its niveau, and what that costs."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from relances.rules.models import Canal, Redaction
from relances.rules.policy import Niveau, Politique
from relances.rules.routing import Voie
from relances.rules.segments import count_segments
from relances.rules.simplification import simplify
from relances.rules.texts import Gabarits, values


@dataclass(frozen=True, slots=True)
class Sujet:
    """What a relance is about: who owes how much, for which taxes, since when."""

    nom: str | None
    prenom: str | None
    langue: str | None
    montant: Decimal
    libelles: list[str]
    echeance: date


@dataclass(frozen=True, slots=True)
class Plume:
    """Writes relances by one policy and its templates."""

    politique: Politique
    gabarits: Gabarits

    def write(self, sujet: Sujet, canal: Canal, niveau: Niveau, voie: Voie) -> Redaction | None:
        """What is sent and billed; None where no text of the fournisseur or of the policy is that long."""
        texte_policy = self.politique.texte
        langue = self.gabarits.langue_of(canal, niveau.gabarit, sujet.langue)
        nom = " ".join(part for part in (sujet.prenom, sujet.nom) if part)
        said = values(nom, sujet.montant, self.politique.devise, sujet.libelles, sujet.echeance, langue=langue)
        texte = self.gabarits.render(canal, niveau.gabarit, langue, said)
        modele = self.politique.modele(canal, niveau.numero, sujet.langue)
        segments, evites = 1, 0
        if voie.par_segment:
            full = count_segments(texte)
            if texte_policy.simplifier:
                texte = simplify(texte)
            segments = count_segments(texte)
            evites = full - segments
        # Where the provider has an approved template, it is that which travels.
        if (modele is None and len(texte) > voie.longueur_max) or segments > texte_policy.segments_max:
            return None
        return Redaction(
            texte=texte,
            modele=modele.content_sid if modele else None,
            variables=[getattr(said, name) for name in modele.variables] if modele else None,
            segments=segments,
            segments_evites=evites,
            cout=voie.tarif * segments,
        )
