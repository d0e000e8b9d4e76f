"""Every link of the documentation leads somewhere, and every page is found from the index."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tests.docs.pages import REPOSITORY, anchors, links, markdown_files

DOCS = REPOSITORY / "docs"


def dead_links(page: Path) -> Iterator[str]:
    for link in links(page):
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            continue
        target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
        if not target.exists() or (parts.fragment and unquote(parts.fragment) not in anchors(target)):
            yield unquote(link)


def named(page: Path) -> str:
    return str(page.relative_to(REPOSITORY))


@pytest.mark.parametrize("page", markdown_files(), ids=named)
def test_no_link_is_dead(page: Path) -> None:
    assert list(dead_links(page)) == []


def test_every_page_is_found_from_the_index() -> None:
    said = {(DOCS / unquote(urlsplit(link).path)).resolve() for link in links(DOCS / "index.md")}
    assert set(DOCS.rglob("*.md")) - {DOCS / "index.md"} - said == set()


def test_the_front_door_is_short() -> None:
    assert len((REPOSITORY / "README.md").read_text(encoding="utf-8").splitlines()) <= 150


def test_a_dead_link_is_found(tmp_path: Path) -> None:
    (tmp_path / "autre.md").write_text("# L'état d'une relance\n\n## Deux\n\n## Deux\n", encoding="utf-8")
    page = tmp_path / "page.md"
    page.write_text(
        "# Une page\n\n[a](autre.md#létat-dune-relance) [b](autre.md#deux-1) [c](#une-page) [d](https://exemple.ga)\n\n"
        "| [e](autre.md#trois) |\n| --- |\n| ![f](image.svg) |\n\n`[g](absente.md)` [h](absente.md) [i](#deux)\n",
        encoding="utf-8",
    )
    assert list(dead_links(page)) == ["autre.md#trois", "image.svg", "absente.md", "#deux"]
