"""Every reason not to remind, and what is to be done about it: what the report says, and a page of the docs."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


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
    "telephone_absent": Raison("pas de numéro de téléphone", "demander le numéro au contribuable"),
    "telephone_invalide": Raison("numéro invalide", "corriger le numéro dans l'application fiscale"),
    "numero_douteux": Raison(
        "numéro douteux : ce qui est écrit ne se lit pas d'une seule façon",
        "demander le numéro, et l'écrire seul dans l'application fiscale",
    ),
    "ligne_fixe": Raison("ligne fixe : ne reçoit pas de message", "demander un numéro mobile"),
    "format_guide": Raison("numéro à dix chiffres, un de trop", "vérifier le numéro et le corriger"),
    "hors_region": Raison(
        "pays que les fournisseurs de ce passage n'atteignent pas",
        "demander un numéro gabonais, ou laisser « fournisseur » vide si un seul était demandé",
    ),
    "injoignable": Raison("numéro que le fournisseur dit injoignable", "demander un autre numéro, ou appeler"),
    "opposition": Raison("le contribuable a demandé de ne plus lui écrire", "appeler, ou écrire par courrier"),
    "deja_relance": Raison(
        "déjà relancée récemment, sur ce canal ou un autre",
        "rien : la relance viendra après le délai",
        Acteur.PERSONNE,
    ),
    "peut_etre_relance": Raison(
        "peut-être déjà relancée : la base a été restaurée, et ne sait pas tout de ce jour",
        "rien : un passage d'un jour suivant relancera ; un contact, à importer sous un autre nom s'il le faut",
        Acteur.PERSONNE,
    ),
    "maximum_semaine": Raison(
        "déjà assez relancé cette semaine, par nous ou par un agent",
        "rien : la relance viendra plus tard",
        Acteur.PERSONNE,
    ),
    "une_par_message": Raison(
        "une créance plus ancienne du contribuable est relancée à sa place",
        "rien : elle viendra à son tour",
        Acteur.PERSONNE,
    ),
    "montant_minimum": Raison(
        "montant trop petit", "rien, ou baisser montant_minimum dans la politique", Acteur.POLITIQUE
    ),
    "categorie_exclue": Raison(
        "type de taxe que la politique ne relance pas",
        "rien, ou le retirer de categories_exclues dans la politique",
        Acteur.POLITIQUE,
    ),
    "plafond": Raison(
        "au-delà du nombre de relances permis par la politique",
        "rien : un passage suivant relancera ; ou relever le plafond",
        Acteur.POLITIQUE,
    ),
    "budget": Raison(
        "au-delà du budget de la politique",
        "rien : un passage suivant relancera ; ou relever le budget",
        Acteur.POLITIQUE,
    ),
    "message_trop_long": Raison("message trop long", "raccourcir le nom ou le gabarit", Acteur.POLITIQUE),
    "hors_limite": Raison("au-delà de la limite demandée", "rien, ou relancer sans limite", Acteur.EXPLOITANT),
    "montant_nul": Raison("montant nul ou absent", "vérifier la taxe dans l'application fiscale"),
    "montant_demesure": Raison("montant démesuré", "vérifier la taxe dans l'application fiscale"),
    "echeance_invalide": Raison("échéance absente ou future", "vérifier l'affectation de la taxe"),
    "echeance_invraisemblable": Raison(
        "échéance trop ancienne ou trop lointaine pour être vraie",
        "corriger la date de l'affectation de la taxe ; les bornes sont dans la politique, [qualite]",
    ),
    "doublon": Raison(
        "extraite deux fois", "signaler à l'exploitant : la source donne des doublons", Acteur.EXPLOITANT
    ),
    "payee": Raison("payée depuis", "rien", Acteur.PERSONNE),
    "litige": Raison("créance en litige", "rien tant que le litige dure"),
    "moratoire": Raison("moratoire accordé", "rien tant que le moratoire dure"),
}
DE_LA_SOURCE: Final = frozenset({"payee", "litige", "moratoire"})
"""Those that only a tax system gives, in its column ``exclusion``."""


def raison(code: str) -> Raison:
    """The reason behind a code; a code of the tax system's own is shown as it is."""
    return RAISONS.get(code, Raison(code, "voir la source fiscale"))
