"""The machine: which core does what, and what a report says of it."""

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg

from relances.local.postgres import EmbeddedPostgres


def measured_core() -> int:
    """The core of what is measured."""
    return min(os.sched_getaffinity(0))


def servers_core() -> int:
    """The core of what it talks to, HTTP server and PostgreSQL; the same where there is but one."""
    return max(os.sched_getaffinity(0))


def pin(core: int) -> None:
    """Keep this process on one core, with what it will start."""
    os.sched_setaffinity(0, {core})


@contextmanager
def on_one_core() -> Iterator[None]:
    """What is started meanwhile stays on the core of what is measured."""
    usual = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(usual)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, usual)


def postgres_apart(postgres: EmbeddedPostgres) -> None:
    """Keep PostgreSQL on the servers' core; its processes to come inherit it."""
    number = int((postgres.folder / "postmaster.pid").read_text(encoding="utf-8").split()[0])
    postmaster = psutil.Process(number)
    for process in (postmaster, *postmaster.children(recursive=True)):
        process.cpu_affinity([servers_core()])


def describe(connection: psycopg.Connection) -> str:
    """What the figures depend on, in one line."""
    row = connection.execute("SHOW server_version").fetchone()
    version = str(row[0]).split()[0] if row else "?"
    memory = psutil.virtual_memory().total / 2**30
    return (
        f"{os.cpu_count()} cœurs ({_processor()}), {memory:.0f} Gio de mémoire, {platform.system()} "
        f"{platform.release()}, Python {platform.python_version()}, PostgreSQL {version}"
    )


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.machine()
