"""The creances: which tax is assigned to whom, since when, until when, for how much."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import count

from demo.hasard import Hasard
from demo.lignes import Affectation, Taxe
from demo.proportions import PROPORTIONS, Situation
from demo.referentiel import JOURS

_OUVERTURE = time(8)
_MINUTES_OUVREES = 599  # from 8:00 to 17:59, so that whole days later is still that day
_RETARDS_LONGS = (30, 120, 400)


@dataclass(frozen=True, slots=True)
class Creance:
    """One assignment and where it stands; ``retard`` in days, negative before the due date."""

    affectation: Affectation
    taxe: Taxe
    situation: Situation
    retard: int

    @property
    def montant(self) -> int:
        """XAF for the period, before any payment."""
        custom = self.affectation.montant_custom
        return self.taxe.montant if custom is None else custom

    @property
    def echeance(self) -> datetime:
        """The end of the period."""
        return self.affectation.date_debut + timedelta(days=JOURS[self.taxe.periodicite])


@dataclass(frozen=True, slots=True)
class Calendrier:
    """Working hours around the reference date."""

    hasard: Hasard
    date_reference: date

    def avant(self, jours: int) -> datetime:
        """Some working hour, that many days before the reference date."""
        return self.matin + timedelta(days=-jours, minutes=self.hasard.entier(0, _MINUTES_OUVREES))

    @property
    def matin(self) -> datetime:
        """Opening time on the reference date."""
        return datetime.combine(self.date_reference, _OUVERTURE)


class Creances:
    """Makes one creance after the other, numbered from 1."""

    def __init__(self, hasard: Hasard, calendrier: Calendrier) -> None:
        self._hasard = hasard
        self._calendrier = calendrier
        self._numeros = count(1)

    def creance(self, contribuable_id: int, taxe: Taxe, situation: Situation) -> Creance:
        """A creance in the given situation at the reference date."""
        return self._assignee(contribuable_id, taxe, situation, self._retard(taxe, situation))

    def temoin(self, contribuable_id: int, taxe: Taxe) -> Creance:
        """A month overdue, nothing odd."""
        return self._assignee(contribuable_id, taxe, Situation.IMPAYEE, 30)

    def _assignee(self, contribuable_id: int, taxe: Taxe, situation: Situation, retard: int) -> Creance:
        debut = self._calendrier.avant(JOURS[taxe.periodicite] + retard)
        affectation = Affectation(
            id=next(self._numeros),
            contribuable_id=contribuable_id,
            taxe_id=taxe.id,
            date_debut=debut,
            date_fin=self._fin(debut, JOURS[taxe.periodicite], retard, situation),
            montant_custom=self._montant_custom(taxe, situation),
            actif=situation is not Situation.DESACTIVEE,
            created_at=debut,
            updated_at=debut,
        )
        return Creance(affectation, taxe, situation, retard)

    def _retard(self, taxe: Taxe, situation: Situation) -> int:
        match situation:
            case Situation.A_ECHOIR:
                return -self._hasard.entier(1, JOURS[taxe.periodicite])
            case Situation.RECENTE:
                return self._hasard.entier(1, 6)
            case _:
                return self._hasard.entier(7, self._hasard.un_de(_RETARDS_LONGS))

    def _fin(self, debut: datetime, jours: int, retard: int, situation: Situation) -> datetime | None:
        match situation:
            case Situation.CLOSE_AVANT:
                return debut + timedelta(days=self._hasard.entier(0, jours - 1))
            case Situation.CLOSE_APRES:
                return debut + timedelta(days=jours + self._hasard.entier(0, retard))
            case _:
                return None

    def _montant_custom(self, taxe: Taxe, situation: Situation) -> int | None:
        if situation is Situation.GRATUITE:
            return 0
        if taxe.montant_variable and self._hasard.chance(PROPORTIONS.montant_custom):
            return taxe.montant * self._hasard.entier(5, 25) // 10
        return None
