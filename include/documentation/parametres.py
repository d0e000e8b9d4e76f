"""The parameters of the Dags, as their forms ask for them."""

import sys
from collections.abc import Iterator, Mapping
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from relances.rendering.markdown import tableau

_INTRODUCTION: Final = """\
# Les paramètres des Dags

Ce que demande le formulaire de **Trigger / Déclencher**. Un paramètre laissé tel quel prend sa valeur par défaut ; le
passage planifié les a toutes. Ce que chacun change pour l'agent est dans [son guide](../agent.md#lancer-un-passage).

Page faite du code par `python -m documentation` : ne la modifiez pas à la main.
"""


def page(dags: Path) -> str:
    """A section per Dag of the folder that asks for something."""
    modules = (_loaded(path) for path in sorted(dags.glob("*.py")))
    return "\n".join([_INTRODUCTION, *(_section(module) for module in modules if hasattr(module, "PARAMS"))])


def _loaded(path: Path) -> ModuleType:
    spec = spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ImportError(path)
    module = module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def _section(module: ModuleType) -> str:
    title = next(line for line in str(module.__doc__).splitlines() if line.startswith("###")).strip("# ")
    rows = [
        (f"`{name}`", param.schema["title"], _value(param.value), _accepted(param.schema), _french(param.description))
        for name, param in module.PARAMS.items()
    ]
    table = tableau(("Paramètre", "Titre", "Défaut", "Valeurs", "Sens"), rows)
    return f"## `{module.__name__}`\n\n{title}.\n\n{table}\n"


def _value(value: object) -> str:
    match value:
        case None:
            return "vide"
        case True:
            return "oui"
        case False:
            return "non"
        case _:
            return f"`{value}`"


def _accepted(schema: Mapping[str, Any]) -> str:
    return ", ".join(_kinds(schema))


def _kinds(schema: Mapping[str, Any]) -> Iterator[str]:
    types = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
    if "enum" in schema:
        yield from (f"`{word}`" for word in schema["enum"] if word is not None)
    elif "boolean" in types:
        yield "oui ou non"
    elif "integer" in types:
        yield _bounds(schema.get("minimum"), schema.get("maximum"))
    elif schema.get("format") == "date":
        yield "une date"
    else:
        yield "une liste, un par ligne" if "array" in types else "un texte"
    if "null" in types:
        yield "vide"


def _bounds(lowest: int | None, highest: int | None) -> str:
    return f"nombre entier, {lowest} au moins" if highest is None else f"nombre entier de {lowest} à {highest}"


def _french(text: str) -> str:
    """What is written before the English."""
    return text.partition(" — ")[0]
