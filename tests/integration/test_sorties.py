"""The commands that read and change the databases, where nothing is in UTF-8: they do it, and say it as they can."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from demo import create_base_fictive
from tests.conftest import NewDatabase
from tests.integration.conftest import Connect
from tests.integration.world import TODAY, ask
from tests.support import postgres_connection

LOCAL = "import sys; from relances.local.cli import main; sys.exit(main())"
NO_LANGUAGE = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
CONTACTS = "telephone;montant;echeance;libelle;nom\n066123456;15000;{day};Taxe de marché;Œuvre d’été\n"

pytestmark = pytest.mark.usefixtures("connect")


@pytest.fixture(autouse=True)
def no_language(connect: Connect, new_database: NewDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = new_database("etaxe")
    create_base_fictive(url, contribuables=20, date_reference=TODAY)
    monkeypatch.setenv("AIRFLOW_CONN_ETAXE_DB", postgres_connection(url))
    monkeypatch.setenv("RELANCES_DATA_DOCS", str(tmp_path / "docs"))
    monkeypatch.setenv("RELANCES_ETAT", str(tmp_path / "etat"))
    monkeypatch.delenv("AIRFLOW_HOME")  # no Airflow but these connections
    monkeypatch.setenv("HOME", str(tmp_path))
    for name, value in NO_LANGUAGE.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def latin_1(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal in latin-1, whose locale is made for the purpose."""
    if not Path("/usr/share/i18n/locales/fr_FR").exists() or shutil.which("localedef") is None:
        pytest.skip("this machine has nothing to make a locale of: apt install locales")
    name = "fr_FR.ISO-8859-1"
    command = ["localedef", "-i", "fr_FR", "-f", "ISO-8859-1", "--no-archive", str(tmp_path / name)]
    subprocess.run(command, check=True, capture_output=True)
    monkeypatch.setenv("LOCPATH", str(tmp_path))
    monkeypatch.setenv("LC_ALL", name)


def relances(*words: str | bytes, typed: str | bytes = "", prints: str = "ascii") -> str:
    """What a command that succeeds prints; ``typed``: what it is given to read, in UTF-8 where it is text."""
    command = [sys.executable, "-W", "ignore", "-c", LOCAL, *words]
    given = typed.encode() if isinstance(typed, str) else typed
    done = subprocess.run(command, input=given, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.decode(prints)


def test_a_run_is_previewed_into_a_file_of_any_name(tmp_path: Path) -> None:
    file = os.fsencode(tmp_path) + b"/aper\xe7u.csv"

    said = relances("apercu", b"--csv=" + file)

    assert "Apercu : rien n'est envoye, rien n'est reporte." in said
    assert Path(os.fsdecode(file)).read_text(encoding="utf-8-sig").startswith("contribuable")


def test_contacts_are_imported_as_they_are_spelt(tmp_path: Path, relances_url: str) -> None:
    file = tmp_path / "marché.csv"
    file.write_text(CONTACTS.format(day=f"{TODAY:%d/%m/%Y}"), encoding="utf-8")

    relances("importer-contacts", "--campagne", "Marché d’été".encode(), os.fsencode(file))

    assert ask(relances_url, "SELECT campagne, nom FROM relances.contact") == [
        {"campagne": "Marché d’été", "nom": "Œuvre d’été"}
    ]


@pytest.mark.usefixtures("latin_1")
@pytest.mark.parametrize("encoding", ["latin-1", "utf-8"])
def test_a_terminal_in_latin_1_names_its_campaigns_and_its_files(
    encoding: str, tmp_path: Path, relances_url: str
) -> None:
    file = os.fsencode(tmp_path) + "/marché.csv".encode(encoding)
    Path(os.fsdecode(file)).write_text(CONTACTS.format(day=f"{TODAY:%d/%m/%Y}"), encoding="utf-8")

    said = relances("importer-contacts", "--campagne", "Marché d'été".encode(encoding), file, prints="latin-1")

    assert "Campagne Marché d'été" in said
    assert ask(relances_url, "SELECT DISTINCT campagne FROM relances.contact") == [{"campagne": "Marché d'été"}]


@pytest.mark.usefixtures("latin_1")
def test_an_opposition_typed_in_latin_1_keeps_its_reason(relances_url: str) -> None:
    typed = "066 12 34 56\ndécédé\n".encode("latin-1")

    relances("opposition", "ajouter", "--telephone", "--motif", typed=typed, prints="latin-1")

    assert ask(relances_url, "SELECT DISTINCT motif FROM relances.numero_signale") == [{"motif": "décédé"}]


def test_an_opposition_keeps_its_reason(relances_url: str) -> None:
    relances("opposition", "ajouter", "--telephone", "--motif", typed="066 12 34 56\ndécédé\n")

    assert ask(relances_url, "SELECT DISTINCT motif FROM relances.numero_signale") == [{"motif": "décédé"}]
    assert "decede" in relances("opposition", "lister")


def test_the_databases_and_the_providers_are_examined() -> None:
    said = relances("diagnostic")

    assert "\nventis_default\n  + champs : " in said
    assert "+241----" not in said
