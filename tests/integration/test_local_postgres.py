"""The embedded server: where it can live, how it ends, how it comes back."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from relances.local.postgres import EmbeddedPostgres
from relances.local.processes import is_alive, wait_until


@pytest.fixture
def room() -> Iterator[Path]:
    """Not below pytest's own folder, which the server's user cannot enter when root runs the tests."""
    with tempfile.TemporaryDirectory(prefix="relances-postgres-") as folder:
        yield Path(folder)


def the_process(server: EmbeddedPostgres) -> psutil.Process:
    return psutil.Process(int((server.folder / "postmaster.pid").read_text().split()[0]))


@pytest.mark.parametrize("name", ["donnees", 'un dossier, "l\'été"', "long" * 40])
def test_any_folder_will_do_and_data_stay(room: Path, name: str) -> None:
    server = EmbeddedPostgres(room / name / "postgres")
    server.start()
    try:
        url = server.create_database("essai")
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE t AS SELECT 'été' AS mot")
        assert server.stop() is True
        server.start()
        server.start()
        assert server.create_database("essai") == url
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT mot, pg_client_encoding() FROM t").fetchone() == ("été", "UTF8")
            assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
    finally:
        server.stop()
    assert server.stop() is False


def test_the_shell_cannot_lead_it_astray(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"PGPORT": "9999", "PGDATA": "/nulle/part", "LC_ALL": "xx_XX", "TZ": "Etc/Nowhere"}.items():
        monkeypatch.setenv(name, value)
    server = EmbeddedPostgres(room / "postgres")
    server.start()
    try:
        with psycopg.connect(server.create_database("essai")) as connection:
            assert connection.execute("SELECT upper('é')").fetchone() == ("É",)
    finally:
        server.stop()


def test_it_comes_back_after_it_was_killed(room: Path) -> None:
    server = EmbeddedPostgres(room / "postgres")
    server.start()
    try:
        with psycopg.connect(server.create_database("essai"), autocommit=True) as connection:
            connection.execute("CREATE TABLE t AS SELECT 1 AS un")
        process = the_process(server)
        process.kill()
        psutil.wait_procs([process], timeout=10)
        server.start()
        with psycopg.connect(server.url("essai")) as connection:
            assert connection.execute("SELECT un FROM t").fetchone() == (1,)
    finally:
        server.stop()


def test_a_note_left_behind_that_names_another_program_is_no_obstacle(room: Path) -> None:
    server = EmbeddedPostgres(room / "postgres")
    server.start()
    server.stop()
    note = server.folder / "postmaster.pid"
    note.write_text(f"{os.getppid()}\n{server.folder}\n1\n5432\n{server.folder}\n\n0 0\nready\n")

    server.start()

    try:
        assert the_process(server).pid != os.getppid()
    finally:
        assert server.stop() is True


def test_it_ends_with_a_starter_that_is_killed(room: Path) -> None:
    server = EmbeddedPostgres(room / "postgres")
    starter = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, time; from pathlib import Path; from relances.local.postgres import EmbeddedPostgres\n"
            "EmbeddedPostgres(Path(sys.argv[1])).start(); print('ready', flush=True); time.sleep(600)",
            str(server.folder),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert starter.stdout is not None
    with starter.stdout as output:
        assert output.readline() == "ready\n"
    process = the_process(server)

    starter.kill()
    starter.wait()

    wait_until(lambda: not is_alive(process), 20, "the server outlived its starter")
    assert server.stop() is False
