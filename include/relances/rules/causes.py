"""Why a relance failed or was called off, and what to do about it, for the tax officer."""

from collections.abc import Mapping
from typing import Final, TypeAlias

from relances.rules.citation import cite
from relances.rules.codes import Cause, Exclu, Refus
from relances.rules.exclusions import RAISONS, Raison

CAUSES: Final[dict[str, Raison]] = {
    Cause.SANS_REPONSE: Raison(
        "pas de réponse du fournisseur (408) : peut-être arrivée", "ne pas renvoyer ; vérifier auprès du contribuable"
    ),
    Cause.DEBIT: Raison("le fournisseur limite le débit", "réduire rate_per_second de la connexion"),
    Cause.INDISPONIBLE: Raison("fournisseur en panne malgré plusieurs essais", "prévenir l'exploitant"),
    Cause.INJOIGNABLE: Raison(
        "fournisseur injoignable malgré plusieurs essais", "prévenir l'exploitant ; un passage suivant relancera"
    ),
    Cause.KEYCLOAK_INJOIGNABLE: Raison("Keycloak injoignable malgré plusieurs essais", "prévenir l'exploitant"),
    Cause.KEYCLOAK_INDISPONIBLE: Raison("Keycloak indisponible malgré plusieurs essais", "prévenir l'exploitant"),
    Cause.KEYCLOAK_ILLISIBLE: Raison("réponse de Keycloak illisible malgré plusieurs essais", "vérifier keycloak_host"),
    Cause.TROP_TARD: Raison("envoi toujours commencé trop tard", "prévenir l'exploitant : la machine est trop lente"),
    Cause.TROP_LONG: Raison("message trop long pour le fournisseur", "raccourcir le gabarit"),
    Cause.ERREUR_INTERNE: Raison("erreur du programme", "prévenir le développeur, avec le journal de la tâche"),
    Cause.JAMAIS_PARTIE: Raison(
        "le fournisseur ne l'a jamais reçue malgré plusieurs essais",
        "prévenir l'exploitant ; un passage suivant relancera",
    ),
    Cause.NON_LIVREE: Raison(
        "non livrée malgré plusieurs essais, le fournisseur ne dit pas pourquoi",
        "joindre le contribuable autrement ; rien ne met en cause son numéro",
    ),
    Cause.SANS_NOUVELLE: Raison(
        "envoyée, mais le fournisseur n'a jamais dit si elle est arrivée", "rien ; vérifier auprès du contribuable"
    ),
    Cause.BAIL_EXPIRE: Raison("traitement interrompu pendant l'envoi", "rien : la réconciliation tranchera"),
    Cause.RESTAUREE: Raison(
        "la base a été restaurée : peut-être déjà arrivée",
        "rien : la réconciliation tranchera, ou dira de vérifier auprès du contribuable",
    ),
    Cause.ABANDONNEE: Raison(
        "pas partie malgré plusieurs jours d'essais", "prévenir l'exploitant ; un passage suivant relancera"
    ),
    Cause.OPPOSITION: RAISONS[Refus.OPPOSITION],
    Cause.NUMERO_DOUTEUX: RAISONS[Refus.DOUTEUX],
    Cause.REMPLACEE: Raison("remplacée par une relance plus récente", "rien"),
    Cause.EXPIREE: Raison("pas partie à temps", "rien : un passage suivant relancera"),
    Cause.PAYEE: RAISONS[Exclu.PAYEE],
    Cause.MONTANT_MINIMUM: RAISONS[Exclu.MONTANT_MINIMUM],
    Cause.MONTANT_CHANGE: Raison(
        "payée en partie depuis, et le message n'a pu être récrit", "rien : un passage suivant relancera"
    ),
    Cause.MESSAGE_TROP_LONG: RAISONS[Exclu.MESSAGE_TROP_LONG],
    Cause.SIMULATION: Raison("passage de simulation : rien n'est envoyé", "rien"),
}


Explications: TypeAlias = Mapping[tuple[str, str], Raison]
"""What the codes of each fournisseur mean, by fournisseur and code."""


def cause(code: str, fournisseur: str | None, explications: Explications) -> Raison:
    """The meaning of a relance's code: ours, else its fournisseur's. An unknown code blames nobody."""
    known = CAUSES.get(code) or explications.get((fournisseur or "", code))
    return known or Raison(
        f"code inconnu : refusée par le fournisseur (code {cite(code)}), malgré plusieurs essais",
        "prévenir l'exploitant : chercher ce code chez le fournisseur et le dire au développeur ; rien ne met en cause "
        "le numéro",
    )
