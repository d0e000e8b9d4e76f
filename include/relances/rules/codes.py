"""The codes that are ours, each in one place: why a creance gets no relance, why a relance ended as it did.

Why a number is refused is :class:`relances.rules.numeros.Refus`. A provider's codes are its own: any text.
"""

from enum import StrEnum


class Exclu(StrEnum):
    """Why a creance gets no relance."""

    DEJA_RELANCE = "deja_relance"
    PEUT_ETRE_RELANCE = "peut_etre_relance"
    MAXIMUM_SEMAINE = "maximum_semaine"
    UNE_PAR_MESSAGE = "une_par_message"
    MONTANT_MINIMUM = "montant_minimum"
    CATEGORIE_EXCLUE = "categorie_exclue"
    PLAFOND = "plafond"
    BUDGET = "budget"
    MESSAGE_TROP_LONG = "message_trop_long"
    HORS_LIMITE = "hors_limite"
    MONTANT_NUL = "montant_nul"
    MONTANT_DEMESURE = "montant_demesure"
    ECHEANCE_INVALIDE = "echeance_invalide"
    ECHEANCE_INVRAISEMBLABLE = "echeance_invraisemblable"
    DOUBLON = "doublon"
    PAYEE = "payee"
    LITIGE = "litige"
    MORATOIRE = "moratoire"


class Cause(StrEnum):
    """Why a relance failed, is in doubt, or was called off, where it is not its fournisseur that says so."""

    SANS_REPONSE = "408"
    DEBIT = "429"
    INDISPONIBLE = "indisponible"
    INJOIGNABLE = "injoignable"
    KEYCLOAK_INJOIGNABLE = "keycloak_injoignable"
    KEYCLOAK_INDISPONIBLE = "keycloak_indisponible"
    KEYCLOAK_ILLISIBLE = "keycloak_illisible"
    TROP_TARD = "trop_tard"
    TROP_LONG = "trop_long"
    ERREUR_INTERNE = "erreur_interne"
    JAMAIS_PARTIE = "jamais_partie"
    NON_LIVREE = "non_livree"
    SANS_NOUVELLE = "sans_nouvelle"
    BAIL_EXPIRE = "bail_expire"
    RESTAUREE = "restauree"
    ABANDONNEE = "abandonnee"
    OPPOSITION = "opposition"
    NUMERO_DOUTEUX = "numero_douteux"
    REMPLACEE = "remplacee"
    EXPIREE = "expiree"
    PAYEE = "payee"
    MONTANT_MINIMUM = "montant_minimum"
    MONTANT_CHANGE = "montant_change"
    MESSAGE_TROP_LONG = "message_trop_long"
    SIMULATION = "simulation"
