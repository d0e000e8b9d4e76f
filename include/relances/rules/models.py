"""The nouns of the pipeline, as frozen values."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from relances.rules.codes import Exclu, Refus


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


NumeroLu: TypeAlias = tuple[str, str | None, str | None, bool, bool, bool, str | None]
"""A telephone as typed, then as read: ``chiffres``, ``pays``, ``migre``, ``format_guide``, ``attribue``, ``refus``."""


class Creance(NamedTuple):
    """One overdue item of a contribuable, as extracted, with what was already said of it.

    ``rang``: its row in the extraction. ``saisie``: its telephone as typed; ``chiffres``, ``pays``, ``migre``,
    ``format_guide``, ``attribue``, ``refus``: as read. ``numeros``: the same seven of each, the best first, where there
    are several. ``jours_retard``: days since ``echeance``. ``derniere_relance``: the latest reminder of it that this
    pipeline or the tax application knows. ``relance_du_jour``: the contribuable already has this occasion's relance,
    for other creances. ``opposition``: the contribuable asked for silence. ``relances_semaine``: reminders of the
    contribuable in the last seven days.
    A tuple, since a million are made a day: a frozen dataclass takes eight times as long to make.
    """

    rang: int
    creance_id: str
    contribuable_id: str
    nom: str | None
    prenom: str | None
    saisie: str | None
    chiffres: str | None
    pays: str | None
    migre: bool
    format_guide: bool
    attribue: bool
    refus: str | None
    numeros: list[NumeroLu] | None
    langue: str | None
    categorie: str | None
    libelle: str | None
    montant_du: Decimal
    echeance: date
    jours_retard: int
    derniere_relance: date | None
    relance_du_jour: bool
    opposition: bool
    relances_semaine: int


class Redaction(NamedTuple):
    """What a relance says and is billed. ``cout``: in the currency.

    ``modele``: the template that the provider approved for what ``texte`` says, with its ``variables``; None: the
    text itself is sent. ``segments_evites``: what plainer letters saved.
    """

    texte: str
    modele: str | None
    variables: list[str] | None
    segments: int
    segments_evites: int
    cout: Decimal


class Chemin(NamedTuple):
    """A fournisseur that a run may use, and the ISO codes of the countries it reaches (none: any).

    ``longueur_max``: characters of the longest text it takes. ``par_segment``: it bills a long text as several.
    ``tarif``: what it bills a message, or a segment of it.
    """

    fournisseur: str
    pays: frozenset[str]
    longueur_max: int
    par_segment: bool
    tarif: Decimal


class NouvelleRelance(NamedTuple):
    """A relance to create. ``montant_du`` is the sum of its creances, ``echeance`` their oldest."""

    contribuable_id: str
    niveau: int
    canal: Canal
    fournisseur: str
    telephone: str
    telephone_migre: bool
    redaction: Redaction
    montant_du: Decimal
    echeance: date
    creances: tuple[Creance, ...]


class Exclusion(NamedTuple):
    """A creance (by its ``rang``) that gets no relance, and the code of the reason."""

    rang: int
    code: Exclu | Refus
