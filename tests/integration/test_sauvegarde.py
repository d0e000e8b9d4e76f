"""A backup made and restored on one's own server, by the very commands of the operator's guide."""

import os
import shlex
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from relances.local.postgres import EmbeddedPostgres
from relances.local.postgres_folder import binaries
from relances.store import migrate
from tests.docs.pages import REPOSITORY, blocks

PAGE = REPOSITORY / "docs" / "exploitant" / "sauvegarde.md"
TOOLS = ("pg_dump", "dropdb", "createdb", "pg_restore")
PASSWORD = "celui des relances"


@pytest.fixture
def server() -> Iterator[EmbeddedPostgres]:
    """A server of its own, which lets nobody but its superuser in without a password: roles are the whole server's."""
    with tempfile.TemporaryDirectory(prefix="relances-sauvegarde-") as folder:
        it = EmbeddedPostgres(Path(folder) / "postgres")
        it.start()
        (it.folder / "pg_hba.conf").write_text("local all postgres trust\nlocal all all scram-sha-256\n")
        with psycopg.connect(it.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE ROLE relances LOGIN PASSWORD '{PASSWORD}'")
            connection.execute("CREATE ROLE tableau_de_bord")
            connection.execute("CREATE DATABASE relances OWNER relances ENCODING 'UTF8' TEMPLATE template0")
            connection.execute("SELECT pg_reload_conf()")
        yield it
        it.stop()


def written() -> list[list[str]]:
    """The commands of the page that are PostgreSQL's own, in their order."""
    lines = [shlex.split(line, comments=True) for block in blocks(PAGE) for line in block.splitlines()]
    return [words for words in lines if words[:1] and words[0] in TOOLS]


def run(words: list[str], host: str, folder: Path) -> None:
    program, *given = (host if word == "bd.exemple.ga" else word for word in words)
    environment = {**os.environ, "PGPASSFILE": str(folder / "pgpass")}
    subprocess.run(
        [binaries() / program, "--no-password", *given], cwd=folder, env=environment, check=True, capture_output=True
    )


def test_what_was_saved_is_there_again_and_its_user_owns_it(server: EmbeddedPostgres, tmp_path: Path) -> None:
    url = make_conninfo(server.url("relances"), user="relances", password=PASSWORD)
    host = str(conninfo_to_dict(url)["host"])
    (tmp_path / "pgpass").write_text(f"{host}:5432:*:relances:{PASSWORD}\n")
    (tmp_path / "pgpass").chmod(0o600)
    migrate(url)
    with psycopg.connect(url) as connection:
        connection.execute("INSERT INTO relances.opposition (source, contribuable_id) VALUES ('collecte_taxe', '7')")
        connection.execute("GRANT USAGE ON SCHEMA relances TO tableau_de_bord")
    commands = written()
    assert [words[0] for words in commands] == list(TOOLS)
    for words in commands:
        run(words, host, tmp_path)
    migrate(url)  # as the next start does
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT contribuable_id FROM relances.opposition").fetchall() == [("7",)]
        owners = connection.execute("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'relances'")
        assert owners.fetchall() == [("relances",)]
        rights = connection.execute(
            "SELECT has_database_privilege('relances', current_database(), 'CREATE'), "
            "has_schema_privilege('tableau_de_bord', 'relances', 'USAGE')"
        )
        assert rights.fetchall() == [(True, True)]


def test_no_password_is_on_a_command_line() -> None:
    assert not any("://" in word or "$" in word for words in written() for word in words)
