"""One installation, brought up as an operator would: a copy of what Compose needs, and a ``.env`` of its own."""

import base64
import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx

from relances.local.processes import wait_until
from tests.compose.disk import Disk
from tests.compose.images import Unavailable, answers

REPOSITORY: Final = Path(__file__).parents[2]
_FILES: Final = (
    "docker-compose.yaml",
    "Dockerfile",
    ".dockerignore",
    "pyproject.toml",
    "requirements.txt",
    "README.md",
)
SECRETS: Final = (
    "POSTGRES_PASSWORD",
    "POSTGRES_METADONNEES_PASSWORD",
    "POSTGRES_RELANCES_PASSWORD",
    "REDIS_PASSWORD",
    "AIRFLOW_SECRET_KEY",
    "AIRFLOW_JWT_SECRET",
    "RELANCES_MOT_DE_PASSE",
)
"""Those of the end of ``.env.example``, but for Airflow's own key, which is of another form."""
_FOLDERS: Final = ("include", "plugins", "dags")
_CONTROL: Final = {"Authorization": "Bearer demonstration"}
_HEALTHY_SECONDS: Final = 600.0
_AT_REST: Final = ("init Exited (0)", "bases Exited (0)", "menage Up")  # the others say how they are


@dataclass(frozen=True, slots=True)
class Installation:
    """The folder that Compose works in, and its secrets."""

    folder: Path
    command: list[str]
    secrets: Mapping[str, str] = field(repr=False)
    images: Mapping[str, str]
    disk: Disk | None

    def up(self) -> None:
        """As the guide of Docker Compose says, with two workers; returns once everything is healthy."""
        self.compose("build")
        self.compose("up", "--detach", "--scale", "worker=2")
        wait_until(self._is_healthy, _HEALTHY_SECONDS, "Tout n'est pas en bonne santé.", every=2)

    def prepare_databases(self) -> None:
        """PostgreSQL alone, its roles and databases; returns once nobody uses them."""
        self.compose("up", "--detach", "bases")

        def are_ready() -> bool:
            [status] = self._listed("{{.Status}}", "--all", "--filter", "label=com.docker.compose.service=bases")
            return status.startswith("Exited (0)")

        wait_until(are_ready, _HEALTHY_SECONDS, "Les bases ne sont pas prêtes.")

    def compose(self, *words: str, given: str | None = None) -> str:
        """What a command of Compose's prints, which reads ``given``. Raises CalledProcessError when it fails."""
        done = self.attempt(*words, given=given)
        done.check_returncode()
        return done.stdout

    @property
    def environment(self) -> dict[str, str]:
        """What Compose is started with."""
        return {**os.environ, **self.images}

    def attempt(self, *words: str, given: str | None = None, **variables: str) -> "subprocess.CompletedProcess[str]":
        """The same, that may fail; ``variables`` come before those of ``.env``."""
        environment = {**self.environment, **variables}
        command = [*self.command, *words]
        done = subprocess.run(
            command, cwd=self.folder, env=environment, input=given, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            print(done.stdout[-3_000:], done.stderr[-3_000:])  # pytest shows it of what fails
        return done

    def containers(self, service: str) -> list[str]:
        """The ids of those of a service that run."""
        return self._listed("{{.ID}}", "--filter", f"label=com.docker.compose.service={service}")

    def kill(self, service: str) -> None:
        """Kill its only container's first process, as the machine itself would: the engine is told nothing."""
        [container] = self.containers(service)
        pid = docker("inspect", "--format={{.State.Pid}}", container)
        image = docker("inspect", "--format={{.Image}}", container)
        docker("run", "--rm", "--pid=host", "--user=0", "--entrypoint=sh", image, "-c", f"kill -9 {pid}")

    def address(self, service: str) -> str:
        """Where this machine, and no other, reaches a service that is not published."""
        [container] = self.containers(service)
        return docker("inspect", "--format={{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", container)

    def interface(self) -> str:
        """The published address of the interface."""
        return f"http://{self.compose('port', 'api-server', '8080').strip()}"

    def database(self, name: str) -> str:
        """The URL of one of the databases."""
        return f"postgresql://airflow:{self.secrets['POSTGRES_PASSWORD']}@{self.address('postgres')}:5432/{name}"

    def simulators(self) -> httpx.Client:
        """A client of their control endpoints."""
        url = f"http://{self.address('simulateurs')}:8080"
        return httpx.Client(base_url=url, headers=_CONTROL, trust_env=False, timeout=30)

    def _is_healthy(self) -> bool:
        services = self._listed('{{.Label "com.docker.compose.service"}} {{.Status}}', "--all")
        return all("(healthy)" in each or each.startswith(_AT_REST) for each in services)

    def _listed(self, form: str, *words: str) -> list[str]:
        project = f"label=com.docker.compose.project={self.folder.name}"
        return docker("ps", f"--format={form}", "--filter", project, *words).splitlines()


@contextmanager
def installed(folder: Path, command: list[str], images: Mapping[str, str], disk: Disk | None) -> Iterator[Installation]:
    """Up on entering; on leaving nothing is left, volumes included. ``disk``: where PostgreSQL is to keep its data."""
    for name in _FILES:
        shutil.copy(REPOSITORY / name, folder)
    for name in _FOLDERS:
        shutil.copytree(REPOSITORY / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    files = [images.get("COMPOSE_FILE", "docker-compose.yaml")]
    if disk is not None:
        Path(folder, "disque.yaml").write_text(disk.volume())
        files.append("disque.yaml")
    installation = Installation(folder, command, _secrets(), {**images, "COMPOSE_FILE": ":".join(files)}, disk)
    choices = {
        "COMPOSE_PROFILES": "demo",
        "COMPOSE_PROJECT_NAME": folder.name,
        "RELANCES_IMAGE": "relances-essai",
        "RELANCES_PORT": "0",
    }
    lines = [f"{name}={value}" for name, value in {**choices, **installation.secrets}.items()]
    Path(folder, ".env").write_text("\n".join(lines))
    try:
        installation.up()
        yield installation
    finally:
        installation.compose("down", "--volumes", "--timeout", "20")


def docker(*words: str) -> str:
    """What a command of the engine's prints."""
    command = ["docker", *words]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def _secrets() -> dict[str, str]:
    fernet_key = base64.urlsafe_b64encode(os.urandom(32)).decode()
    return {**{name: secrets.token_hex(32) for name in SECRETS}, "AIRFLOW_FERNET_KEY": fernet_key}


def compose_command() -> list[str]:
    """The second Compose, else the first. Raises Unavailable."""
    if answers("docker", "compose", "version"):
        return ["docker", "compose"]
    if shutil.which("docker-compose") is not None:
        return ["docker-compose"]
    raise Unavailable("Docker Compose n'est pas sur cette machine : l'installation n'est pas essayée.")
