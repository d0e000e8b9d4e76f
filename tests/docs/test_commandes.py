"""Every command that the documentation names exists, with the options that it gives it."""

import argparse
import re
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

import pytest

from relances.local.cli import parser
from tests.docs.pages import REPOSITORY, code, markdown_files

ENV = (REPOSITORY / ".env.example").read_text(encoding="utf-8")
MAKEFILE = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
VARIABLES = {*re.findall(r"\$\((\w+)\)", MAKEFILE), *re.findall(r"^#([A-Z_]+)=", ENV, re.MULTILINE)}
HISTORY = REPOSITORY / "CHANGELOG.md"  # may name what is no more
PAGES = [page for page in markdown_files() if page != HISTORY]
TEXTS = [REPOSITORY / ".env.example", *sorted((REPOSITORY / "dags").glob("*.py"))]
STOP = {"&&", ";", "|", ">", "<", "…", "}"}


def unknown(line: str) -> Iterator[str]:
    """What a line of code asks for and nobody has."""
    words = re.split(r"\s+", line.strip())
    for at, word in enumerate(words):
        asked = list(_until_it_ends(words[at + 1 :]))
        match word.rpartition("/")[2]:
            case "relances" if _begins(words, at):
                yield from (f"relances: {wrong}" for wrong in _unknown_words(parser(), asked))
            case "make" if _begins(words, at):
                yield from (f"make: {wrong}" for wrong in asked if not _is_made(wrong))
            case "python" | "python3" if asked[:1] == ["-m"] and find_spec(asked[1]) is None:
                yield f"python -m {asked[1]}"


def _begins(words: Sequence[str], at: int) -> bool:
    """Whether a word is a command's: the first, after another command, or given to a container."""
    return at == 0 or words[at - 1] in STOP or "exec" in words[max(at - 3, 0) : at]


def _until_it_ends(words: Sequence[str]) -> Iterator[str]:
    for word in words:
        if word in STOP or word.startswith("#"):
            return
        yield word.rstrip(",.:…")


def _is_made(word: str) -> bool:
    name, is_variable, _ = word.partition("=")
    return name in (VARIABLES if is_variable else TARGETS)


def _unknown_words(command: argparse.ArgumentParser, words: Sequence[str]) -> Iterator[str]:
    chosen = next((action for action in command._actions if not action.option_strings and action.choices), None)
    for at, word in enumerate(words):
        option = word.partition("=")[0]
        if option.startswith("-"):
            if option not in command._option_string_actions:
                yield word
        elif chosen is not None:
            if word not in (chosen.choices or ()):
                yield word
            elif isinstance(chosen, argparse._SubParsersAction):
                yield from _unknown_words(chosen.choices[word], words[at + 1 :])
                return
            chosen = None


def named(page: Path) -> str:
    return str(page.relative_to(REPOSITORY))


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_command_of_a_page_exists(page: Path) -> None:
    assert [wrong for line in code(page) for wrong in unknown(line)] == []


@pytest.mark.parametrize("path", TEXTS, ids=named)
def test_every_command_that_a_text_quotes_exists(path: Path) -> None:
    quoted = re.findall(r"(?:« |`)([^`»\n]+?)(?: »|`)", path.read_text(encoding="utf-8"))
    assert [wrong for line in quoted for wrong in unknown(line)] == []


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        (".venv/bin/relances apercu --csv apercu.csv  # --rien", []),
        ("docker compose exec worker relances opposition importer l.csv", []),
        ("make up EXECUTOR=celery WORKERS=2", []),
        ("dropdb relances && createdb relances", []),
        ("python -m documentation", []),
        ("relances apercus", ["relances: apercus"]),
        ("relances opposition oublier", ["relances: oublier"]),
        ("relances envois continuer", ["relances: continuer"]),
        ("relances apercu --csv=a.csv --encodage utf-8", ["relances: --encodage"]),
        ("docker compose exec -T worker relances menages", ["relances: menages"]),
        ("make down && make uppp EXECUTEUR=celery", ["make: uppp", "make: EXECUTEUR=celery"]),
        ("python -m documentations", ["python -m documentations"]),
    ],
)
def test_what_does_not_exist_is_found(line: str, wrong: list[str]) -> None:
    assert list(unknown(line)) == wrong
