"""The form of a Dag, made from the table of its parameters."""

from collections.abc import Mapping
from typing import assert_never

from airflow.sdk import Param

from relances.rules.parametres import Autre, Choix, Entier, Genre, Parametre
from relances_providers.provider_info import PROVIDERS


def formulaire(parametres: Mapping[str, Parametre]) -> dict[str, Param]:
    """What Airflow asks for, a field per parameter."""
    return {nom: _field(parametre) for nom, parametre in parametres.items()}


def _field(parametre: Parametre) -> Param:
    kind, more = _schema(parametre.genre)
    optional = parametre.vide is not None
    words = {"null": parametre.vide} if optional and "enum" in more else {}
    shown = words | (dict(parametre.genre.dits) if isinstance(parametre.genre, Choix) else {})
    if optional and isinstance(listed := more.get("enum"), list):
        more["enum"] = [None, *listed]
    if shown:
        more["values_display"] = shown
    default = parametre.defaut
    if default is None and not optional and isinstance(listed := more.get("enum"), list):
        default = listed[0]
    return Param(
        default,
        type=["null", kind] if optional else kind,
        title=parametre.titre,
        description=f"{parametre.francais} — {parametre.english}",
        **more,
    )


def _schema(genre: Genre) -> tuple[str, dict[str, object]]:
    """The type of JSON schema and what else it says of the value."""
    match genre:
        case Entier(minimum, maximum):
            return "integer", {"minimum": minimum, "maximum": maximum}
        case Choix(valeurs):
            return "string", {"enum": [str(valeur) for valeur in valeurs]}
        case Autre.FOURNISSEUR:
            return "string", {"enum": [provider.name for provider in PROVIDERS]}
        case Autre.TEXTE:
            return "string", {}
        case Autre.LISTE:
            return "array", {"items": {"type": "string"}}
        case Autre.JOUR:
            return "string", {"format": "date"}
        case Autre.OUI_NON:
            return "boolean", {}
        case _:
            assert_never(genre)
