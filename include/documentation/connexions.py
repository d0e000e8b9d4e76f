"""The fields of a provider's connection, as Airflow's form asks for them."""

from collections.abc import Iterator, Mapping
from typing import Final

from relances.rendering.markdown import tableau
from relances_providers import form
from relances_providers.provider_info import PROVIDERS, Provider

_INTRODUCTION: Final = """\
# Les connexions

Les champs du formulaire de chaque fournisseur, dans **Admin → Connections** (dépliez *Champs supplémentaires*). Comment
les remplir est dans [les fournisseurs](../fournisseurs/index.md#créer-les-connexions).

Page faite du code par `python -m documentation` : ne la modifiez pas à la main.
"""


def page() -> str:
    """A section per provider."""
    return "\n".join([_INTRODUCTION, *map(_section, PROVIDERS)])


def _section(provider: Provider) -> str:
    table = tableau(("Champ", "Nom", "Défaut", "Sens"), [*_standard(provider), *_own(provider.fields)])
    return f"## {provider.title}\n\nType de connexion `{provider.connection_type}`.\n\n{table}\n"


def _standard(provider: Provider) -> Iterator[tuple[str, str, str, str]]:
    """The fields that Airflow has for any connection: the title ends with their name."""
    for name, label in provider.labels.items():
        example = provider.placeholders.get(name)
        yield f"`{name}`", label.removesuffix(f" ({name})"), "", f"comme `{example}`" if example else ""


def _own(fields: Mapping[str, form.Field]) -> Iterator[tuple[str, str, str, str]]:
    for name, field in fields.items():
        title, sense = str(field["label"]).removesuffix(f" ({name})"), str(field["description"]).partition(" — ")[0]
        yield f"`{name}`", title, _value(form.default(field)), sense


def _value(default: form.Default) -> str:
    match default:
        case "":
            return ""
        case bool():
            return "oui" if default else "non"
        case float() | int():
            return f"`{default:g}`"
        case _:
            return f"`{default}`"
