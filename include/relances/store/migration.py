"""Brings the ``relances`` schema to the version this code expects."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from relances.store.encodage import UTF8, connect, must_be_utf8

_LOCK = 7_241_000_001  # any number, the same for all who migrate


def migrate(url: str) -> None:
    """Apply the migrations that are missing; harmless when none is. ``url``: a libpq URL.

    Two set-ups at once wait for each other. Blocked, before anything is made, where the database is not in UTF8.
    """
    # SQLAlchemy would read the URL in its own way.
    engine = create_engine("postgresql+psycopg://", creator=lambda: connect(url), poolclass=NullPool)
    config = _config()
    with engine.connect() as connection:
        nom, encodage = connection.execute(text("SELECT current_database(), current_setting('server_encoding')")).one()
        if encodage != UTF8:
            raise must_be_utf8("relances_db", nom, encodage)
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
