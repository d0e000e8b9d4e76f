"""A test that is skipped: a word to a developer, a failure in continuous integration."""

import os
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
SKIPS = """
import pytest

@pytest.fixture
def server():
    pytest.skip("le serveur est introuvable")

def test_of_a_server(server): ...

@pytest.mark.skipif(True, reason="le programme est introuvable")
def test_of_a_program(): ...

@pytest.mark.xfail
def test_that_is_known_to_fail():
    raise AssertionError
"""


def run(folder: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    (folder / "conftest.py").write_text("from tests.promised import pytest_runtest_makereport\n", encoding="utf-8")
    (folder / "test_skips.py").write_text(SKIPS, encoding="utf-8")
    kept = {name: value for name, value in os.environ.items() if name != "CI" and not name.startswith("PYTEST")}
    given = {**kept, "PYTHONPATH": str(REPOSITORY), **environment}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-rfs",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        str(folder),
        str(folder),
    ]
    return subprocess.run(command, env=given, cwd=folder, capture_output=True, text=True, check=False)


def test_a_developer_reads_what_was_skipped(tmp_path: Path) -> None:
    done = run(tmp_path)

    assert done.returncode == 0, done.stdout
    assert "2 skipped, 1 xfailed" in done.stdout
    assert "le serveur est introuvable" in done.stdout


def test_continuous_integration_fails_and_says_what_is_missing(tmp_path: Path) -> None:
    done = run(tmp_path, CI="true")

    assert done.returncode == 1, done.stdout
    assert "1 xfailed, 2 errors" in done.stdout
    for missing in ("le serveur", "le programme"):
        assert f"{missing} est introuvable" in done.stdout
