"""What one relance says, on its canal, at its niveau, and what that costs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from relances.rules.errors import Blocked
from relances.rules.gabarits import Gabarits
from relances.rules.models import Canal, Redaction
from relances.rules.politique import Niveau, Politique
from relances.rules.routing import Chemin
from relances.rules.segments import count_segments
from relances.rules.simplification import simplify
from relances.rules.values import full_name, values


class Sujet(NamedTuple):
    """What a relance is about: who owes how much, for which taxes, since when."""

    nom: str | None
    prenom: str | None
    langue: str | None
    montant: Decimal
    libelles: Sequence[str | None]
    echeance: date


@dataclass(frozen=True, slots=True)
class Plume:
    """Writes relances by one policy and its templates."""

    politique: Politique
    gabarits: Gabarits

    def check(self, canaux: Mapping[int, Canal]) -> None:
        """Read every text that may be needed, in all its languages; Blocked names the file, the line and the cure.

        ``canaux``: the one that each niveau leaves by.
        """
        for niveau in self.politique.niveaux:
            canal, default = canaux[niveau.numero], self.politique.texte.langue
            modeles = self.politique.modeles_whatsapp if canal is Canal.WHATSAPP else ()
            langues = {modele.langue for modele in modeles if modele.niveau == niveau.numero}
            if langues and default not in langues:
                raise Blocked(
                    f"politique, [[modele_whatsapp]] : le niveau {niveau.numero} n'a pas de modèle en {default}, la "
                    "langue par défaut ; déclarez-le, ou changez texte.langue",
                    f"[[modele_whatsapp]]: level {niveau.numero} has no template in the default language, {default}",
                )
            self.gabarits.check(canal, niveau.gabarit, langues)

    def write(self, sujet: Sujet, canal: Canal, niveau: Niveau, chemin: Chemin) -> Redaction | None:
        """The text and its price; None where it is longer than the fournisseur or the policy allows."""
        policy = self.politique.texte
        langue = self.gabarits.langue_of(canal, niveau.gabarit, sujet.langue)
        modele = self.politique.modele(canal, niveau.numero, langue)
        if modele is not None:
            langue = modele.langue  # the text says what the approved template says
        nom = full_name(sujet.prenom, sujet.nom)
        said = values(nom, sujet.montant, self.politique.devise, sujet.libelles, sujet.echeance, langue=langue)
        texte = self.gabarits.render(canal, niveau.gabarit, langue, said)
        segments, evites = 1, 0
        if chemin.par_segment:
            texte, segments, evites = _sms(texte, simplifier=policy.simplifier)
        # Where the provider has an approved template, it is that which travels.
        if (modele is None and len(texte) > chemin.longueur_max) or segments > policy.segments_max:
            return None
        return Redaction(
            texte=texte,
            modele=modele.content_sid if modele else None,
            variables=[getattr(said, name) for name in modele.variables] if modele else None,
            segments=segments,
            segments_evites=evites,
            cout=chemin.tarif * segments,
        )


def _sms(texte: str, *, simplifier: bool) -> tuple[str, int, int]:
    """The text as it leaves, its segments, and how many plainer letters saved."""
    plain = simplify(texte) if simplifier else texte
    segments = count_segments(plain)
    return plain, segments, 0 if plain is texte else count_segments(texte) - segments
