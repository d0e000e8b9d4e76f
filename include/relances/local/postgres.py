"""The embedded PostgreSQL: a real server from a wheel, in one folder, on a Unix socket.

The wheel's own starter is not used: it breaks on a folder with a space, shares one lock between all users of
the machine, gives a server that recovers from a crash ten seconds, and leaves it running when killed itself.
"""

import hashlib
import os
import shutil
import signal
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psutil
from psycopg import sql

from relances.local.errors import LocalError
from relances.local.postgres_folder import binaries, initialise, own, server_user
from relances.local.processes import is_alive, spawn, tail, wait_until
from relances.store.encodage import connect

_PORT = 5432  # of no network: it only names the socket, and is said everywhere lest PGPORT change it
_SOCKET_FILE = f".s.PGSQL.{_PORT}"
_LONGEST_SOCKET_PATH = 107
_START_SECONDS = 120.0  # a server that was killed replays its journal first
_STOP_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class EmbeddedPostgres:
    """A server whose data live in ``folder``; it runs until :meth:`stop`, or until who started it dies."""

    folder: Path

    @property
    def log(self) -> Path:
        """The server's log."""
        return self.folder / "server.log"

    @property
    def socket_folder(self) -> Path:
        """The data folder, unless its path is too long for a socket, or looks like several hosts."""
        folder = self.folder.resolve()
        if len(os.fsencode(folder / _SOCKET_FILE)) <= _LONGEST_SOCKET_PATH and "," not in str(folder):
            return folder
        short = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"relances-{short}"

    def exists(self) -> bool:
        """Whether its folder was made."""
        return (self.folder / "PG_VERSION").exists()

    def url(self, database: str) -> str:
        """Libpq URL of one database of this server, whether or not it runs."""
        return f"postgresql://postgres@/{database}?host={quote(os.fsencode(self.socket_folder), safe='')}&port={_PORT}"

    def create_database(self, name: str) -> str:
        """Create the database unless it is there; returns its URL."""
        with connect(self.url("postgres"), autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone()
            if known is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self.url(name)

    def start(self) -> None:
        """Start the server, creating its folder the first time; harmless when it runs already.

        Raises LocalError with the end of its log when it does not come up.
        """
        if self._running() is not None:
            return
        process = self._spawn()
        wait_until(
            lambda: self._is_ready() or not is_alive(process),
            _START_SECONDS,
            f"PostgreSQL ne répond pas ; voyez {self.log}.",
        )
        if not is_alive(process):
            raise LocalError(f"PostgreSQL ne démarre pas ; fin de {self.log} :\n{tail(self.log)}")

    def stop(self) -> bool:
        """Stop the server, cutting off who is connected, and wait for it. Returns whether it ran."""
        process = self._running()
        if process is None:
            return False
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):  # fast, immediate, at last by force
            if is_alive(process):
                process.send_signal(number)
                psutil.wait_procs([process], timeout=_STOP_SECONDS)
        if self.socket_folder != self.folder.resolve():
            shutil.rmtree(self.socket_folder, ignore_errors=True)
        return True

    def _spawn(self) -> psutil.Process:
        user = server_user()
        initialise(self.folder, user)
        own(self.socket_folder, user)
        for stale in (self._pid_file, self.socket_folder / f"{_SOCKET_FILE}.lock"):
            stale.unlink(missing_ok=True)  # its number may be another program's by now
        quoted = str(self.socket_folder).replace('"', '""')
        settings = {
            "listen_addresses": "",
            "port": str(_PORT),
            "unix_socket_directories": f'"{quoted}"',
            # Its defaults are for a tenth of what a day's million rows take: the indexes in memory, no checkpoint amid.
            "shared_buffers": "256MB",
            "max_wal_size": "4GB",
        }
        command = [str(binaries() / "postgres"), "-D", str(self.folder.resolve())]
        command += [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        environment = {"PATH": os.defpath, "LC_ALL": "C"}
        return spawn(
            command, self.log, environment, folder=self.folder, signal_at_death=signal.SIGINT, user=user or "-"
        )

    @property
    def _pid_file(self) -> Path:
        return self.folder / "postmaster.pid"

    def _is_ready(self) -> bool:
        lines = self._pid_file.read_bytes().splitlines() if self._pid_file.exists() else []
        return len(lines) > 7 and lines[7].strip() == b"ready"

    def _running(self) -> psutil.Process | None:
        """The server of this folder, by its own note and by what that process really is."""
        try:
            process = psutil.Process(int(self._pid_file.read_bytes().split()[0]))
            ours = str(self.folder.resolve()) in process.cmdline()
        except (FileNotFoundError, IndexError, psutil.NoSuchProcess):
            return None
        return process if ours and is_alive(process) else None
