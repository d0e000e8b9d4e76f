"""Real Keycloak servers: fetched by Maven, kept unpacked below .relances/keycloak, started and stopped."""

import json
import os
import re
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from relances.local.processes import is_alive, spawn, tail, wait_until
from tests.keycloak.realms import REALMS

KEPT = Path(__file__).parents[2] / ".relances" / "keycloak"
_FETCH_SECONDS = 600
_START_SECONDS = 180
_STOP_SECONDS = 30
# 2.8 copies the file alone; later ones first read the parents of its description, which not every mirror has.
_COPY = "org.apache.maven.plugins:maven-dependency-plugin:2.8:copy"
_START_FAST = "-XX:TieredStopAtLevel=1"
_LISTENING = re.compile(r"Listening on: (http://127\.0\.0\.1:\d+)")


class Unavailable(Exception):
    """No such server can be had here; says why, in French."""


def installed(release: str) -> Path:
    """The folder of this release. Raises Unavailable."""
    if shutil.which("java") is None:
        raise Unavailable("java est introuvable : installez Java 17 (Debian : apt install openjdk-17-jre-headless)")
    home = KEPT / f"keycloak-{release}"
    if not home.is_dir():
        _fetch(release, home)
    return home


def _fetch(release: str, home: Path) -> None:
    if shutil.which("mvn") is None:
        raise Unavailable("mvn est introuvable : installez Maven (Debian : apt install maven)")
    KEPT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=KEPT) as folder:
        artifact = f"org.keycloak:keycloak-quarkus-dist:{release}:zip"
        # --update-snapshots: else a download that failed once is not tried again before the next day.
        options = ["--batch-mode", "--quiet", "--update-snapshots"]
        command = ["mvn", *options, _COPY, f"-Dartifact={artifact}", f"-DoutputDirectory={folder}"]
        try:
            subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=_FETCH_SECONDS)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            raise Unavailable(f"Maven ne peut obtenir Keycloak {release} : {_reason(error)}") from error
        with zipfile.ZipFile(Path(folder) / f"keycloak-quarkus-dist-{release}.zip") as archive:
            archive.extractall(folder)
        (Path(folder) / home.name).rename(home)


def _reason(error: subprocess.CalledProcessError | subprocess.TimeoutExpired) -> str:
    said = (error.stdout or b"").decode(errors="replace").splitlines()
    return next(
        (line.partition("standalone-pom: ")[2] for line in said if "standalone-pom: " in line), "pas de réponse"
    )


@contextmanager
def running(release: str) -> Iterator[str]:
    """The address of a server of this release with the realms of the tests, in memory. Raises Unavailable."""
    home = installed(release)
    imported = home / "data" / "import"
    imported.mkdir(parents=True, exist_ok=True)
    for realm in REALMS:
        (imported / f"{realm['realm']}.json").write_text(json.dumps(realm))
    log = home / "keycloak.log"
    log.unlink(missing_ok=True)
    options = ["--http-host=127.0.0.1", "--http-port=0", "--db=dev-mem", "--import-realm"]
    command = ["/bin/bash", str(home / "bin" / "kc.sh"), "start-dev", *options]
    process = spawn(command, log, os.environ | {"JAVA_OPTS_APPEND": _START_FAST}, folder=home)
    try:
        late = f"Keycloak {release} met trop de temps à démarrer, voyez {log}"
        wait_until(lambda: _address(log) is not None or not is_alive(process), _START_SECONDS, late, every=0.2)
        address = _address(log)
        assert address is not None, f"Keycloak {release} did not start:\n{tail(log)}"
        yield address
    finally:
        _stop(process)


def _address(log: Path) -> str | None:
    found = _LISTENING.search(log.read_text(errors="replace")) if log.exists() else None
    return found.group(1) if found else None


def _stop(process: psutil.Process) -> None:
    """Kindly, then not: the script, and the Java it may still be preparing with."""
    family = [*process.children(recursive=True), process] if is_alive(process) else []
    for member in family:
        member.terminate()
    _, left = psutil.wait_procs(family, timeout=_STOP_SECONDS)
    for member in left:
        member.kill()
    psutil.wait_procs(left)
