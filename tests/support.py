"""What tests of every room share."""

import json
import re
import shutil
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from relances.policy.gabarits import DEFAULT_FOLDER, read_textes
from relances.policy.politique import DEFAULT_FILE
from relances.rules.fenetre import JOURS, LIBREVILLE
from relances.rules.gabarits import DEFAULT_LANGUE, Gabarits

JAMAIS = datetime.max.replace(tzinfo=UTC)
"""A closing time that never comes."""

PATIENCE_SECONDS = 30
MEMORY = Path("/dev/shm")  # noqa: S108 - a place, not a name to guess
MEMORY_BYTES = 8 << 30


def in_memory() -> Path | None:
    """Where a server that must wait for its disk waits for none; None where memory has no such room."""
    roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > MEMORY_BYTES
    return MEMORY if roomy else None


def postgres_connection(url: str) -> str:
    """An Airflow connection to this database, as JSON."""
    words = conninfo_to_dict(url)
    return json.dumps(
        {
            "conn_type": "postgres",
            "host": words["host"],
            "port": int(str(words["port"])),
            "login": words["user"],
            "schema": words["dbname"],
        }
    )


def write_policy(file: Path, jours: Sequence[str] = JOURS, **over: object) -> Path:
    """The product's policy with another send window, round the clock on these days; ``over``: other values, by name."""
    changed = {"jours": list(jours), "debut": "00:00", "fin": "24:00", "jours_feries": True, **over}
    text = DEFAULT_FILE.read_text(encoding="utf-8")
    for key, value in changed.items():
        text, times = re.subn(rf"(?m)^{key} = .*$", f"{key} = {json.dumps(value)}", text)
        assert times == 1, key
    file.write_text(text, encoding="utf-8")
    return file


def load_gabarits(folder: Path = DEFAULT_FOLDER, langue: str = DEFAULT_LANGUE) -> Gabarits:
    """The templates of a folder, ready to write; the product's own unless one is given."""
    return Gabarits(read_textes(folder), langue)


def closed_days() -> list[str]:
    """A day that is neither today nor tomorrow: a send window that stays closed while a test runs, at midnight too."""
    return [JOURS[(datetime.now(LIBREVILLE) + timedelta(days=3)).weekday()]]


def one_sentence(error: BaseException) -> str:
    """The message of an error meant for an operator: one line, French first, English after the dash."""
    message = str(error)
    assert "\n" not in message
    french, _, english = message.partition(" — ")
    assert french
    assert english
    return message


def wait_until(condition: Callable[[], object], what: str, patience: float = PATIENCE_SECONDS) -> None:
    """Look until the condition holds; fail, saying what was waited for, when it does not in so many seconds."""
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        time.sleep(0.01)


def gabonese_numbers(text: str) -> list[str]:
    """Every whole number of Gabon in a text, as the pipeline writes it; the fraction of a second is shorter."""
    return re.findall(r"(?<!\d)241\d{8}(?!\d)", text)
