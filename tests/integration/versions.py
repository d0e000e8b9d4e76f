"""The pipeline's schema as an earlier version of the program made it."""

from pathlib import Path

from relances.store import migrations
from tests.integration.world import ask

VERSIONS = Path(migrations.__path__[0]) / "versions"


def of_version(url: str, version: str) -> None:
    """Make the schema of an earlier version."""
    ask(url, "CREATE SCHEMA relances")
    for file in sorted(VERSIONS.glob("*.sql")):
        if file.stem[:4] <= version:
            ask(url, file.read_text(encoding="utf-8"))
    ask(url, "CREATE TABLE relances.migration (version_num varchar(32) PRIMARY KEY)")
    ask(url, "INSERT INTO relances.migration VALUES (%(version)s)", version=version)
