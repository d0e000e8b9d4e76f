"""Why a relance failed or was called off, and what to do about it, for the tax officer."""

from collections.abc import Mapping
from typing import Final, TypeAlias

from relances.rules.bilan import SANS_NOUVELLE
from relances.rules.citation import cite
from relances.rules.exclusions import RAISONS, Raison

CAUSES: Final[dict[str, Raison]] = {
    "408": Raison(
        "pas de réponse du fournisseur (408) : peut-être arrivée", "ne pas renvoyer ; vérifier auprès du contribuable"
    ),
    "429": Raison("le fournisseur limite le débit", "réduire rate_per_second de la connexion"),
    "indisponible": Raison("fournisseur en panne malgré plusieurs essais", "prévenir l'exploitant"),
    "injoignable": Raison(
        "fournisseur injoignable malgré plusieurs essais", "prévenir l'exploitant ; un passage suivant relancera"
    ),
    "keycloak_injoignable": Raison("Keycloak injoignable malgré plusieurs essais", "prévenir l'exploitant"),
    "keycloak_indisponible": Raison("Keycloak indisponible malgré plusieurs essais", "prévenir l'exploitant"),
    "keycloak_illisible": Raison("réponse de Keycloak illisible malgré plusieurs essais", "vérifier keycloak_host"),
    "trop_tard": Raison("envoi toujours commencé trop tard", "prévenir l'exploitant : la machine est trop lente"),
    "trop_long": Raison("message trop long pour le fournisseur", "raccourcir le gabarit"),
    "erreur_interne": Raison("erreur du programme", "prévenir le développeur, avec le journal de la tâche"),
    "jamais_partie": Raison(
        "le fournisseur ne l'a jamais reçue malgré plusieurs essais",
        "prévenir l'exploitant ; un passage suivant relancera",
    ),
    "non_livree": Raison(
        "non livrée malgré plusieurs essais, le fournisseur ne dit pas pourquoi",
        "joindre le contribuable autrement ; rien ne met en cause son numéro",
    ),
    SANS_NOUVELLE: Raison(
        "envoyée, mais le fournisseur n'a jamais dit si elle est arrivée", "rien ; vérifier auprès du contribuable"
    ),
    "bail_expire": Raison("traitement interrompu pendant l'envoi", "rien : la réconciliation tranchera"),
    "restauree": Raison(
        "la base a été restaurée : peut-être déjà arrivée",
        "rien : la réconciliation tranchera, ou dira de vérifier auprès du contribuable",
    ),
    "abandonnee": Raison(
        "pas partie malgré plusieurs jours d'essais", "prévenir l'exploitant ; un passage suivant relancera"
    ),
    "opposition": RAISONS["opposition"],
    "numero_douteux": RAISONS["numero_douteux"],
    "remplacee": Raison("remplacée par une relance plus récente", "rien"),
    "expiree": Raison("pas partie à temps", "rien : un passage suivant relancera"),
    "payee": RAISONS["payee"],
    "montant_minimum": RAISONS["montant_minimum"],
    "montant_change": Raison(
        "payée en partie depuis, et le message n'a pu être récrit", "rien : un passage suivant relancera"
    ),
    "message_trop_long": RAISONS["message_trop_long"],
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
