"""What the scenarios happen on: a PostgreSQL, the simulators as a process, and databases to spoil."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Final

import httpx
import psutil
import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from relances.local.postgres import EmbeddedPostgres
from relances.store import migrate
from tests.chaos.ways import Network
from tests.integration.dues import EVERYBODY_OWES, NOTHING_SHOWN
from tests.integration.provider import Provider
from tests.integration.sauvegarde import back_up, bring_back
from tests.integration.world import Row, ask

WITNESS: Final = (Path(__file__).parent / "witness.sql").read_text(encoding="utf-8")
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Site:
    """``provider`` and ``simulators``: the same, asked in two ways."""

    postgres: EmbeddedPostgres
    provider: Provider
    network: Network
    simulators: httpx.Client
    template: str
    folder: Path

    def new_database(self) -> str:
        """One where nothing happened yet: its URL."""
        name = f"chaos_{os.getpid()}_{next(_numbers)}"
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
        with psycopg.connect(self.postgres.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.format(sql.Identifier(name), sql.Identifier(self.template)))
        url = self.postgres.url(name)
        ask(url, "UPDATE relances.installation SET lieu = relances.lieu()")  # no copy of another's
        return url

    def back_up(self, url: str) -> None:
        back_up(url, self._backup(url))

    def bring_back(self, url: str) -> None:
        """The database as it was backed up, in place of what became of it since."""
        bring_back(url, self._backup(url))

    def _backup(self, url: str) -> Path:
        return self.folder / f"{conninfo_to_dict(url)['dbname']}.dump"

    def drop(self, name: str) -> None:
        with psycopg.connect(self.postgres.url("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def forget_messages(self) -> None:
        self.simulators.delete("/ledger").raise_for_status()

    def accepted(self) -> int:
        return int(self.simulators.get("/ledger/count").json()["count"])

    def fired(self) -> list[Row]:
        """The rules of the faults in force, and how often each struck."""
        return list(self.simulators.get("/faults").json()["rules"])

    def restart(self, *, crash: bool) -> None:
        """Stop PostgreSQL, decently or not, and start it again."""
        if crash:
            server = psutil.Process(int((self.postgres.folder / "postmaster.pid").read_text().split()[0]))
            server.send_signal(signal.SIGQUIT)
            psutil.wait_procs([server], timeout=60)
        else:
            self.postgres.stop()
        self.postgres.start()


@contextmanager
def site(postgres: EmbeddedPostgres, folder: Path) -> Iterator[Site]:
    """Simulators and a database to copy, beside a PostgreSQL that runs."""
    template = f"chaos_{os.getpid()}"
    url = postgres.create_database(template)
    migrate(url)
    ask(url, EVERYBODY_OWES.replace("999", "99999"))
    ask(url, WITNESS)
    ask(url, NOTHING_SHOWN)
    command = [sys.executable, "-m", "simulators", "--delivery-seconds", "0"]
    network = Network()
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as simulators,
        network.running(),
    ):
        try:
            assert simulators.stdout is not None
            address = simulators.stdout.readline().split()[-1]
            # One client: each would load the certificates of the machine, many times a second.
            with httpx.Client(base_url=address, timeout=30, trust_env=False) as client:
                yield Site(postgres, Provider(address), network, client, template, folder)
        finally:
            simulators.terminate()


@contextmanager
def own_postgres(folder: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(folder / "postgres")
    server.start()
    try:
        yield server
    finally:
        server.stop()
