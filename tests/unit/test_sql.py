"""``.ci/sql.py``: squawk itself, over SQL with faults."""

import subprocess
import sys
from pathlib import Path

import pytest

from relances.local.settings import REPOSITORY

MIGRATION = "store/migrations/versions/0099_essai.sql"
QUERY = "store/queries/essai.sql"
PATIENT = "SET LOCAL lock_timeout = '5s';\n"


def lint(folder: Path, file: str, text: str) -> "subprocess.CompletedProcess[str]":
    path = folder / "include" / file
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    command = [sys.executable, str(REPOSITORY / ".ci" / "sql.py"), str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("ALTER TABLE relances.relance ADD COLUMN vu timestamptz;", "require-lock-timeout"),
        (PATIENT + "ALTER TABLE relances.relance ADD COLUMN vu text NOT NULL;", "adding-required-field"),
        (PATIENT + "ALTER TABLE relances.relance ALTER COLUMN code TYPE integer;", "changing-column-type"),
        (PATIENT + "DROP TABLE relances.relance;", "ban-drop-table"),
        (PATIENT + "ALTER TABEL relances.relance;", "syntax-error"),
    ],
)
def test_a_migration_that_holds_up_or_breaks_is_named(tmp_path: Path, text: str, rule: str) -> None:
    done = lint(tmp_path, MIGRATION, text)

    assert done.returncode == 1
    line = text.count("\n") + 1
    assert f"0099_essai.sql:{line} : {rule} : " in done.stdout


def test_a_migration_that_holds_nobody_up_is_accepted(tmp_path: Path) -> None:
    done = lint(tmp_path, MIGRATION, PATIENT + "ALTER TABLE relances.relance ADD COLUMN vu timestamptz;")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 migrations et 0 autres fichiers" in done.stdout


def test_a_query_that_cannot_be_read_is_named_with_its_line(tmp_path: Path) -> None:
    done = lint(tmp_path, QUERY, "-- name: une\nSELECT id FROM relances.relance\nWHERE WHERE id = %(id)s;\n")

    assert done.returncode == 1
    assert "essai.sql:3 : syntax-error : " in done.stdout


def test_the_parameters_and_the_doubled_percents_of_psycopg_are_read(tmp_path: Path) -> None:
    text = "-- name: une\nSELECT id %% 2 FROM relances.relance WHERE id = ANY (%(ids)s::bigint[]) LIMIT %(nombre)s;\n"

    assert lint(tmp_path, QUERY, text).returncode == 0


def test_where_there_is_no_sql_nothing_is_said_to_be_well(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, REPOSITORY / ".ci" / "sql.py", tmp_path], capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert "Aucun fichier SQL" in done.stderr
