"""The policy as a value: who is reminded, when, by whom, with which text. ``policy_file`` reads it."""

from dataclasses import dataclass

from relances.rules.models import Canal
from relances.rules.texts import DEFAULT_LANGUE


@dataclass(frozen=True, slots=True)
class Niveau:
    """One step of the escalation: applies from ``a_partir_de_jours`` days of lateness."""

    numero: int
    a_partir_de_jours: int


@dataclass(frozen=True, slots=True)
class Selection:
    """``delai_jours``: days during which a creance already reminded is left alone. ``segments_max``: of an SMS.

    ``oubli_injoignable_jours``: days after which a number said unreachable is tried again.
    """

    delai_jours: int
    oubli_injoignable_jours: int
    segments_max: int
    accepter_format_guide: bool


@dataclass(frozen=True, slots=True)
class Envoi:
    """How sending goes. Delays in seconds, ``taille_lot`` in relances; fournisseurs, the preferred first.

    ``attente_reconciliation``: how long a run may wait for doubts and retries before it reports.
    ``delai_incertitude``: how long a fournisseur that can be asked is asked of a doubt.
    ``delai_absence``: how old a doubt must be before a message that is nowhere is one that never left.
    ``jours_suivi``: days during which a fournisseur is asked what became of a message, and a relance is sent again.
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


@dataclass(frozen=True, slots=True)
class Modele:
    """The template that the provider approved for a niveau and a langue; its variables in the order of their numbers.

    ``variables``: fields of :class:`relances.rules.texts.Values`.
    """

    niveau: int
    langue: str
    content_sid: str
    variables: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Politique:
    """The whole file. ``source``: the folder of ``store/sources`` that reads the tax system."""

    source: str
    devise: str
    selection: Selection
    envoi: Envoi
    niveaux: tuple[Niveau, ...]
    modeles_whatsapp: tuple[Modele, ...]

    def niveau(self, jours_retard: int) -> int:
        """The highest step reached after that many days; the first where none is reached yet."""
        reached = [n.numero for n in self.niveaux if jours_retard >= n.a_partir_de_jours]
        return reached[-1] if reached else self.niveaux[0].numero

    def fournisseurs(self, canal: Canal) -> tuple[str, ...]:
        """Those of a canal, the preferred first."""
        return self.envoi.fournisseurs_sms if canal is Canal.SMS else self.envoi.fournisseurs_whatsapp

    def modele(self, canal: Canal, niveau: int, langue: str | None) -> Modele | None:
        """The approved template in that language, else in the office's; None: the text itself is sent."""
        if canal is not Canal.WHATSAPP:
            return None
        of_niveau = {modele.langue: modele for modele in self.modeles_whatsapp if modele.niveau == niveau}
        return of_niveau.get(langue or DEFAULT_LANGUE) or of_niveau.get(DEFAULT_LANGUE)
