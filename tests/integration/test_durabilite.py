"""What was acknowledged outlives the server; where it would not, nothing is sent, and the diagnostic says so."""

import asyncio
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from relances.local.postgres import EmbeddedPostgres
from relances.local.postgres_folder import server_user
from relances.rules.errors import Blocked
from relances.store import database as store_database
from relances.store import migrate
from relances.store.durabilite import is_shared
from relances_providers.messaging import Finding, Verdict
from tests import jour
from tests.integration.asked import diagnose
from tests.integration.conftest import Connect
from tests.integration.provider import Provider, send
from tests.integration.staged import stage_relances
from tests.integration.world import ask, request, statuts
from tests.jour import database
from tests.support import in_memory, one_sentence, postgres_connection, wait_until

NOMBRE = 50
LAZY = """
ALTER SYSTEM SET wal_writer_delay = '10s';
ALTER SYSTEM SET wal_writer_flush_after = '1GB';
"""
"""Nothing reaches the disk by chance: only what somebody waits for."""


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedPostgres]:
    """A server of one's own, to be set wrongly and to be killed."""
    with tempfile.TemporaryDirectory(prefix="relances-durable-", dir=in_memory()) as folder:
        Path(folder).chmod(0o755)  # for a pooler, which is another user
        server = EmbeddedPostgres(Path(folder) / "postgres")
        server.start()
        tell(server.url("postgres"), LAZY)
        yield server
        server.stop()


