"""The rows of the tax application's tables, column for column; a class's name in snake case is its table."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple


class Reference(NamedTuple):
    """A row of one of the short tables that only name things."""

    id: int
    nom: str
    code: str
    actif: bool = True


class Quartier(NamedTuple):
    id: int
    nom: str
    code: str
    zone_id: int
    actif: bool = True


class Collecteur(NamedTuple):
    id: int
    nom: str
    prenom: str
    matricule: str
    zone_id: int
    actif: bool = True


class Utilisateur(NamedTuple):
    id: int
    nom: str
    prenom: str
    email: str
    actif: bool = True


class Taxe(NamedTuple):
    """A tax; ``montant`` in XAF for one period."""

    id: int
    nom: str
    code: str
    montant: int
    montant_variable: bool
    periodicite: str
    type_taxe_id: int
    service_id: int
    actif: bool = True


class Contribuable(NamedTuple):
    id: int
    nom: str
    prenom: str | None
    email: str | None
    telephone: str
    type_contribuable_id: int
    quartier_id: int
    collecteur_id: int
    adresse: str
    numero_identification: str | None
    actif: bool
    created_at: datetime
    updated_at: datetime


class Affectation(NamedTuple):
    id: int
    contribuable_id: int
    taxe_id: int
    date_debut: datetime
    date_fin: datetime | None
    montant_custom: int | None
    actif: bool
    created_at: datetime
    updated_at: datetime


class Collecte(NamedTuple):
    id: int
    contribuable_id: int
    taxe_id: int
    collecteur_id: int
    montant: int
    type_paiement: str
    statut: str
    reference: str
    date_collecte: datetime
    annule: bool
    created_at: datetime
    updated_at: datetime


class Relance(NamedTuple):
    """A reminder an agent of the tax office made by hand."""

    id: int
    contribuable_id: int
    affectation_taxe_id: int | None
    type_relance: str
    statut: str
    message: str
    montant_due: int
    date_echeance: datetime
    date_envoi: datetime | None
    date_planifiee: datetime
    canal_envoi: str
    utilisateur_id: int
    created_at: datetime
    updated_at: datetime


class Dossier(NamedTuple):
    id: int
    contribuable_id: int
    affectation_taxe_id: int
    montant_initial: int
    montant_paye: int
    montant_restant: int
    penalites: int
    date_echeance: datetime
    jours_retard: int
    statut: str
    priorite: str
    dernier_contact: datetime | None
    nombre_relances: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Bloc:
    """The rows of a few thousand contribuables; each field bears the name of its table."""

    contribuable: list[Contribuable] = field(default_factory=list)
    affectation_taxe: list[Affectation] = field(default_factory=list)
    info_collecte: list[Collecte] = field(default_factory=list)
    relance: list[Relance] = field(default_factory=list)
    dossier_impaye: list[Dossier] = field(default_factory=list)
