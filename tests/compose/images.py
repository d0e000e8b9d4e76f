"""The base images: the official ones, or, where no registry is in reach, stand-ins of Debian's own packages."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
_OFFICIAL: Final = ("apache/airflow:3.3.2-python3.11", "postgres:17.12", "redis:7.2.11-bookworm")
_AUTHORITIES: Final = Path("/etc/ssl/certs/ca-certificates.crt")
_DEBIAN: Final = "relances-essai/debian"
_STAND_INS: Final = ("airflow", "postgres", "redis")


class Unavailable(Exception):
    """This machine cannot run the installation, in one sentence."""


def base_images() -> Mapping[str, str]:
    """The variables that name them to Compose; none where the official ones can be had. Raises Unavailable."""
    if answers("docker", "info"):
        if all(answers("docker", "image", "inspect", name) or answers("docker", "pull", name) for name in _OFFICIAL):
            return {}
        if shutil.which("debootstrap") is None or os.geteuid() != 0:
            raise Unavailable("Ni Docker Hub, ni debootstrap et root pour s'en passer : pas d'image de base.")
        return _stand_ins()
    raise Unavailable("Pas de moteur Docker sur cette machine : l'installation Compose n'est pas essayée.")


def _stand_ins() -> Mapping[str, str]:
    with tempfile.TemporaryDirectory(prefix="relances-images-") as folder:
        if not answers("docker", "image", "inspect", _DEBIAN):
            _import_debian(Path(folder, "debian"))
        context = Path(shutil.copytree(HERE / "images", Path(folder, "images")))
        shutil.copy(_AUTHORITIES, context)
        for name in _STAND_INS:
            build = ["docker", "build", "--quiet", "--network=host", f"--tag=relances-essai/{name}"]
            environment = {**os.environ, "DOCKER_BUILDKIT": "0"}
            subprocess.run([*build, f"--file={context}/{name}.Dockerfile", context], env=environment, check=True)
    names = {f"{name.upper()}_IMAGE": f"relances-essai/{name}" for name in _STAND_INS}
    return {**names, "DOCKER_BUILDKIT": "0", "COMPOSE_FILE": f"docker-compose.yaml:{HERE / 'reseau.yaml'}"}


def _import_debian(root: Path) -> None:
    make = ["debootstrap", "--variant=minbase", "bookworm", str(root)]
    subprocess.run(make, stdout=subprocess.DEVNULL, check=True)
    load = ["docker", "import", shutil.make_archive(str(root), "tar", root), _DEBIAN]
    subprocess.run(load, stdout=subprocess.DEVNULL, check=True)


def answers(*command: str) -> bool:
    """Whether a command is there and succeeds."""
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False
