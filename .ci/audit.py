"""Known vulnerabilities of ``requirements.txt``, as ``pip-audit`` finds them; ends with 1 where there are any.

Where no source of advisories is in reach, that is said, and nothing fails. What was accepted, why and until when, is in
``vulnerabilites.toml``. ``OSV_URL``: a copy of OSV's own service, asked alone.
"""

import json
import os
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

HERE: Final = Path(__file__).parent
_LOCK: Final = HERE.parent / "requirements.txt"
_ACCEPTED: Final = HERE / "vulnerabilites.toml"
_SOURCES: Final = (("pypi",), ("osv",))


@dataclass(frozen=True, slots=True)
class Found:
    """A vulnerability of a version that is locked; ``mended``: the versions without it."""

    package: str
    version: str
    identifier: str
    aliases: tuple[str, ...]
    mended: tuple[str, ...]

    def line(self) -> str:
        cure = f"corrigée dans {', '.join(self.mended)}" if self.mended else "sans correction publiée"
        names = ", ".join((self.identifier, *self.aliases))
        return f"  {self.package} {self.version} : {names}, {cure}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a source said. ``unknown``: the packages of which it knows nothing; ``judged``: how many others."""

    judged: int
    found: tuple[Found, ...]
    unknown: tuple[str, ...]


def main() -> int:
    """Ask the first source that answers."""
    accepted = accepted_on(datetime.now(UTC).date())
    copy = os.environ.get("OSV_URL")
    for source in [("osv", "--osv-url", copy)] if copy else _SOURCES:
        if not ask(source, _first_locked()).judged:
            continue
        answer = ask(source, _LOCK.read_text(encoding="utf-8"))
        return report(answer, accepted)
    print(
        "Aucune source d'avis de sécurité n'est joignable d'ici : les vulnérabilités ne sont pas cherchées. — No "
        "source of advisories in reach: vulnerabilities are not looked for."
    )
    return 0


def report(answer: Answer, accepted: Iterable[str]) -> int:
    """Say what was found; 1 where any of it was not accepted."""
    known = set(accepted)
    new = [each for each in answer.found if not known & {each.identifier, *each.aliases}]
    if answer.unknown:
        print(f"Sans avis sur : {', '.join(answer.unknown)}.")
    if new:
        print("Vulnérabilités connues (make lock LOCK_ARGS=--upgrade, ou .ci/vulnerabilites.toml) :")
        print("\n".join(each.line() for each in new))
        return 1
    print(f"Vulnérabilités : aucune, de {answer.judged} dépendances ; acceptées : {len(answer.found)}.")
    return 0


def ask(source: Sequence[str], requirements: str) -> Answer:
    """What a source, as pip-audit names it, says of these; nothing is judged where it does not answer."""
    with tempfile.TemporaryDirectory() as folder:
        file, result = Path(folder, "requirements.txt"), Path(folder, "avis.json")
        file.write_text(requirements, encoding="utf-8")
        options = ["--disable-pip", "--require-hashes", "--progress-spinner", "off", "--timeout", "20"]
        command = [sys.executable, "-m", "pip_audit", "--requirement", str(file), "--vulnerability-service", *source]
        command += [*options, "--format", "json", "--output", str(result)]
        subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - our own words
        if not result.exists():
            return Answer(0, (), ())
        return _read(json.loads(result.read_text(encoding="utf-8"))["dependencies"])


def _read(dependencies: Sequence[Mapping[str, Any]]) -> Answer:
    judged = [each for each in dependencies if "vulns" in each]
    found = tuple(
        Found(each["name"], each["version"], vuln["id"], tuple(vuln["aliases"]), tuple(vuln["fix_versions"]))
        for each in judged
        for vuln in each["vulns"]
    )
    return Answer(len(judged), found, tuple(each["name"] for each in dependencies if "skip_reason" in each))


def _first_locked() -> str:
    """The first requirement with its hashes: enough to know whether a source answers."""
    first, *_ = _LOCK.read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    return first


def accepted_on(today: date, file: Path = _ACCEPTED) -> list[str]:
    """The identifiers that somebody accepted, with a reason, until that day at least."""
    lines = tomllib.loads(file.read_text(encoding="utf-8")).get("acceptee", [])
    return [each["id"] for each in lines if each["raison"].strip() and each["jusqu_au"] >= today]


if __name__ == "__main__":
    sys.exit(main())
