"""``relances preparer-bases``: on a new server, and on one whose superuser owned everything."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from relances.local import cli
from relances.local.errors import LocalError
from relances.local.postgres import EmbeddedPostgres
from relances.local.roles import prepare_databases
from relances.store import migrate

NOT_THE_ROLE_S = """
    SELECT relname FROM pg_class JOIN pg_namespace AS schemas ON schemas.oid = relnamespace
    WHERE nspname IN ('public', 'relances') AND relowner::regrole::text NOT IN ('relances', 'metadonnees')
    UNION ALL
    SELECT proname FROM pg_proc JOIN pg_namespace AS schemas ON schemas.oid = pronamespace
    WHERE nspname IN ('public', 'relances') AND proowner::regrole::text NOT IN ('relances', 'metadonnees')
    UNION ALL
    SELECT typname FROM pg_type JOIN pg_namespace AS schemas ON schemas.oid = typnamespace
    WHERE nspname IN ('public', 'relances') AND typowner::regrole::text NOT IN ('relances', 'metadonnees')
"""


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """A server of its own: roles belong to the whole of it."""
    with tempfile.TemporaryDirectory(prefix="relances-roles-") as folder:
        it = EmbeddedPostgres(Path(folder) / "postgres")
        it.start()
        with psycopg.connect(it.url("postgres"), autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf()")
        # As in a container: nobody comes in without a password.
        (it.folder / "pg_hba.conf").write_text("local all postgres trust\nlocal all all scram-sha-256\n")
        with psycopg.connect(it.url("postgres"), autocommit=True) as connection:
            connection.execute("SELECT pg_reload_conf()")
        yield it
        it.stop()


def given(server: EmbeddedPostgres, **others: str) -> dict[str, str]:
    return {
        "RELANCES_SUPERUTILISATEUR_URL": server.url("postgres"),
        "POSTGRES_METADONNEES_PASSWORD": "celui d'Airflow",
        "POSTGRES_RELANCES_PASSWORD": "celui des relances",
        **others,
    }


def as_role(server: EmbeddedPostgres, database: str, role: str, password: str) -> psycopg.Connection:
    return psycopg.connect(make_conninfo(server.url(database), user=role, password=password))


def test_each_role_owns_its_database_and_sees_no_other(server: EmbeddedPostgres) -> None:
    prepare_databases(given(server))

    migrate(make_conninfo(server.url("relances"), user="relances", password="celui des relances"))
    with as_role(server, "airflow", "metadonnees", "celui d'Airflow") as connection:
        connection.execute("CREATE TABLE dag_run ()")
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        as_role(server, "airflow", "relances", "celui des relances")
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        as_role(server, "relances", "metadonnees", "celui d'Airflow")
    with as_role(server, "relances", "relances", "celui des relances") as connection:
        rights = "SELECT rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = %s"
        for role in ("relances", "metadonnees"):
            assert connection.execute(rights, (role,)).fetchone() == (False, False, False)


def test_what_the_superuser_of_an_older_installation_owned_changes_hands(server: EmbeddedPostgres) -> None:
    migrate(server.create_database("relances"))
    with psycopg.connect(server.create_database("airflow")) as connection:
        connection.execute("CREATE TYPE etat AS ENUM ('attente')")
        connection.execute("CREATE DOMAIN court AS text CHECK (length(VALUE) < 9)")
        connection.execute("CREATE TABLE dag_run (id serial, n int GENERATED ALWAYS AS IDENTITY, etat etat)")
        connection.execute('CREATE SEQUENCE "seule"')
        connection.execute("CREATE FUNCTION f(x etat, y int) RETURNS int LANGUAGE sql AS 'SELECT 1'")
        connection.execute("INSERT INTO dag_run (etat) VALUES ('attente')")

    prepare_databases(given(server))

    for database in ("relances", "airflow"):
        with psycopg.connect(server.url(database)) as connection:
            assert connection.execute(NOT_THE_ROLE_S).fetchall() == []
    with as_role(server, "airflow", "metadonnees", "celui d'Airflow") as connection:
        connection.execute("ALTER TABLE dag_run ADD COLUMN encore int")
        assert connection.execute("SELECT id, etat FROM dag_run").fetchall() == [(1, "attente")]
    with as_role(server, "relances", "relances", "celui des relances") as connection:
        connection.execute("DROP SCHEMA relances CASCADE")


def test_another_start_changes_nothing_but_a_password_of_env(server: EmbeddedPostgres) -> None:
    prepare_databases(given(server))
    migrate(make_conninfo(server.url("relances"), user="relances", password="celui des relances"))
    with as_role(server, "relances", "relances", "celui des relances") as busy:
        busy.execute("SELECT count(*) FROM relances.relance")  # a service that runs is not waited for

        prepare_databases(given(server, POSTGRES_RELANCES_PASSWORD="un nouveau"))

    as_role(server, "relances", "relances", "un nouveau").close()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        as_role(server, "relances", "relances", "celui des relances")


def test_services_that_still_run_are_named_and_nothing_changes_hands(
    server: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("relances.local.roles._LOCK_TIMEOUT", "100ms")
    url = server.create_database("relances")
    migrate(url)
    with psycopg.connect(url) as busy:
        busy.execute("SELECT count(*) FROM relances.relance")

        with pytest.raises(LocalError, match="docker compose stop"):
            prepare_databases(given(server))

    with psycopg.connect(url) as connection:
        owners = connection.execute("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'relances'")
        assert owners.fetchall() == [("postgres",)]


def test_no_password_of_a_role_is_in_the_server_s_log(server: EmbeddedPostgres) -> None:
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET log_statement = 'all'")
        connection.execute("SELECT pg_reload_conf()")
        connection.execute("SELECT pg_sleep(0.2)")

    prepare_databases(given(server))

    log = server.log.read_text()
    assert "ALTER ROLE" in log
    assert "celui d" not in log


@pytest.mark.parametrize("name", ["POSTGRES_METADONNEES_PASSWORD", "POSTGRES_RELANCES_PASSWORD"])
def test_a_missing_password_is_named(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RELANCES_SUPERUTILISATEUR_URL", "postgresql://a:b@localhost:1/postgres")
    for variable in ("POSTGRES_METADONNEES_PASSWORD", "POSTGRES_RELANCES_PASSWORD"):
        monkeypatch.setenv(variable, "" if variable == name else "un mot")

    assert cli.main(["preparer-bases"]) == 1
    assert f"{name} manque dans .env" in capsys.readouterr().err


def test_a_server_that_refuses_is_one_sentence_without_the_password() -> None:
    environment = {
        "RELANCES_SUPERUTILISATEUR_URL": "postgresql://airflow:un-secret@127.0.0.1:1/postgres",
        "POSTGRES_METADONNEES_PASSWORD": "a",
        "POSTGRES_RELANCES_PASSWORD": "b",
    }

    with pytest.raises(LocalError, match="PostgreSQL ne prépare pas ses bases") as refusal:
        prepare_databases(environment)

    assert "un-secret" not in str(refusal.value)
