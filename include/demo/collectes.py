"""The collections: what was paid, and what only looks like a payment."""

from datetime import timedelta
from itertools import count

from demo.creances import Calendrier, Creance
from demo.hasard import Hasard
from demo.lignes import Collecte
from demo.proportions import PROPORTIONS, Situation
from demo.referentiel import COLLECTEURS

_PAIEMENTS = ("especes", "especes", "mobile_money", "carte")
_NON_ABOUTIES = ("pending", "failed", "cancelled")


class Collectes:
    """Makes the collections of one creance after the other, numbered from 1."""

    def __init__(self, hasard: Hasard, calendrier: Calendrier) -> None:
        self._hasard = hasard
        self._matin = calendrier.matin
        self._numeros = count(1)

    def collectes(self, creance: Creance) -> list[Collecte]:
        """What the situation of the creance tells, in the order it was entered."""
        match creance.situation:
            case Situation.PAYEE:
                return self._solde(creance)
            case Situation.PARTIELLE:
                return [self._collecte(creance, creance.montant * self._hasard.entier(2, 8) // 10)]
            case Situation.COLLECTE_ANNULEE:
                return [self._collecte(creance, creance.montant)._replace(annule=True)]
            case Situation.COLLECTE_ECHOUEE:
                statut = self._hasard.un_de(_NON_ABOUTIES)
                return [self._collecte(creance, creance.montant)._replace(statut=statut)]
            case Situation.IMPAYEE if self._hasard.chance(PROPORTIONS.paiement_anterieur):
                return [self._collecte(creance, creance.montant, (-90, -1))]
            case _:
                return []

    def _solde(self, creance: Creance) -> list[Collecte]:
        """Everything, at once or after a part payment."""
        acompte = creance.montant // self._hasard.entier(1, 3)
        reste = creance.montant - acompte
        return [self._collecte(creance, montant) for montant in (acompte, reste) if montant]

    def _collecte(self, creance: Creance, montant: int, jours: tuple[int, int] | None = None) -> Collecte:
        """A completed one; ``jours`` bounds its day, counted from the assignment (default: until today)."""
        debut = creance.affectation.date_debut
        quand = debut + timedelta(days=self._hasard.entier(*(jours or (0, (self._matin - debut).days))))
        numero = next(self._numeros)
        return Collecte(
            id=numero,
            contribuable_id=creance.affectation.contribuable_id,
            taxe_id=creance.taxe.id,
            collecteur_id=self._hasard.un_de(COLLECTEURS).id,
            montant=montant,
            type_paiement=self._hasard.un_de(_PAIEMENTS),
            statut="completed",
            reference=f"COL-{numero:08d}",
            date_collecte=quand,
            annule=False,
            created_at=quand,
            updated_at=quand,
        )
