"""The policy as a value: who is reminded, when, by whom, with which text. ``relances.policy`` reads it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from relances.rules.fenetre import Fenetre
from relances.rules.models import Canal

ECHEANCE_MIN: Final = date(2000, 1, 1)
ECHEANCE_HORIZON_JOURS: Final = 732
"""Two years and a day: what bounds an échéance where a policy, older than these fields, does not say."""
SOLDES_MAX: Final = 60.0
"""Seconds: the same for the age of the balances that a relance leaves by."""


@dataclass(frozen=True, slots=True)
class Niveau:
    """One step of the escalation: applies from ``a_partir_de_jours`` days of lateness.

    ``gabarit``: the name of its template. ``delai_jours``: days during which a creance already reminded is left
    alone. ``fournisseur``: the only one that sends it; None: those of its canal.
    """

    numero: int
    a_partir_de_jours: int
    canal: Canal
    fournisseur: str | None
    gabarit: str
    delai_jours: int


@dataclass(frozen=True, slots=True)
class BaseFiscale:
    """How long the pipeline may take in the tax system's database, whose guest it is. Seconds.

    ``lecture_max``: of one statement that reads. ``ecriture_max``: of one that shows results, which is how long who
    works there may wait for it. ``silence_max``: of a database that stops in the middle of an answer. ``soldes_max``:
    how old the balances may be that a relance leaves by, which says how often they are read.
    """

    lecture_max: float = 300.0
    ecriture_max: float = 1.0
    silence_max: float = 60.0
    soldes_max: float = SOLDES_MAX


@dataclass(frozen=True, slots=True)
class Qualite:
    """What an extraction must hold for a run to go on.

    ``montant_max``: of one creance, in the currency. ``part_telephones``: share of creances with a usable number, 0
    to 1. ``fraicheur_jours``: age of the latest payment known. ``ecart_volume``: how far from the mean of the last
    ``passages_compares`` runs the number of creances may be, as a share of it. ``echeance_min``: the oldest échéance
    that is no mistake. ``echeance_horizon_jours``: how many days ahead of a run, or of an import, one may be.
    """

    montant_max: Decimal
    part_telephones: float
    fraicheur_jours: int
    ecart_volume: float
    passages_compares: int
    echeance_min: date = ECHEANCE_MIN
    echeance_horizon_jours: int = ECHEANCE_HORIZON_JOURS

    def echeance_max(self, jour: date) -> date:
        """The latest échéance that is no mistake on that day."""
        return jour + timedelta(days=self.echeance_horizon_jours)


@dataclass(frozen=True, slots=True)
class Selection:
    """Who is left alone.

    ``montant_minimum``: what a relance must be about, in the currency. ``maximum_par_semaine``: reminders of one
    contribuable in seven days, those of agents included. ``regrouper``: one message speaks of all the creances of a
    contribuable; else of the oldest alone. ``oubli_injoignable_jours``: days after which a number said unreachable
    is tried again.
    """

    montant_minimum: Decimal
    maximum_par_semaine: int
    regrouper: bool
    categories_exclues: frozenset[str]
    oubli_injoignable_jours: int
    accepter_format_guide: bool


@dataclass(frozen=True, slots=True)
class Texte:
    """How messages are written. ``langue``: of who has none, or one without templates. ``segments_max``: of an SMS.

    ``simplifier``: letters that no SMS of 160 characters has give way to plainer ones.
    """

    langue: str
    segments_max: int
    simplifier: bool


@dataclass(frozen=True, slots=True)
class Plafonds:
    """The most a run, or a day, may create; None: no limit. Budgets in the currency."""

    relances_par_passage: int | None
    relances_par_jour: int | None
    budget_par_passage: Decimal | None
    budget_par_jour: Decimal | None

    @property
    def any(self) -> bool:
        limits = (self.relances_par_passage, self.relances_par_jour, self.budget_par_passage, self.budget_par_jour)
        return any(limit is not None for limit in limits)


@dataclass(frozen=True, slots=True)
class Disjoncteur:
    """When sending by a fournisseur in trouble pauses. ``part``: of its last ``echantillon`` calls, that failed.

    ``pause``: seconds until it is tried again with one call, doubled each time in a row, up to ``pause_max``.
    """

    part: float
    echantillon: int
    pause: float
    pause_max: float


@dataclass(frozen=True, slots=True)
class Repli:
    """Whether a relance may go on by another canal, within ``delai_heures`` of its creation.

    ``autre_canal``: where its fournisseur says that its number is not on this one.
    """

    autre_canal: bool
    delai_heures: int


@dataclass(frozen=True, slots=True)
class Envoi:
    """How sending goes. Delays in seconds, ``taille_lot`` in relances; fournisseurs, the preferred first.

    ``attente_reconciliation``: how long a run may wait for doubts and retries before it reports.
    ``delai_incertitude``: how long a fournisseur that can be asked is asked of a doubt.
    ``delai_absence``: how old a doubt must be before a message that is nowhere is one that never left.
    ``jours_suivi``: days during which a fournisseur is asked what became of a message, and a relance is sent again.
    ``expiration_heures``: after which a relance that was never tried is called off.
    """

    fournisseurs_sms: tuple[str, ...]
    fournisseurs_whatsapp: tuple[str, ...]
    taille_lot: int
    tentatives_max: int
    premier_delai: float
    delai_max: float
    attente_reconciliation: float
    delai_incertitude: float
    delai_absence: float
    jours_suivi: int
    expiration_heures: int
    disjoncteur: Disjoncteur
    repli: Repli

    def fournisseurs(self, canal: Canal) -> tuple[str, ...]:
        """Those of a canal, the preferred first."""
        return self.fournisseurs_sms if canal is Canal.SMS else self.fournisseurs_whatsapp


@dataclass(frozen=True, slots=True)
class Modele:
    """The template that the provider approved for a niveau and a langue; its variables in the order of their numbers.

    ``variables``: fields of :class:`relances.rules.values.Values`.
    """

    niveau: int
    langue: str
    content_sid: str
    variables: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Politique:
    """The whole file. ``source``: the folder of ``store/sources`` that reads the tax system.

    ``tarifs``: what each fournisseur bills a message, or a segment of it, in the currency. ``sans_effet``: a sentence
    for each setting of the file that only an earlier version knew.
    """

    source: str
    devise: str
    base_fiscale: BaseFiscale
    qualite: Qualite
    selection: Selection
    texte: Texte
    tarifs: Mapping[str, Decimal]
    plafonds: Plafonds
    fenetre: Fenetre
    envoi: Envoi
    niveaux: tuple[Niveau, ...]
    modeles_whatsapp: tuple[Modele, ...]
    sans_effet: tuple[str, ...] = ()

    def niveau(self, jours_retard: int) -> Niveau:
        """The highest step reached after that many days; the first where none is reached yet."""
        found = self.niveaux[0]
        for niveau in self.niveaux:
            if jours_retard >= niveau.a_partir_de_jours:
                found = niveau
        return found

    def impose(self, numero: int) -> bool:
        """Whether that niveau names the only fournisseur that sends it."""
        return any(niveau.numero == numero and niveau.fournisseur is not None for niveau in self.niveaux)

    @property
    def delai_max_jours(self) -> int:
        """The longest ``delai_jours`` of all niveaux."""
        return max(niveau.delai_jours for niveau in self.niveaux)

    def modele(self, canal: Canal, niveau: int, langue: str) -> Modele | None:
        """The approved template in that language, else in the office's; None: the text itself is sent."""
        if canal is not Canal.WHATSAPP or not self.modeles_whatsapp:
            return None
        of_niveau = {modele.langue: modele for modele in self.modeles_whatsapp if modele.niveau == niveau}
        return of_niveau.get(langue) or of_niveau.get(self.texte.langue)
