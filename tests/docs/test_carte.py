"""The map of the house is the house: every path that the documentation names is there."""

import re
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

import pytest

from tests.docs.pages import REPOSITORY, blocks, code, markdown_files

HISTORY = REPOSITORY / "CHANGELOG.md"  # may name what is no more
PAGES = [page for page in markdown_files() if page != HISTORY]
PATH = re.compile(r"(?:include|plugins|dags|tests|docs)/[\w./-]*")
NAME = re.compile(r"(?:[\w.]+/)+|[\w.]+\.(?:py|toml|md)")


def drawn(tree: str) -> Iterator[str]:
    """The paths of a drawn tree: what begins a line, below what is less far to the right on an earlier one."""
    above = list[tuple[int, str]]()
    for line in tree.splitlines():
        depth = len(line) - len(line.lstrip())
        above = [(at, folder) for at, folder in above if at < depth]
        folder = above[-1][1] if above else ""
        paths = [f"{folder}{word}" for word in takewhile(NAME.fullmatch, line.split())]
        yield from paths
        if paths[-1].endswith("/"):
            above.append((depth, paths[-1]))


def written(page: Path) -> Iterator[str]:
    """The paths that begin a piece of code, up to what stands for any name (``<nom>``, ``…``)."""
    for line in code(page):
        if found := PATH.match(line):
            yield found[0]


def named(page: Path) -> str:
    return str(page.relative_to(REPOSITORY))


def test_every_room_of_the_map_is_there() -> None:
    [tree] = [block for block in blocks(REPOSITORY / "README.md") if "relances_providers/" in block]
    paths = list(drawn(tree))
    assert {"include/relances/rules/", "plugins/relances_providers/twilio/", "dags/", "docs/"} <= set(paths)
    assert [path for path in paths if not (REPOSITORY / path).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_path_that_a_page_names_is_there(page: Path) -> None:
    assert [path for path in written(page) if not (REPOSITORY / path).exists()] == []


def test_a_room_that_is_not_there_is_found(tmp_path: Path) -> None:
    tree = "a/       un mot\n  b/  c/  deux mots\n    d.py  e.py   d'autres\n  f/\ng/  h/   plus haut"
    assert list(drawn(tree)) == ["a/", "a/b/", "a/c/", "a/c/d.py", "a/c/e.py", "a/f/", "g/", "h/"]
    page = tmp_path / "page.md"
    page.write_text("`include/absent.py`, `tests/docs/<nom>.py`, `.env`, [`docs/nulle/`](docs)\n", encoding="utf-8")
    assert list(written(page)) == ["include/absent.py", "tests/docs/", "docs/nulle/"]
