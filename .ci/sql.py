"""Lint all the SQL with squawk; ends with 1 where there is something to say.

Migrations: what would hold up or break who uses the tables meanwhile. Everything else: whether PostgreSQL can read it,
with psycopg's parameters taken for PostgreSQL's own, before any server is there to say so.
"""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

HERE: Final = Path(__file__).parent
_SQUAWK: Final = (Path(sys.executable).with_name("squawk"), "--config", HERE / "squawk.toml", "--reporter", "json")
_PARAMETER: Final = re.compile(r"%\(\w+\)s")
_SYNTAX: Final = "syntax-error"
# What a migration does all the same, and why that is right; those that are applied somewhere are not rewritten.
_ACCEPTED: Final = {
    ("0001_schema.sql", "require-lock-timeout"): "the tables are new: nobody holds them",
    ("0003_politique.sql", "ban-drop-not-null"): "one version alone reads the tables; it is migrated before it starts",
    ("0003_politique.sql", "adding-not-nullable-field"): "the column was filled by the statement before",
    ("0003_politique.sql", "ban-drop-view"): "the view is made again right after",
    (
        "0005_donnees.sql",
        "adding-field-with-default",
    ): "a generated column; contacts come from spreadsheets: they are few",
    ("0005_donnees.sql", "ban-drop-constraint"): "another takes its place in the same statement",
    ("0005_donnees.sql", "ban-drop-function"): "it is made again with other parameters right after",
    ("0006_surroundings.sql", "require-lock-timeout"): "relances migrer sets it for the whole session",
    ("0008_consignes.sql", "adding-foreign-key-constraint"): "the column and the table it leads to are new: all null",
}


@dataclass(frozen=True, slots=True)
class Finding:
    file: Path
    line: int
    rule: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} : {self.rule} : {self.message}"


def main(root: Path) -> int:
    files = sorted(path.relative_to(root) for path in root.glob("*/**/*.sql") if ".venv" not in path.parts)
    if not files:
        sys.exit(f"Aucun fichier SQL dans {root.absolute()} : lancez make lint à la racine du dépôt.")
    migrations = [file for file in files if "migrations" in file.parts]
    others = [file for file in files if file not in migrations]
    found = [each for each in squawk(root, migrations) if (each.file.name, each.rule) not in _ACCEPTED]
    with TemporaryDirectory() as copies:
        for file in others:
            copy = Path(copies, file)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(as_postgresql_reads(root.joinpath(file).read_text(encoding="utf-8")), encoding="utf-8")
        found += [each for each in squawk(Path(copies), others) if each.rule == _SYNTAX]
    for each in found:
        print(each)
    if not found:
        print(f"SQL : {len(migrations)} migrations et {len(others)} autres fichiers, rien à dire.")
    return bool(found)


def as_postgresql_reads(text: str) -> str:
    """With ``$1`` in the place of each parameter and a query in that of a tax system's, line for line."""
    return _PARAMETER.sub("$1", text).replace("%%", "%").replace("({})", "(SELECT)")


def squawk(root: Path, files: list[Path]) -> list[Finding]:
    """What it says of these."""
    if not files:  # it would read its standard input
        return []
    command = [*_SQUAWK, *files]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, encoding="utf-8", check=False)  # noqa: S603
    if done.returncode not in {0, 1} or not done.stdout.startswith("["):
        sys.exit(f"squawk ne peut lire le SQL de {root} : {done.stderr.strip()}")
    return [
        Finding(Path(each["file"]), each["line"] + 1, each["rule_name"], each["message"])
        for each in json.loads(done.stdout)
    ]


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else os.curdir)))
