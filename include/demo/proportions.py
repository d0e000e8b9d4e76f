"""How dirty the sample is: every share in one table, so that a reader can check the data against it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum, auto


class Numero(StrEnum):
    """What the ``telephone`` column holds."""

    PROPRE = auto()  # a mobile number, digits only, with or without +241
    ESPACE = auto()  # a mobile number with blanks, dots or dashes
    ANCIEN = auto()  # a mobile number as written before April 2024: 06001234 for 066001234
    PARTAGE = auto()  # the previous contribuable's number, written otherwise
    GUIDE = auto()  # ten digits from 0, the format of the providers' guides: 0661234567
    FIXE = auto()
    ETRANGER = auto()
    ABSENT = auto()  # a placeholder: 0, -, NEANT 17
    ILLISIBLE = auto()  # a digit lost, a name, a number and half of another


class Situation(StrEnum):
    """Where one affectation stands at ``date_reference``; the first five are overdue by a week or more."""

    IMPAYEE = auto()
    PARTIELLE = auto()  # partly paid
    COLLECTE_ANNULEE = auto()  # paid, then the collection was cancelled
    COLLECTE_ECHOUEE = auto()  # a payment that never completed
    CLOSE_APRES = auto()  # ended since, but after its due date: still owed
    PAYEE = auto()
    A_ECHOIR = auto()
    RECENTE = auto()  # overdue by less than a week
    CLOSE_AVANT = auto()  # ended before its due date: nothing is owed
    DESACTIVEE = auto()
    GRATUITE = auto()  # montant_custom is zero

    @property
    def en_retard(self) -> bool:
        """Something is owed, for a week or more."""
        return self in _EN_RETARD


_EN_RETARD = frozenset(
    {
        Situation.IMPAYEE,
        Situation.PARTIELLE,
        Situation.COLLECTE_ANNULEE,
        Situation.COLLECTE_ECHOUEE,
        Situation.CLOSE_APRES,
    }
)


@dataclass(frozen=True, slots=True)
class Proportions:
    """Shares between 0 and 1; those of a mapping add up to 1."""

    numero: Mapping[Numero, float] = field(
        default_factory=lambda: {
            Numero.PROPRE: 0.58,
            Numero.ESPACE: 0.12,
            Numero.ANCIEN: 0.08,
            Numero.PARTAGE: 0.05,
            Numero.GUIDE: 0.02,
            Numero.FIXE: 0.03,
            Numero.ETRANGER: 0.02,
            Numero.ABSENT: 0.07,
            Numero.ILLISIBLE: 0.03,
        }
    )
    affectations: Mapping[int, float] = field(default_factory=lambda: {1: 0.30, 2: 0.35, 3: 0.22, 4: 0.13})
    debiteur: float = 0.70
    situation_debiteur: Mapping[Situation, float] = field(
        default_factory=lambda: {
            Situation.IMPAYEE: 0.53,
            Situation.PARTIELLE: 0.14,
            Situation.COLLECTE_ANNULEE: 0.04,
            Situation.COLLECTE_ECHOUEE: 0.05,
            Situation.CLOSE_APRES: 0.02,
            Situation.PAYEE: 0.10,
            Situation.A_ECHOIR: 0.04,
            Situation.RECENTE: 0.03,
            Situation.CLOSE_AVANT: 0.02,
            Situation.DESACTIVEE: 0.02,
            Situation.GRATUITE: 0.01,
        }
    )
    situation_a_jour: Mapping[Situation, float] = field(
        default_factory=lambda: {
            Situation.PAYEE: 0.62,
            Situation.A_ECHOIR: 0.25,
            Situation.CLOSE_AVANT: 0.05,
            Situation.DESACTIVEE: 0.05,
            Situation.GRATUITE: 0.03,
        }
    )
    contribuable_inactif: float = 0.04
    taxe_inactive: float = 0.02  # first affectations to the tax that was abolished
    montant_custom: float = 0.15
    paiement_anterieur: float = 0.05  # overdue, and an older period was paid
    entreprise: float = 0.08  # a firm: no first name
    nom_neglige: float = 0.03  # stray blanks, no capitals
    sans_identification: float = 0.15
    email: float = 0.10
    relance_recente: float = 0.08  # of what is overdue: an agent reminded within the week
    relance_ancienne: float = 0.15
    relance_generale: float = 0.10  # of those reminders: about the contribuable, no affectation named
    relance_sans_suite: float = 0.12  # of those reminders: planned, failed or cancelled, never sent
    dossier: float = 0.45  # of what is overdue: an open file
    dossier_clos: float = 0.05  # of the rest: a file paid or archived


PROPORTIONS = Proportions()
