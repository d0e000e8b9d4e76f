"""The codes that are ours, each in one place: why no relance of a creance or to a number, why a relance ended so.

A provider's codes are its own: any text.
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


class Refus(StrEnum):
    """Why a number cannot be used; also the code of the exclusion."""

    ABSENT = "telephone_absent"
    INVALIDE = "telephone_invalide"
    DOUTEUX = "numero_douteux"
    LIGNE_FIXE = "ligne_fixe"
    HORS_REGION = "hors_region"
    FORMAT_GUIDE = "format_guide"
    INJOIGNABLE = "injoignable"
    OPPOSITION = "opposition"


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
