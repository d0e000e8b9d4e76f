"""The Markdown of the repository, read as a reader's browser does."""

import os
import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

REPOSITORY: Final = Path(__file__).parents[2]
_ELSEWHERE: Final = {"build", "dist", "node_modules"}


def markdown_files(root: Path = REPOSITORY) -> list[Path]:
    """Every Markdown file that is the repository's own."""
    found = []
    for folder, below, names in os.walk(root):
        below[:] = [name for name in below if not name.startswith(".") and name not in _ELSEWHERE]
        found += [Path(folder, name) for name in names if name.endswith(".md")]
    return sorted(found)


def links(path: Path) -> Iterator[str]:
    """Where the links and the pictures of a page lead, as written."""
    for token in _inline(path):
        match token.type:
            case "link_open":
                yield str(token.attrs["href"])
            case "image":
                yield str(token.attrs["src"])


def blocks(path: Path) -> Iterator[str]:
    """The blocks of code of a page."""
    yield from (token.content for token in _tokens(path) if token.type in {"fence", "code_block"})


def code(path: Path) -> Iterator[str]:
    """Each line of code of a page, whether in a block or in a sentence."""
    for block in blocks(path):
        yield from block.replace("\\\n", " ").splitlines()
    yield from (token.content for token in _inline(path) if token.type == "code_inline")


@cache
def anchors(path: Path) -> set[str]:
    """The ends that links to a part of the page may have: its titles, as GitHub names them."""
    tokens = _tokens(path)
    titles = [after for token, after in pairwise(tokens) if token.type == "heading_open"]
    found = set[str]()
    for title in titles:
        slug = _slug("".join(part.content for part in title.children or []))
        repeated = sum(1 for name in found if name == slug or re.fullmatch(rf"{re.escape(slug)}-\d+", name))
        found.add(f"{slug}-{repeated}" if repeated else slug)
    return found


def _slug(title: str) -> str:
    return re.sub(r"[^\w\- ]", "", title.strip().lower()).replace(" ", "-")


def _tokens(path: Path) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse(path.read_text(encoding="utf-8"))


def _inline(path: Path) -> Iterator[Token]:
    for token in _tokens(path):
        yield from token.children or []
