"""Every reason not to remind, and what is to be done about it: what the report says, and a page of the docs."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from relances.rules.codes import Exclu, Refus


class Acteur(StrEnum):
    """Who can do something about a reason."""

    AGENT = "agent fiscal"
    POLITIQUE = "qui tient la politique"
    EXPLOITANT = "exploitant"
    PERSONNE = "personne"


@dataclass(frozen=True, slots=True)
class Raison:
    """The meaning of a code for a tax officer, the cure, and whose it is."""

    libelle: str
    que_faire: str
    acteur: Acteur = Acteur.AGENT


RAISONS: Final[dict[str, Raison]] = {
    Refus.ABSENT: Raison("pas de numéro de téléphone", "demander le numéro au contribuable"),
    Refus.INVALIDE: Raison("numéro invalide", "corriger le numéro dans l'application fiscale"),
    Refus.DOUTEUX: Raison(
        "numéro douteux : ce qui est écrit ne se lit pas d'une seule façon",
        "demander le numéro, et l'écrire seul dans l'application fiscale",
    ),
    Refus.LIGNE_FIXE: Raison("ligne fixe : ne reçoit pas de message", "demander un numéro mobile"),
    Refus.FORMAT_GUIDE: Raison("numéro à dix chiffres, un de trop", "vérifier le numéro et le corriger"),
    Refus.HORS_REGION: Raison(
        "pays que les fournisseurs de ce passage n'atteignent pas",
        "demander un numéro gabonais, ou laisser « fournisseur » vide si un seul était demandé",
    ),
    Refus.INJOIGNABLE: Raison("numéro que le fournisseur dit injoignable", "demander un autre numéro, ou appeler"),
    Refus.OPPOSITION: Raison("le contribuable a demandé de ne plus lui écrire", "appeler, ou écrire par courrier"),
    Exclu.DEJA_RELANCE: Raison(
        "déjà relancée récemment, sur ce canal ou un autre",
        "rien : la relance viendra après le délai",
        Acteur.PERSONNE,
    ),
    Exclu.PEUT_ETRE_RELANCE: Raison(
        "peut-être déjà relancée : la base a été restaurée, et ne sait pas tout de ce jour",
        "rien : un passage d'un jour suivant relancera ; un contact, à importer sous un autre nom s'il le faut",
        Acteur.PERSONNE,
    ),
    Exclu.MAXIMUM_SEMAINE: Raison(
        "déjà assez relancé cette semaine, par nous ou par un agent",
        "rien : la relance viendra plus tard",
        Acteur.PERSONNE,
    ),
    Exclu.UNE_PAR_MESSAGE: Raison(
        "une créance plus ancienne du contribuable est relancée à sa place",
        "rien : elle viendra à son tour",
        Acteur.PERSONNE,
    ),
    Exclu.MONTANT_MINIMUM: Raison(
        "montant trop petit", "rien, ou baisser montant_minimum dans la politique", Acteur.POLITIQUE
    ),
    Exclu.CATEGORIE_EXCLUE: Raison(
        "type de taxe que la politique ne relance pas",
        "rien, ou le retirer de categories_exclues dans la politique",
        Acteur.POLITIQUE,
    ),
    Exclu.PLAFOND: Raison(
        "au-delà du nombre de relances permis par la politique",
        "rien : un passage suivant relancera ; ou relever le plafond",
        Acteur.POLITIQUE,
    ),
    Exclu.BUDGET: Raison(
        "au-delà du budget de la politique",
        "rien : un passage suivant relancera ; ou relever le budget",
        Acteur.POLITIQUE,
    ),
    Exclu.MESSAGE_TROP_LONG: Raison("message trop long", "raccourcir le nom ou le gabarit", Acteur.POLITIQUE),
    Exclu.HORS_LIMITE: Raison("au-delà de la limite demandée", "rien, ou relancer sans limite", Acteur.EXPLOITANT),
    Exclu.MONTANT_NUL: Raison("montant nul ou absent", "vérifier la taxe dans l'application fiscale"),
    Exclu.MONTANT_DEMESURE: Raison("montant démesuré", "vérifier la taxe dans l'application fiscale"),
    Exclu.ECHEANCE_INVALIDE: Raison("échéance absente ou future", "vérifier l'affectation de la taxe"),
    Exclu.ECHEANCE_INVRAISEMBLABLE: Raison(
        "échéance trop ancienne ou trop lointaine pour être vraie",
        "corriger la date de l'affectation de la taxe ; les bornes sont dans la politique, [qualite]",
    ),
    Exclu.DOUBLON: Raison(
        "extraite deux fois", "signaler à l'exploitant : la source donne des doublons", Acteur.EXPLOITANT
    ),
    Exclu.PAYEE: Raison("payée depuis", "rien", Acteur.PERSONNE),
    Exclu.LITIGE: Raison("créance en litige", "rien tant que le litige dure"),
    Exclu.MORATOIRE: Raison("moratoire accordé", "rien tant que le moratoire dure"),
}
DE_LA_SOURCE: Final = frozenset({Exclu.PAYEE, Exclu.LITIGE, Exclu.MORATOIRE})
"""Those that only a tax system gives, in its column ``exclusion``."""


def raison(code: str) -> Raison:
    """The reason behind a code; a code of the tax system's own is shown as it is."""
    return RAISONS.get(code, Raison(code, "voir la source fiscale"))
