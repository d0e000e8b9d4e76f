"""Every setting is explained somewhere, and none is explained that nobody reads."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.docs.pages import REPOSITORY, markdown_files

EXAMPLE = REPOSITORY / ".env.example"
OURS = re.compile(r"\bRELANCES_[A-Z_]+")
HISTORY = REPOSITORY / "CHANGELOG.md"  # may name what is no more
CODE = [REPOSITORY / folder for folder in ("include", "plugins", "dags")]
COMMANDS = [REPOSITORY / name for name in ("docker-compose.yaml", "Makefile")]


def given(example: Path) -> set[str]:
    return set(re.findall(r"^#?([A-Z_]+)=", example.read_text(encoding="utf-8"), re.MULTILINE))


def read(folder: Path) -> Iterator[str]:
    """The variables of ours whose name is a text in the code of a folder."""
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and OURS.fullmatch(node.value):
                yield node.value


def explained(*pages: Path) -> set[str]:
    return {word for page in pages for word in re.findall(r"[A-Z][A-Z_]+[A-Z]", page.read_text(encoding="utf-8"))}


def asked_of_tests(folder: Path) -> Iterator[str]:
    """Those that say how much is tried."""
    for path in folder.rglob("*.py"):
        yield from re.findall(r"os\.environ\.get\(\"(RELANCES_[A-Z_]+)", path.read_text(encoding="utf-8"))


READ = {
    *(name for folder in CODE for name in read(folder)),
    *(name for path in COMMANDS for name in OURS.findall(path.read_text(encoding="utf-8"))),
    *asked_of_tests(REPOSITORY / "tests"),
}
EXPLAINED = explained(*(page for page in markdown_files() if page != HISTORY))


def test_every_setting_is_explained() -> None:
    assert (given(EXAMPLE) | READ) - EXPLAINED == set()


def test_no_setting_is_explained_that_nobody_reads() -> None:
    assert {name for name in EXPLAINED if OURS.fullmatch(name)} - READ == set()


def test_what_is_given_read_and_explained_is_found(tmp_path: Path) -> None:
    """What the two tests above compare is not empty by accident."""
    (tmp_path / "code.py").write_text('import os\n\nPORT = os.environ["RELANCES_QUAI"]  # RELANCES_DIGUE\n')
    (tmp_path / ".env").write_text("# RELANCES_DIGUE=1, une phrase\n#RELANCES_QUAI=8080\nETAXE_QUAI=1\n")
    (tmp_path / "page.md").write_text("`RELANCES_QUAI` se règle.\n")
    assert set(read(tmp_path)) == {"RELANCES_QUAI"}
    assert given(tmp_path / ".env") == {"RELANCES_QUAI", "ETAXE_QUAI"}
    assert explained(tmp_path / "page.md") == {"RELANCES_QUAI"}
