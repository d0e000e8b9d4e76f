"""The name of a database: kept by what goes on, not by what is copied, brought back or made anew."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from relances.local.postgres import EmbeddedPostgres
from relances.rules.errors import Blocked
from relances.store import migrate
from relances.store.restauration import Marque, Temoin
from tests.conftest import CopyDatabase, NewDatabase
from tests.integration.staged import stage_relances
from tests.integration.world import ask


@pytest.fixture
def server() -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL whose files may be copied."""
    with tempfile.TemporaryDirectory(prefix="relances-tests-") as folder:
        server = EmbeddedPostgres(Path(folder) / "postgres")
        server.start()
        yield server
        server.stop()


def names(url: str) -> list[str]:
    return [row["marque"] for row in ask(url, "SELECT marque FROM relances.installation ORDER BY rang")]


def require(url: str, temoin: Temoin | None = None) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        Marque(connection).require(temoin)


def beat(url: str, temoin: Temoin) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        temoin.write(Marque(connection).beat())


def test_each_database_has_a_name_of_its_own(new_database: NewDatabase) -> None:
    urls = [new_database("nommee") for _ in range(2)]
    for url in urls:
        migrate(url)
    [[one], [other]] = map(names, urls)
    assert one != other
    assert len(one) == len(other) == 12


def test_migrating_again_keeps_the_name(relances_url: str) -> None:
    before = names(relances_url)
    migrate(relances_url)
    assert names(relances_url) == before
    require(relances_url)


def test_a_relance_carries_the_name_it_was_numbered_under(relances_url: str) -> None:
    [first] = stage_relances(relances_url, 1)
    ask(
        relances_url,
        "INSERT INTO relances.installation (marque, premiere, lieu) VALUES ('aaaaaaaaaaaa', %(n)s, relances.lieu())",
        n=first + 1,
    )
    [second] = stage_relances(relances_url, 1)
    [name, _] = names(relances_url)
    rows = ask(
        relances_url,
        "SELECT n.prefixe || r.id AS repere FROM relances.relance r "
        "JOIN relances.numerotation n ON r.id >= n.premiere AND (n.fin IS NULL OR r.id < n.fin) ORDER BY r.id",
    )
    assert [row["repere"] for row in rows] == [f"{name}-{first}", f"aaaaaaaaaaaa-{second}"]


def test_a_copy_of_a_database_is_not_the_one_that_was_named(
    relances_url: str, copy_database: CopyDatabase, postgres: EmbeddedPostgres
) -> None:
    [lieu] = [row["lieu"] for row in ask(relances_url, "SELECT lieu FROM relances.installation")]
    copy = copy_database(relances_url)
    ask(copy, "UPDATE relances.installation SET lieu = %(lieu)s", lieu=lieu)
    require(relances_url)
    with pytest.raises(Blocked, match="relances restaurer"):
        require(copy)


def test_a_restart_changes_nothing(server: EmbeddedPostgres, tmp_path: Path) -> None:
    url, temoin = server.create_database("relances"), Temoin(tmp_path / "temoin.json")
    migrate(url)
    beat(url, temoin)
    server.stop()
    server.start()
    require(url, temoin)


def test_the_servers_files_brought_back_are_older_than_the_witness(server: EmbeddedPostgres, tmp_path: Path) -> None:
    url, temoin = server.create_database("relances"), Temoin(tmp_path / "temoin.json")
    migrate(url)
    beat(url, temoin)
    server.stop()
    subprocess.run(["cp", "--archive", server.folder, tmp_path / "copie"], check=True)  # noqa: S607 - owners too
    server.start()
    beat(url, temoin)
    server.stop()
    shutil.rmtree(server.folder)
    subprocess.run(["cp", "--archive", tmp_path / "copie", server.folder], check=True)  # noqa: S607
    server.start()
    require(url)
    with pytest.raises(Blocked, match="plus ancienne que ce que le témoin"):
        require(url, temoin)


def test_what_stopped_it_once_stops_everybody(relances_url: str) -> None:
    with psycopg.connect(relances_url, autocommit=True) as connection:
        Marque(connection).stop("une raison")
        Marque(connection).stop("une autre")
    with pytest.raises(Blocked, match="une raison"):
        require(relances_url)
