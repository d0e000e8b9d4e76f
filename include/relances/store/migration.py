"""Brings the ``relances`` schema to the version this code expects."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

_LOCK = 7_241_000_001  # any number, the same for all who migrate


def migrate(url: str) -> None:
    """Apply the migrations that are missing; harmless when none is. ``url``: a libpq URL.

    Two set-ups at once wait for each other.
    """
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"), poolclass=NullPool)
    config = _config()
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK})
        # Asked first: CREATE … IF NOT EXISTS wants the right to create even where there is nothing to create.
        if connection.scalar(text("SELECT to_regnamespace('relances')")) is None:
            connection.execute(text("CREATE SCHEMA relances"))
        connection.commit()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def revisions() -> list[str]:
    """The revisions this code knows, the latest first."""
    return [script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()]


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config
