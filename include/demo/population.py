"""The contribuables, one after the other, each with a whole story."""

from collections.abc import Iterator, Sequence
from datetime import date

from demo.collectes import Collectes
from demo.creances import Calendrier, Creance, Creances
from demo.hasard import Hasard, Repartition
from demo.lignes import Bloc, Collecte, Contribuable, Taxe
from demo.proportions import PROPORTIONS
from demo.referentiel import (
    COLLECTEURS,
    ENSEIGNES,
    ENTREPRISE,
    MARCHES,
    NOMS,
    PRENOMS,
    QUARTIERS,
    TAXE_ABOLIE,
    TAXES_ACTIVES,
    TYPES_CONTRIBUABLE,
)
from demo.suites import Suites
from demo.telephones import NUMEROS_MAGIQUES, Annuaire

_TAILLE_BLOC = 5_000
_RANG_MAGIQUES = {20 * rang: telephone for rang, telephone in enumerate(NUMEROS_MAGIQUES, start=1)}  # 20, 40, … 100
_TAXE_TEMOIN = TAXES_ACTIVES[2]
_PERSONNES = tuple(type_.id for type_ in TYPES_CONTRIBUABLE if type_.id != ENTREPRISE)


class Population:
    """A town drawn from a seed: same seed, size and date, same rows."""

    def __init__(self, graine: int, date_reference: date) -> None:
        self._hasard = Hasard(graine)
        self._calendrier = Calendrier(self._hasard, date_reference)
        self._annuaire = Annuaire(self._hasard)
        self._creances = Creances(self._hasard, self._calendrier)
        self._collectes = Collectes(self._hasard, self._calendrier)
        self._suites = Suites(self._hasard, self._calendrier)
        self._affectations = Repartition(PROPORTIONS.affectations)
        self._debiteur = Repartition(PROPORTIONS.situation_debiteur)
        self._a_jour = Repartition(PROPORTIONS.situation_a_jour)

    def blocs(self, contribuables: int) -> Iterator[Bloc]:
        """Every row, a few thousand contribuables at a time; the :data:`NUMEROS_MAGIQUES` are among 100 or more."""
        magiques = _RANG_MAGIQUES if contribuables >= max(_RANG_MAGIQUES) else {}
        for debut in range(1, contribuables + 1, _TAILLE_BLOC):
            bloc = Bloc()
            for numero in range(debut, min(debut + _TAILLE_BLOC, contribuables + 1)):
                self._raconter(bloc, numero, magiques.get(numero))
            yield bloc

    def _raconter(self, bloc: Bloc, numero: int, temoin: str | None) -> None:
        contribuable = self._contribuable(numero)
        if temoin:
            bloc.contribuable.append(contribuable._replace(telephone=temoin, actif=True))
            bloc.affectation_taxe.append(self._creances.temoin(numero, _TAXE_TEMOIN).affectation)
            return
        bloc.contribuable.append(contribuable)
        situations = self._debiteur if self._hasard.chance(PROPORTIONS.debiteur) else self._a_jour
        for taxe in self._taxes():
            self._suivre(bloc, self._creances.creance(numero, taxe, self._hasard.selon(situations)))

    def _suivre(self, bloc: Bloc, creance: Creance) -> None:
        collectes = self._collectes.collectes(creance)
        paye = _paye(creance, collectes)
        relances = self._suites.relances(creance, paye)
        bloc.affectation_taxe.append(creance.affectation)
        bloc.info_collecte.extend(collectes)
        bloc.relance.extend(relances)
        bloc.dossier_impaye.extend(self._suites.dossiers(creance, paye, relances))

    def _taxes(self) -> Sequence[Taxe]:
        """Different taxes, since collections tell the contribuable and the tax, not the assignment."""
        nombre = self._hasard.selon(self._affectations)
        premiere, pas = self._hasard.entier(0, 10), self._hasard.entier(1, 10)
        taxes = [TAXES_ACTIVES[(premiere + rang * pas) % len(TAXES_ACTIVES)] for rang in range(nombre)]
        return [TAXE_ABOLIE, *taxes[1:]] if self._hasard.chance(PROPORTIONS.taxe_inactive) else taxes

    def _contribuable(self, numero: int) -> Contribuable:
        nom, prenom = self._nom()
        inscription = self._calendrier.avant(self._hasard.entier(500, 1_500))
        return Contribuable(
            id=numero,
            nom=nom,
            prenom=prenom,
            email=f"contribuable{numero}@example.org" if self._hasard.chance(PROPORTIONS.email) else None,
            telephone=self._annuaire.telephone(),
            type_contribuable_id=self._hasard.un_de(_PERSONNES) if prenom else ENTREPRISE,
            quartier_id=self._hasard.un_de(QUARTIERS).id,
            collecteur_id=self._hasard.un_de(COLLECTEURS).id,
            adresse=f"Marché {self._hasard.un_de(MARCHES)}, étal {self._hasard.entier(1, 400)}",
            numero_identification=self._identification(numero),
            actif=not self._hasard.chance(PROPORTIONS.contribuable_inactif),
            created_at=inscription,
            updated_at=inscription,
        )

    def _nom(self) -> tuple[str, str | None]:
        nom, prenom = self._hasard.un_de(NOMS), self._hasard.un_de(PRENOMS)
        if self._hasard.chance(PROPORTIONS.entreprise):
            return f"{self._hasard.un_de(ENSEIGNES)} {nom} & FILS", None
        if self._hasard.chance(PROPORTIONS.nom_neglige):
            return f" {nom.lower()}  ", prenom.upper()
        return nom, prenom

    def _identification(self, numero: int) -> str | None:
        return None if self._hasard.chance(PROPORTIONS.sans_identification) else f"LBV-{numero:07d}"


def _paye(creance: Creance, collectes: Sequence[Collecte]) -> int:
    """What counts as paid of the creance, in XAF."""
    return sum(
        collecte.montant
        for collecte in collectes
        if collecte.statut == "completed"
        and not collecte.annule
        and collecte.date_collecte >= creance.affectation.date_debut
    )
