"""The commands: those of ``relances``, from its own parser, and those of ``make``, from the Makefile."""

import argparse
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from relances.cli.commande import CODES
from relances.local.cli import parser
from relances.rendering.markdown import tableau

_INTRODUCTION: Final = """\
# Les commandes

`relances` est dans `.venv/bin` (`.venv/bin/relances apercu`) ou, avec Docker Compose, dans chaque worker
(`docker compose exec worker relances apercu`). `relances apercu --help` dit la même chose que cette page.

Un numéro, un motif ou un texte ne se donnent jamais sur la ligne de commande, où la liste des processus et
l'historique du terminal les montreraient : l'option dit qu'on les demande, et ils sont tapés, ou lus sur l'entrée
standard, une ligne par valeur.

{codes}

Page faite du code par `python -m documentation` : ne la modifiez pas à la main.
"""
_TARGET: Final = re.compile(r"^([a-z-]+):.*## (.+)$", re.MULTILINE)


def page(makefile: Path) -> str:
    """A section per command, then the targets of the Makefile."""
    return "\n".join([_INTRODUCTION.format(codes=_codes()), *_sections(parser()), _targets(makefile)])


def _codes() -> str:
    return tableau(("Code de retour", "Sens"), [(str(code), meaning) for code, meaning in CODES.items()])


def _targets(makefile: Path) -> str:
    rows = [(f"`make {name}`", explanation) for name, explanation in _TARGET.findall(makefile.read_text("utf-8"))]
    return f"## `make`\n\n{tableau(('Commande', 'Ce qu’elle fait'), rows)}\n"


def _sections(command: argparse.ArgumentParser) -> Iterator[str]:
    """One per command that has no others below it."""
    below = [action for action in command._actions if isinstance(action, argparse._SubParsersAction)]
    if not below:
        yield _section(command)
    for action in below:
        for name, explained in zip(action.choices, action._choices_actions, strict=True):
            added = action.choices[name]
            added.description = explained.help
            yield from _sections(added)


def _section(command: argparse.ArgumentParser) -> str:
    """What it does, and a row per word or option that it takes."""
    rows = [_row(action) for action in command._actions if action.help != argparse.SUPPRESS and action.dest != "help"]
    table = f"\n{tableau(('Option', 'Sens'), rows)}\n" if rows else ""
    return f"## `{command.prog}`\n\n{_sentence(str(command.description))}\n{table}"


def _row(action: argparse.Action) -> tuple[str, str]:
    word = " ".join([*action.option_strings[:1], _value(action)]).strip()
    needed = "obligatoire" if action.required and action.option_strings else ""
    return f"`{word}`", " ; ".join(part for part in (action.help or "", needed) if part)


def _value(action: argparse.Action) -> str:
    if action.nargs in (0, "?"):
        return ""
    name = action.metavar or action.dest.upper()
    value = ",".join(map(str, action.choices)) if action.choices is not None else str(name)
    return f"{value} …" if action.nargs == "+" else value


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
