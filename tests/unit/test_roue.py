"""The wheel: all of the product, and nothing of the simulators nor of the invented tax base."""

import subprocess
import sys
import sysconfig
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]
# Without the .pth files of this environment, which would find the clone.
RUN = "import sys; sys.path[:0] = {paths!r}; from relances.local.cli import main; sys.exit(main({words!r}))"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel's content, in a folder."""
    folder = tmp_path_factory.mktemp("roue")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    [built] = folder.glob("*.whl")
    with ZipFile(built) as archive:
        archive.extractall(folder / "installed")
    return folder / "installed"


def relances(wheel: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """``relances`` as it is where only the wheel and what it requires are installed."""
    code = RUN.format(paths=[str(wheel), sysconfig.get_path("purelib")], words=list(words))
    command = [sys.executable, "-I", "-S", "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=wheel, env={})


def test_it_holds_the_product_and_nothing_else(wheel: Path) -> None:
    packages = {path.name for path in wheel.iterdir() if not path.name.endswith(".dist-info")}
    assert packages == {"relances", "relances_providers"}


def test_it_holds_what_is_no_python(wheel: Path) -> None:
    def held(folder: Path) -> set[str]:
        files = (path for path in folder.rglob("*") if path.is_file() and path.suffix not in {".py", ".pyc"})
        return {str(path.relative_to(folder)) for path in files}

    for package, source in (("relances", ROOT / "include"), ("relances_providers", ROOT / "plugins")):
        assert held(wheel / package) == held(source / package)
    assert {"politique.toml", "gabarits/sms/niveau1.fr.txt", "store/queries/repli.sql"} <= held(wheel / "relances")
    assert "store/migrations/versions/0001_schema.sql" in held(wheel / "relances")


@pytest.mark.parametrize("words", [("demo",), ("base-fictive", "--url", "postgresql://a@b/c", "--date", "2026-01-01")])
def test_what_needs_the_invented_tax_base_says_where_it_is(wheel: Path, words: tuple[str, ...]) -> None:
    refused = relances(wheel, *words)
    assert refused.returncode == 1
    assert "clone du dépôt" in refused.stderr.splitlines()[-1]
    assert "Traceback" not in refused.stderr


def test_the_rest_of_the_command_works(wheel: Path) -> None:
    asked = relances(wheel, "migrer")
    assert asked.returncode == 1
    assert "RELANCES_URL n'est pas donnée" in asked.stderr
