"""``make audit``: pip-audit itself, asking a service that answers as OSV does."""

import json
import runpy
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from shutil import copytree
from threading import Thread

import pytest

from relances.local.settings import REPOSITORY

ADVISORY = {
    "id": "GHSA-aaaa-bbbb-cccc",
    "aliases": ["CVE-2026-1"],
    "summary": "…",
    "affected": [
        {
            "package": {"name": "httpx", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "99.1"}]}],
        }
    ],
}
ACCEPTED = """
[[acceptee]]
id = "{id}"
jusqu_au = {day}
raison = "{reason}"
"""


@contextmanager
def osv(*vulnerable: str) -> Iterator[str]:
    """The address of a service that has the advisory for these packages."""

    class Service(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            answer = json.dumps({"vulns": [ADVISORY]} if asked["package"]["name"] in vulnerable else {}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Service) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/v1/query"
        server.shutdown()


def audit(folder: Path, url: str, accepted: str = "") -> "subprocess.CompletedProcess[str]":
    """Of a lock of two packages."""
    copytree(REPOSITORY / ".ci", folder / ".ci")
    lines = [f"{name} \\\n    --hash=sha256:{'0' * 64}" for name in ("alembic==1.20.0", "httpx==0.28.1")]
    (folder / "requirements.txt").write_text("\n".join(lines) + "\n")
    (folder / ".ci" / "vulnerabilites.toml").write_text(accepted)
    environment = {"PATH": "/usr/bin:/bin", "OSV_URL": url, "HOME": str(folder)}
    command = [sys.executable, str(folder / ".ci" / "audit.py")]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_what_is_known_of_a_locked_version_fails_with_its_cure(tmp_path: Path) -> None:
    with osv("httpx") as url:
        done = audit(tmp_path, url)

    assert done.returncode == 1
    assert "httpx 0.28.1 : CVE-2026-1, GHSA-aaaa-bbbb-cccc, corrigée dans 99.1" in done.stdout


def test_nothing_new_is_said_with_how_many_were_asked_for(tmp_path: Path) -> None:
    with osv("httpx") as url:
        done = audit(tmp_path, url, ACCEPTED.format(id="CVE-2026-1", day="9999-12-31", reason="sans effet ici"))

    assert (done.returncode, done.stdout) == (0, "Vulnérabilités : aucune, de 2 dépendances ; acceptées : 1.\n")


def test_a_source_out_of_reach_is_said_and_fails_nothing(tmp_path: Path) -> None:
    done = audit(tmp_path, "http://127.0.0.1:1/v1/query")

    assert done.returncode == 0
    assert done.stdout.startswith("Aucune source d'avis de sécurité n'est joignable d'ici")


@pytest.mark.parametrize(
    ("identifier", "day", "reason", "code"),
    [
        ("GHSA-aaaa-bbbb-cccc", "2026-12-01", "sans effet ici", 0),
        ("CVE-2026-1", "2026-12-01", "sans effet ici", 0),
        ("CVE-2026-2", "2026-12-01", "sans effet ici", 1),
        ("CVE-2026-1", "2026-11-30", "sans effet ici", 1),
        ("CVE-2026-1", "2026-12-01", " ", 1),
    ],
)
def test_an_acceptance_names_it_ends_on_its_day_and_needs_a_reason(
    identifier: str, day: str, reason: str, code: int, tmp_path: Path
) -> None:
    judge = runpy.run_path(str(REPOSITORY / ".ci" / "audit.py"))
    found = judge["Found"]("httpx", "0.28.1", "GHSA-aaaa-bbbb-cccc", ("CVE-2026-1",), ())
    file = tmp_path / "vulnerabilites.toml"
    file.write_text(ACCEPTED.format(id=identifier, day=day, reason=reason))

    accepted = judge["accepted_on"](date(2026, 12, 1), file)

    assert judge["report"](judge["Answer"](1, (found,), ()), accepted) == code
