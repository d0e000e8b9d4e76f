"""The settings: what ``.env.example`` says of each, and the connection that it feeds."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import fill
from typing import Final

from relances.local.provider_variables import ALERTES, PROVIDER_CONNECTIONS

_INTRODUCTION: Final = """\
# Les réglages

Les variables de `.env`, telles que les explique `.env.example`, dont cette page est faite. Comment s'en servir est dans
[l'installation](../exploitant/installation.md) ; ce qui décide qui est relancé n'est pas ici, mais dans
[la politique](../politique.md).

Page faite du code par `python -m documentation` : ne la modifiez pas à la main.
"""
_THEMSELVES: Final[Mapping[str, str]] = {
    "RELANCES_DATA_DOCS": "dossier des contrôles de qualité, que les tâches écrivent et que l'interface montre",
    "RELANCES_TEMOIN": "fichier du témoin de cette machine, qui dit si la base est revenue en arrière",
    "RELANCES_DEMONSTRATION": "non vide : une démonstration, qui n'écrit qu'aux simulateurs",
    "RELANCES_SUPERUTILISATEUR_URL": "pour `relances preparer-bases` : le superutilisateur qui crée les rôles",
    "RELANCES_URL_INTERNE": "pour `relances installer` : la base de l'installation, à défaut de `RELANCES_URL`",
}
"""What an installation sets for its own processes, and nobody writes in ``.env``."""
_OWN: Final = """\
## Ce que l'installation pose elle-même

Pour ses propres processus ; rien à donner dans `.env`.
"""

_SECTION: Final = re.compile(r"^# --- (.+?) -+$")
_VARIABLE: Final = re.compile(r"^#([A-Z_]+)=(.*)$")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines of explanation, and the variables right below them, each with its example."""

    lines: tuple[str, ...]
    variables: tuple[tuple[str, str], ...]

    @property
    def text(self) -> str:
        """On one line."""
        return " ".join(line.strip() for line in self.lines)

    @property
    def prose(self) -> str:
        """As Markdown; what is indented is to be typed."""
        if self.lines[0].startswith("  "):
            return "\n".join(["```sh", *(line.removeprefix("  ") for line in self.lines), "```"])
        return "\n".join(self.lines)


def page(example: Path) -> str:
    """A section per section of the file, then what nobody writes there."""
    sections = _sections(example.read_text(encoding="utf-8").splitlines())
    own = "\n".join(f"- `{name}` : {sense}" for name, sense in _THEMSELVES.items())
    return "\n".join([_INTRODUCTION, *(_section(title, lines) for title, lines in sections), f"{_OWN}\n{own}\n"])


def _sections(lines: list[str]) -> Iterator[tuple[str, list[str]]]:
    title, held = "Le fichier", list[str]()
    for line in lines:
        if found := _SECTION.match(line):
            yield title, held
            title, held = found[1], []
        else:
            held.append(line)
    yield title, held


def _section(title: str, lines: list[str]) -> str:
    paragraphs = list(_paragraphs(lines))
    prose = [paragraph.prose for paragraph in paragraphs if not paragraph.variables]
    entries = "\n".join(_entry(paragraph) for paragraph in paragraphs if paragraph.variables)
    return "\n\n".join(part for part in (f"## {title}", *prose, entries) if part) + "\n"


def _entry(paragraph: Paragraph) -> str:
    names = ", ".join(f"`{name}`" for name, _ in paragraph.variables)
    facts = [fact for name, example in paragraph.variables for fact in _facts(name, example, len(paragraph.variables))]
    return "\n".join([_item("- ", f"{names} : {paragraph.text}"), *(_item("  - ", fact) for fact in facts)])


def _facts(name: str, example: str, together: int) -> Iterator[str]:
    """The example and the field of one variable; its name where it is explained together with others."""
    facts = " ; ".join(fact for fact in (f"comme `{example}`" if example else "", _becomes(name)) if fact)
    if facts:
        yield f"`{name}` : {facts}" if together > 1 else facts


def _item(bullet: str, text: str) -> str:
    indent = " " * len(bullet)
    return fill(text, 120, initial_indent=bullet, subsequent_indent=indent, break_on_hyphens=False)


def _paragraphs(lines: list[str]) -> Iterator[Paragraph]:
    held, variables = list[str](), list[tuple[str, str]]()
    for line in [*lines, ""]:
        if found := _VARIABLE.match(line):
            variables.append((found[1], found[2]))
        elif line.startswith("# ") and not variables:
            held.append(line.removeprefix("# "))
        elif held or variables:
            yield Paragraph(tuple(held), tuple(variables))
            held, variables = [], []


def _becomes(name: str) -> str:
    """The field of the connection that the variable feeds."""
    for provider in (*PROVIDER_CONNECTIONS, ALERTES):
        if variable := provider.variables.get(name):
            needed = " ; obligatoire" if variable.required else ""
            return f"champ `{variable.field}` de `{provider.connection_id}`{needed}"
    return ""
