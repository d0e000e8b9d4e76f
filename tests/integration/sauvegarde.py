"""A backup, and what comes back of it: PostgreSQL's own tools, as an operator uses them."""

import subprocess
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from relances.local.postgres_folder import binaries


def back_up(url: str, file: Path) -> None:
    """The whole database, in a file."""
    _run("pg_dump", "--format=custom", f"--file={file}", f"--dbname={url}")


def bring_back(url: str, file: Path) -> None:
    """What the file holds in place of what there was, under the same name: the database is another one."""
    lose(url)
    _run("pg_restore", f"--dbname={url}", "--exit-on-error", str(file))


def lose(url: str) -> None:
    """An empty database in place of what there was."""
    name = sql.Identifier(str(conninfo_to_dict(url)["dbname"]))
    with psycopg.connect(make_conninfo(url, dbname="postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))
        connection.execute(sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0").format(name))


def _run(program: str, *words: str) -> None:
    subprocess.run([binaries() / program, *words], check=True, capture_output=True)
