"""What the tax office did about a creance: reminders made by hand, files of unpaid tax."""

from datetime import timedelta
from itertools import count

from demo.creances import Calendrier, Creance
from demo.hasard import Hasard
from demo.lignes import Dossier, Relance
from demo.proportions import PROPORTIONS
from demo.referentiel import UTILISATEURS

_SANS_SUITE = ("en_attente", "echec", "annulee")
_CLOS = ("paye", "archive")
_LONG = 90  # days overdue from which the office adds a tenth and hurries


class Suites:
    """Makes the reminders and the files of one creance after the other, each numbered from 1."""

    def __init__(self, hasard: Hasard, calendrier: Calendrier) -> None:
        self._hasard = hasard
        self._calendrier = calendrier
        self._relances = count(1)
        self._dossiers = count(1)

    def relances(self, creance: Creance, paye: int) -> list[Relance]:
        """At most one, within the week or older; ``paye`` in XAF."""
        if not creance.situation.en_retard:
            return []
        if self._hasard.chance(PROPORTIONS.relance_recente):
            return [self._relance(creance, paye, self._hasard.entier(0, 6))]
        if self._hasard.chance(PROPORTIONS.relance_ancienne):
            return [self._relance(creance, paye, self._hasard.entier(8, max(8, creance.retard)))]
        return []

    def dossiers(self, creance: Creance, paye: int, relances: list[Relance]) -> list[Dossier]:
        """At most one, open on what is overdue, closed on a part of the rest; ``paye`` in XAF."""
        part = PROPORTIONS.dossier if creance.situation.en_retard else PROPORTIONS.dossier_clos
        return [self._dossier(creance, paye, relances)] if self._hasard.chance(part) else []

    def _relance(self, creance: Creance, paye: int, jours: int) -> Relance:
        quand = self._calendrier.avant(jours)
        envoyee = not self._hasard.chance(PROPORTIONS.relance_sans_suite)
        generale = self._hasard.chance(PROPORTIONS.relance_generale)
        return Relance(
            id=next(self._relances),
            contribuable_id=creance.affectation.contribuable_id,
            affectation_taxe_id=None if generale else creance.affectation.id,
            type_relance=self._hasard.un_de(("appel", "sms")),
            statut="envoyee" if envoyee else self._hasard.un_de(_SANS_SUITE),
            message=f"{creance.taxe.nom} : il reste {creance.montant - paye} F CFA à payer.",
            montant_due=creance.montant - paye,
            date_echeance=creance.echeance,
            date_envoi=quand if envoyee else None,
            date_planifiee=quand,
            canal_envoi="guichet",
            utilisateur_id=UTILISATEURS[0].id,
            created_at=quand,
            updated_at=quand,
        )

    def _dossier(self, creance: Creance, paye: int, relances: list[Relance]) -> Dossier:
        ouverture = creance.echeance + timedelta(days=1)
        envois = [relance.date_envoi for relance in relances if relance.affectation_taxe_id and relance.date_envoi]
        return Dossier(
            id=next(self._dossiers),
            contribuable_id=creance.affectation.contribuable_id,
            affectation_taxe_id=creance.affectation.id,
            montant_initial=creance.montant,
            montant_paye=paye,
            montant_restant=creance.montant - paye,
            penalites=creance.montant // 10 if creance.retard > _LONG else 0,
            date_echeance=creance.echeance,
            jours_retard=max(creance.retard, 0),
            statut=self._statut(creance, paye),
            priorite="urgente" if creance.retard > _LONG else "normale",
            dernier_contact=max(envois, default=None),
            nombre_relances=len(envois),
            created_at=ouverture,
            updated_at=ouverture,
        )

    def _statut(self, creance: Creance, paye: int) -> str:
        if not creance.situation.en_retard:
            return self._hasard.un_de(_CLOS)
        return "partiellement_paye" if paye else "en_cours"
