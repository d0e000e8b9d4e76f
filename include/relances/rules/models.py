"""The nouns of the pipeline, as frozen values."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple


class Canal(StrEnum):
    """How a message travels."""

    SMS = "sms"
    WHATSAPP = "whatsapp"


class Statut(StrEnum):
    """The states of a relance."""

    EN_ATTENTE = "en_attente"
    EN_COURS = "en_cours"
    ENVOYEE = "envoyee"
    LIVREE = "livree"
    ECHEC = "echec"
    INCERTAINE = "incertaine"
    ANNULEE = "annulee"


class Creance(NamedTuple):
    """One overdue item of a contribuable, as extracted, with what was already said of it.

    ``rang``: its row in the extraction. ``jours_retard``: days since ``echeance``.
    ``derniere_relance``: the latest reminder the tax application knows; ``deja_relance_le``: the latest of
    this pipeline. ``relance_du_jour``: the contribuable already has this occasion's relance, for other creances.
    A tuple, since a million are made a day: a frozen dataclass takes eight times as long to make.
    """

    rang: int
    creance_id: str
    contribuable_id: str
    nom: str | None
    prenom: str | None
    telephones: list[str | None] | None
    langue: str | None
    libelle: str | None
    montant_du: Decimal
    devise: str
    echeance: date
    jours_retard: int
    derniere_relance: date | None
    deja_relance_le: date | None
    relance_du_jour: bool


@dataclass(frozen=True, slots=True)
class NouvelleRelance:
    """A relance to create. ``montant_du`` is the sum of its creances, ``echeance`` their oldest.

    ``modele``: the template that the provider approved for what ``texte`` says, with its ``variables``; None: the
    text itself is sent.
    """

    contribuable_id: str
    niveau: int
    fournisseur: str
    telephone: str
    telephone_migre: bool
    texte: str
    modele: str | None
    variables: list[str] | None
    segments: int
    montant_du: Decimal
    devise: str
    echeance: date
    jours_retard: int
    creances: tuple[Creance, ...]


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A creance (by its ``rang``) that gets no relance, and the code of the reason."""

    rang: int
    code: str
