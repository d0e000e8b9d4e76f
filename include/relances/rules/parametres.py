"""The parameters of the Dags: what each may hold and means. Forms, services and commands take it from here."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

from relances.rules.arret import Action
from relances.rules.models import Canal


@dataclass(frozen=True, slots=True)
class Entier:
    """A whole number, both bounds included."""

    minimum: int
    maximum: int

    @property
    def french(self) -> str:
        return f"un entier d'au moins {self.minimum} et d'au plus {self.maximum}"

    @property
    def english(self) -> str:
        return f"an integer from {self.minimum} to {self.maximum}"

    def holds(self, value: object) -> bool:
        return isinstance(value, int) and not isinstance(value, bool) and self.minimum <= value <= self.maximum


@dataclass(frozen=True, slots=True)
class Choix:
    """One of these words; ``dits``: what a form shows for some of them."""

    valeurs: tuple[str, ...]
    dits: Mapping[str, str]


class Autre(StrEnum):
    """What needs no more than its name. A ``FOURNISSEUR``: whichever are installed."""

    FOURNISSEUR = "fournisseur"
    TEXTE = "texte"
    LISTE = "liste"
    JOUR = "jour"
    OUI_NON = "oui_non"


Genre: TypeAlias = Entier | Choix | Autre


@dataclass(frozen=True, slots=True)
class Parametre:
    """One field of a form. ``vide``: what it means where nothing is given; None where something must be.

    ``defaut``: what it holds where nobody says.
    """

    genre: Genre
    titre: str
    francais: str
    english: str
    defaut: object = None
    vide: str | None = "vide — empty"


RETARD: Final = Entier(0, 3_650)  # ten years
LIMITE: Final = Entier(1, 1_000_000)

QUOTIDIENNES: Final[Mapping[str, Parametre]] = {
    "jours_retard_min": Parametre(
        RETARD,
        "Retard minimum (jours)",
        "Ne relancer qu'à partir de ce nombre de jours de retard.",
        "Minimum days overdue.",
        defaut=7,
        vide=None,
    ),
    "type_relance": Parametre(
        Choix(tuple(Canal), {}),
        "Canal",
        "Par quel canal relancer ; vide = celui de chaque niveau. Le même jour, un seul par contribuable.",
        "Channel; empty = that of each level.",
        vide="selon la politique — by policy",
    ),
    "fournisseur": Parametre(
        Autre.FOURNISSEUR,
        "Fournisseur",
        "N'envoyer que par celui-ci, qui doit servir le canal ; vide = selon le pays de chaque numéro.",
        "Only this provider; empty = by the country of each number.",
        vide="selon le numéro — by number",
    ),
    "limite": Parametre(
        LIMITE,
        "Nombre maximum de relances",
        "Au plus tant de relances pour ce jour ; vide = toutes.",
        "At most this many; empty = all.",
    ),
    "envoyer_automatiquement": Parametre(
        Autre.OUI_NON,
        "Envoyer sans attendre",
        "Non : les relances sont créées et restent en attente.",
        "No: created, left waiting.",
        defaut=True,
        vide=None,
    ),
    "categories": Parametre(
        Autre.LISTE,
        "Catégories de taxe",
        "Codes des types de taxe, un par ligne ; vide = tous.",
        "Tax type codes; empty = all.",
    ),
    "date_relance": Parametre(
        Autre.JOUR,
        "Jour de la relance",
        "Vide = le jour du passage ; jamais dans le futur.",
        "Empty = the run's own day.",
    ),
    "simulation": Parametre(
        Autre.OUI_NON,
        "Simulation",
        "Tout faire sauf envoyer et reporter.",
        "Everything but sending and writing back.",
        defaut=False,
        vide=None,
    ),
    "campagne": Parametre(
        Autre.TEXTE,
        "Campagne",
        "Relancer les contacts importés sous ce nom, au lieu des contribuables de l'application fiscale.",
        "Remind the imported contacts of this campaign instead.",
    ),
    "oppositions": Parametre(
        Autre.LISTE,
        "Oppositions",
        "Identifiants de contribuables à ne plus relancer, un par ligne ; ajoutés à la liste, même en simulation ; pas "
        "avec une campagne.",
        "Taxpayers to remind no more, added to the list, even by a simulation; not beside a campaign.",
    ),
}
"""Of ``relances_quotidiennes``."""

ARRET: Final[Mapping[str, Parametre]] = {
    "action": Parametre(
        Choix(
            tuple(Action),
            {
                Action.ARRETER: "arrêter — stop",
                Action.REPRENDRE: "reprendre — resume",
                Action.VOIR: "voir seulement — only look",
            },
        ),
        "Action",
        "Arrêter ou reprendre les envois.",
        "Stop sending, or resume it.",
        defaut=Action.ARRETER.value,
        vide=None,
    ),
    "fournisseur": Parametre(
        Autre.FOURNISSEUR,
        "Fournisseur",
        "Lui seul ; vide = tous.",
        "Only this provider; empty = all.",
        vide="tous — all",
    ),
}
"""Of ``relances_arret``."""

DIAGNOSTIC: Final[Mapping[str, Parametre]] = {
    "fournisseur": Parametre(
        Autre.FOURNISSEUR,
        "Fournisseur du message de test",
        "Vide : aucun message ; sinon un, au numéro de test de sa connexion.",
        "Empty: no message; else one, to its connection's test number.",
        vide="aucun — none",
    ),
}
"""Of ``relances_diagnostic``."""

MESSAGE_TEST: Final[Mapping[str, Parametre]] = {
    "fournisseur": Parametre(
        Autre.FOURNISSEUR,
        "Fournisseur",
        "Par qui envoyer, au numéro de test de sa connexion.",
        "Through whom, to its connection's test number.",
        vide=None,
    ),
}
"""Of ``relances_message_test``."""