@pytest.fixture
def own_url(server: EmbeddedPostgres, connect: Connect, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A migrated database there, behind its connection."""
    url = server.create_database("relances")
    migrate(url)
    monkeypatch.setenv("AIRFLOW_CONN_RELANCES_DB", postgres_connection(url))
    yield url
    server.start()
    tell(server.url("postgres"), "ALTER SYSTEM RESET fsync; ALTER SYSTEM RESET full_page_writes")
    ask(server.url("postgres"), "DROP DATABASE relances WITH (FORCE)")
    ask(server.url("postgres"), "ALTER ROLE postgres RESET ALL")


def tell(url: str, settings: str) -> None:
    """Change settings of a server, one each line."""
    for setting in filter(None, map(str.strip, settings.split(";"))):
        ask(url, setting)
    ask(url, "SELECT pg_reload_conf()")


def processes(server: EmbeddedPostgres) -> list[psutil.Process]:
    postmaster = psutil.Process(int((server.folder / "postmaster.pid").read_text().split()[0]))
    return [postmaster, *postmaster.children(recursive=True)]


def kill(server: EmbeddedPostgres) -> None:
    """Every process of it at once, as a cut of the current does."""
    everyone = processes(server)
    for process in everyone:
        process.send_signal(signal.SIGKILL)
    psutil.wait_procs(everyone, timeout=30)


@pytest.mark.parametrize(
    "lax",
    [
        "ALTER DATABASE relances SET synchronous_commit = off",
        "ALTER ROLE postgres SET synchronous_commit = off",
        "ALTER SYSTEM SET synchronous_commit = off",
    ],
    ids=["of the database", "of the role", "of the server"],
)
def test_a_server_killed_right_after_the_sending_remembers_every_message(
    server: EmbeddedPostgres, own_url: str, provider: Provider, lax: str
) -> None:
    tell(own_url, lax)
    try:
        stage_relances(own_url, NOMBRE)
        ask(own_url, "CHECKPOINT")
        jour.send(request())
        kill(server)
        server.start()
        assert len(provider.ledger()) == NOMBRE
        assert statuts(own_url) == {"envoyee": NOMBRE}
        calls = ask(own_url, "SELECT issue, count(*) FROM relances.tentative GROUP BY issue")
        assert calls == [{"issue": "acceptee", "count": NOMBRE}]
        jour.send(request())
        assert len(provider.ledger()) == NOMBRE
    finally:
        tell(server.url("postgres"), "ALTER SYSTEM RESET synchronous_commit")


@pytest.mark.parametrize(("given", "kept"), [("off", "on"), ("remote_write", "remote_write"), ("on", "on"),
    ("remote_apply", "remote_apply")])  # fmt: skip
def test_every_session_commits_to_the_disk_at_least(own_url: str, given: str, kept: str) -> None:
    ask(own_url, f"ALTER DATABASE relances SET synchronous_commit = {given}")
    with database("relances_db") as connection:
        assert connection.execute("SHOW synchronous_commit").fetchone() == (kept,)
    said = durability()
    assert said.verdict is Verdict.GOOD
    assert f"synchronous_commit = {kept}" in said.text
    assert (f"la base a {given}" in said.text) == (given != kept)


def test_what_the_disk_of_the_server_alone_has_is_told_of_a_failover(own_url: str) -> None:
    ask(own_url, "ALTER DATABASE relances SET synchronous_commit = local")
    said = durability()
    assert said.verdict is Verdict.UNSEEN
    assert "à une bascule, la réplique promue peut ignorer les derniers envois" in said.text


def test_where_a_standby_is_down_and_no_commit_is_to_wait_for_it_messages_leave(
    server: EmbeddedPostgres, own_url: str, provider: Provider
) -> None:
    stage_relances(own_url, 3)
    tell(
        own_url,
        "ALTER DATABASE relances SET synchronous_commit = local; ALTER DATABASE relances SET statement_timeout = '5s'; "
        "ALTER SYSTEM SET synchronous_standby_names = 'perdue'",
    )
    try:
        jour.send(request())
    finally:
        tell(server.url("postgres"), "ALTER SYSTEM RESET synchronous_standby_names")
    assert statuts(own_url) == {"envoyee": 3}


@pytest.mark.parametrize(("given", "kept"), [("off", "on"), ("local", "local"), ("remote_apply", "remote_apply")])
def test_in_somebody_else_s_database_too_a_commit_that_waits_for_nothing_alone_is_made_to(
    own_url: str, monkeypatch: pytest.MonkeyPatch, given: str, kept: str
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_ETAXE_DB", postgres_connection(own_url))
    ask(own_url, f"ALTER DATABASE relances SET synchronous_commit = {given}")
    with database("etaxe_db") as connection:
        assert connection.execute("SHOW synchronous_commit").fetchone() == (kept,)


def durability() -> Finding:
    [diagnostic] = [diagnostic for diagnostic in diagnose() if diagnostic.finding.part == "durabilité"]
    return diagnostic.finding


BREAKING = {
    "fsync": ("ALTER SYSTEM SET fsync = off", "fsync = off"),
    "torn pages": ("ALTER SYSTEM SET full_page_writes = off", "full_page_writes = off"),
    "an unlogged table": ("ALTER TABLE relances.tentative SET UNLOGGED", "viderait tentative"),
    "read-only": ("ALTER DATABASE relances SET default_transaction_read_only = on", "lecture seule"),
}


@pytest.mark.parametrize(("breaking", "said"), BREAKING.values(), ids=BREAKING)
def test_where_the_promise_would_break_nothing_is_sent(
    own_url: str, provider: Provider, breaking: str, said: str
) -> None:
    stage_relances(own_url, 3)
    [lot] = jour.plan_lots(request(), "ventis")
    tell(own_url, breaking)
    refusals = (
        lambda: jour.check_providers(request()),
        lambda: jour.send_lot(request(), **lot),
        lambda: asyncio.run(send(own_url)),  # the worker itself, at its first connection
    )
    for act in refusals:
        with pytest.raises(Blocked) as refused:
            act()
        assert said in one_sentence(refused.value)
        assert str(refused.value).startswith("rien n'est envoyé : base relances_db, ")
    assert durability().verdict is Verdict.BAD
    assert said in durability().text
    assert statuts(own_url) == {"en_attente": 3}
    assert provider.ledger() == []


def test_the_memory_of_numbers_alone_may_be_unlogged(own_url: str) -> None:
    jour.check_providers(request())


@pytest.mark.parametrize("breaking", ["fsync = off", "full_page_writes = off"])
def test_a_simulation_may_look_all_the_same(own_url: str, breaking: str) -> None:
    tell(own_url, f"ALTER SYSTEM SET {breaking}")
    jour.check_providers(request(simulation=True))


def test_what_is_in_flight_when_a_server_comes_back_without_its_promise_is_still_written(
    server: EmbeddedPostgres, own_url: str, provider: Provider
) -> None:
    provider.upset(latency_ms=1500)
    stage_relances(own_url, 20)

    async def cut() -> None:
        sending = asyncio.create_task(send(own_url))
        await asyncio.to_thread(wait_until, provider.ledger, "a message accepted")
        await asyncio.to_thread(ask, own_url, "ALTER SYSTEM SET fsync = off")
        await asyncio.to_thread(server.stop)
        server.start()  # it ends with the thread that started it
        await sending

    with pytest.raises(Blocked, match="fsync = off"):
        asyncio.run(cut())
    after = statuts(own_url)
    assert after["envoyee"] == len(provider.ledger()) > 0
    assert after["en_attente"] == 20 - after["envoyee"]


def test_what_is_in_flight_when_a_server_is_frozen_is_written_once_it_goes_on(
    server: EmbeddedPostgres, own_url: str, provider: Provider, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    monkeypatch.setattr(store_database, "_PATIENCE", 1.0)
    provider.upset(latency_ms=1500)
    stage_relances(own_url, 20)

    async def freeze() -> None:
        sending = asyncio.create_task(send(own_url))
        await asyncio.to_thread(wait_until, provider.ledger, "a message accepted")
        everyone = processes(server)
        for process in everyone:
            process.send_signal(signal.SIGSTOP)
        try:
            await asyncio.to_thread(wait_until, lambda: "ne répond plus" in caplog.text, "its connection given up")
        finally:
            for process in everyone:
                process.send_signal(signal.SIGCONT)
        await sending

    asyncio.run(freeze())
    assert statuts(own_url) == {"envoyee": 20}
    assert len(provider.ledger()) == 20


# --- behind a pooler ---


def test_sessions_that_another_role_opened_are_no_pooler_s(own_url: str) -> None:
    ask(own_url, "CREATE ROLE porteur")
    ask(own_url, "CREATE ROLE entrant LOGIN IN ROLE porteur")
    try:
        words = {"user": "entrant", "options": "-c role=porteur", "autocommit": True}
        with psycopg.connect(own_url, **words) as one, psycopg.connect(own_url, **words) as other:  # type: ignore[arg-type]
            assert not is_shared(one, other)
    finally:
        ask(own_url, "DROP ROLE entrant")
        ask(own_url, "DROP ROLE porteur")


@contextmanager
def pgbouncer(url: str, mode: str, **settings: object) -> Iterator[str]:
    """The URL of the same database through a PgBouncer of this mode."""
    program = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        pytest.skip("pgbouncer est introuvable : apt install pgbouncer")
    words = conninfo_to_dict(url)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="relances-pooler-") as name:
        folder, user = Path(name), server_user()
        said = {"pool_mode": mode, "listen_addr": "127.0.0.1", "listen_port": port, "auth_type": "any",
            "unix_socket_dir": "", "logfile": folder / "log", "default_pool_size": 10, **settings}  # fmt: skip
        file = folder / "pgbouncer.ini"
        file.write_text(
            f"[databases]\n{words['dbname']} = host={words['host']} port={words['port']} user=postgres\n[pgbouncer]\n"
            + "".join(f"{name} = {value}\n" for name, value in said.items())
        )
        if user is not None:
            shutil.chown(folder, user)
        with subprocess.Popen([program, "-q", str(file)], user=user, stderr=subprocess.DEVNULL) as process:
            through = f"postgresql://postgres@127.0.0.1:{port}/{words['dbname']}"
            try:
                wait_until(lambda: answers(through), "pgbouncer")
                yield through
            finally:
                process.terminate()


def answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


@pytest.mark.parametrize("settings", [{}, {"server_round_robin": 1, "min_pool_size": 4}], ids=["quiet", "round robin"])
@pytest.mark.parametrize("mode", ["transaction", "statement"])
def test_a_pooler_that_shares_sessions_is_seen_and_refused(
    own_url: str, provider: Provider, monkeypatch: pytest.MonkeyPatch, mode: str, settings: dict[str, object]
) -> None:
    stage_relances(own_url, 3)
    [lot] = jour.plan_lots(request(), "ventis")
    with pgbouncer(own_url, mode, **settings) as url:
        monkeypatch.setenv("AIRFLOW_CONN_RELANCES_DB", postgres_connection(url))
        for act in (lambda: jour.check_providers(request()), lambda: jour.send_lot(request(), **lot)):
            with pytest.raises(Blocked) as refused:
                act()
            assert "pool_mode = session" in one_sentence(refused.value)
        assert durability().verdict is Verdict.BAD
        assert "un pooler (PgBouncer…)" in durability().text
    assert provider.ledger() == []


def test_a_pooler_that_leaves_each_its_session_is_as_good_as_none(
    own_url: str, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage_relances(own_url, 20)
    with pgbouncer(own_url, "session") as url:
        monkeypatch.setenv("AIRFLOW_CONN_RELANCES_DB", postgres_connection(url))
        jour.check_providers(request())
        assert durability().verdict is Verdict.GOOD
        jour.send(request())
    assert statuts(own_url) == {"envoyee": 20}
