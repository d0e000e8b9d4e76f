"""The state folder: where data, logs, ports and generated secrets stay between two starts."""

import base64
import json
import os
import secrets
import socket
from dataclasses import asdict, dataclass, field
from pathlib import Path

from relances.local.errors import LocalError
from relances.rules.fichiers import refusal

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Secrets:
    """What Airflow needs to keep to itself, and the password of its one user."""

    fernet_key: str = field(repr=False)
    jwt_secret: str = field(repr=False)
    secret_key: str = field(repr=False)
    password: str = field(repr=False)

    @classmethod
    def generate(cls) -> "Secrets":
        return cls(
            fernet_key=base64.urlsafe_b64encode(os.urandom(32)).decode(),
            jwt_secret=secrets.token_urlsafe(64),
            secret_key=secrets.token_urlsafe(32),
            password=secrets.token_urlsafe(12),
        )


_OTHERS_READ_AND_WRITE = 0o066  # to pass through is left: started by root, PostgreSQL is another user's


@dataclass(frozen=True, slots=True)
class StateFolder:
    """One world's folder, private to its owner."""

    path: Path

    @property
    def postgres(self) -> Path:
        return self.path / "postgres"

    @property
    def airflow(self) -> Path:
        return self.path / "airflow"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def data_docs(self) -> Path:
        return self.path / "data_docs"

    def create(self) -> None:
        """Raises LocalError when it cannot be written."""
        try:
            for folder in (self.path, self.airflow, self.logs, self.data_docs):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                folder.chmod(folder.stat().st_mode & ~_OTHERS_READ_AND_WRITE)  # one of an earlier version
        except OSError as error:
            raise LocalError(f"Le dossier {self.path} ne peut être créé ({refusal(error)}).") from error

    def secrets(self) -> Secrets:
        """The secrets, generated the first time."""
        file = self.path / "secrets.json"
        if not file.exists():
            write_private(file, json.dumps(asdict(Secrets.generate())))
        return Secrets(**json.loads(file.read_text(encoding="utf-8")))

    def port(self, name: str, wanted: int | None = None) -> int:
        """The wanted port; else the same as last time; else, when that one is taken, another.

        Raises LocalError when the wanted port is taken.
        """
        if wanted is not None and not _is_free(wanted):
            raise LocalError(
                f"Le port {wanted} (RELANCES_PORT) est déjà pris ; choisissez-en un autre ou laissez-le vide."
            )
        known = self.ports()
        last = known.get(name)
        port = wanted or (last if last is not None and _is_free(last) else _free_port())
        if port != last:
            write_private(self._ports_file, json.dumps(known | {name: port}))
        return port

    def ports(self) -> dict[str, int]:
        """The port of each name, as of the last start."""
        if not self._ports_file.exists():
            return {}
        known: dict[str, int] = json.loads(self._ports_file.read_text(encoding="utf-8"))
        return known

    @property
    def _ports_file(self) -> Path:
        return self.path / "ports.json"


def write_private(file: Path, text: str) -> None:
    """Write a file that only its owner reads; whole or not at all."""
    unfinished = file.with_suffix(".tmp")
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=0o600)
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(file)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do, or a port just left looks taken
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])
