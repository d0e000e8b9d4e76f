"""The form of a Dag, made from the table of its parameters."""

from collections.abc import Mapping
from typing import Any, assert_never

from airflow.sdk import Param

from relances.rules.parametres import Autre, Choix, Entier, Genre, Parametre
from relances_providers.provider_info import PROVIDERS


def formulaire(parametres: Mapping[str, Parametre]) -> dict[str, Param]:
    """The Params of a Dag: a field for each parameter."""
    return {nom: _field(parametre) for nom, parametre in parametres.items()}


def _field(parametre: Parametre) -> Param:
    schema: dict[str, Any] = _schema(parametre.genre)
    default, words = parametre.defaut, dict(parametre.genre.dits) if isinstance(parametre.genre, Choix) else {}
    if parametre.vide is None:
        default = schema["enum"][0] if default is None else default
    else:
        schema["type"] = ["null", schema["type"]]
        if "enum" in schema:
            schema["enum"] = [None, *schema["enum"]]
            words["null"] = parametre.vide
    if words:
        schema["values_display"] = words
    description = f"{parametre.francais} — {parametre.english}"
    return Param(default, title=parametre.titre, description=description, **schema)


def _schema(genre: Genre) -> dict[str, object]:
    """The JSON schema of one parameter."""
    match genre:
        case Entier(minimum, maximum):
            return {"type": "integer", "minimum": minimum, "maximum": maximum}
        case Choix(valeurs):
            return {"type": "string", "enum": [str(valeur) for valeur in valeurs]}
        case Autre.FOURNISSEUR:
            return {"type": "string", "enum": [provider.name for provider in PROVIDERS]}
        case Autre.TEXTE:
            return {"type": "string"}
        case Autre.LISTE:
            return {"type": "array", "items": {"type": "string"}}
        case Autre.JOUR:
            return {"type": "string", "format": "date"}
        case Autre.OUI_NON:
            return {"type": "boolean"}
        case _:
            assert_never(genre)
