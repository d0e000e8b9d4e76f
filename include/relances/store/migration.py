"""Brings the ``relances`` schema to the version this code expects."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from psycopg import errors
from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from relances.rules.errors import Blocked, PipelineError, TryAgain
from relances.store.database import query
from relances.store.encodage import UTF8, connect, encoding_of, must_be_utf8
from relances.store.pannes import panne

_BASE = "relances_db"
_CONNECT_SECONDS = 10


def migrate(url: str) -> None:
    """Apply the migrations that are missing; harmless when none is. ``url``: a libpq URL.

    Two set-ups at once wait for each other, a minute at most. Blocked where the database is not in UTF8, its schema is
    a later version's or somebody else's, or the user may not change it; TryAgain where it is out of reach or in use.
    """
    with _explained(), connect(url, connect_timeout=_CONNECT_SECONDS) as session:
        if encoding_of(session) != UTF8:
            raise must_be_utf8(_BASE, session.info.dbname, encoding_of(session))
        session.execute(query("migrate_patiently"))
        session.execute(query("commit_durably"))
        session.commit()
        try:
            session.execute(query("lock_migrations"))
            _require_ours(session)
            _make_schema(session)
            session.commit()
            _upgrade(session)
        except errors.LockNotAvailable:
            raise _held(session) from None
        except errors.InsufficientPrivilege:
            raise _not_allowed(session) from None


def revisions() -> list[str]:
    """The revisions this code knows, the latest first."""
    return [script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()]


def _require_ours(session: psycopg.Connection) -> None:
    [(managed, others)] = session.execute(query("look_at_schema"))
    found = [str(row[0]) for row in session.execute(query("revision"))] if managed else []
    if others and not found:
        raise Blocked(
            f"base {_BASE} : son schéma relances contient déjà {others}, que cette commande n'a pas faites ; donnez "
            "une autre base, ou renommez ce schéma (ALTER SCHEMA relances RENAME TO …)",
            "its relances schema holds what this command did not make: give another database, or rename it",
        )
    unknown = sorted(set(found) - set(revisions()))
    if unknown:
        raise Blocked(
            f"base {_BASE} : son schéma est à la révision {', '.join(unknown)}, plus récente que ce programme ; "
            "mettez-le à jour (git pull), rien n'est changé",
            "its schema is of a later version than this program: update it; nothing was changed",
        )


def _make_schema(session: psycopg.Connection) -> None:
    # Asked first: CREATE … IF NOT EXISTS wants the right to create even where there is nothing to create.
    [(made,)] = session.execute("SELECT to_regnamespace('relances') IS NOT NULL")
    if not made:
        session.execute("CREATE SCHEMA relances")


def _upgrade(session: psycopg.Connection) -> None:
    engine = create_engine("postgresql+psycopg://", creator=lambda: session, poolclass=StaticPool)
    config = _config()
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except DBAPIError as error:
            if isinstance(error.orig, psycopg.Error):
                raise error.orig from None
            raise


def _held(session: psycopg.Connection) -> TryAgain:
    """Who holds what the migration waited for, as far as it still does and we may know."""
    session.rollback()
    row = session.execute(query("who_holds_the_schema")).fetchone()
    if row is None:
        return TryAgain(
            f"base {_BASE} : une table du schéma relances était tenue par une autre session ; recommencez",
            "a table was held by another session: try again",
        )
    pid, name, depuis, quoi = row
    since = "" if depuis is None else f" depuis {depuis}"
    return TryAgain(
        f"base {_BASE} : {quoi} est tenue par la session {pid} ({name or 'sans nom'}){since} ; attendez qu'elle "
        f"finisse, ou fermez-la (SELECT pg_terminate_backend({pid})), puis recommencez ; rien n'est changé",
        f"session {pid} holds it: wait for its end or close it, then try again; nothing was changed",
    )


def _not_allowed(session: psycopg.Connection) -> Blocked:
    session.rollback()
    [(user, base, owner)] = session.execute(query("whose_schema"))
    if owner is None:
        return Blocked(
            f"base {_BASE} : l'utilisateur {user} n'a pas le droit d'y créer le schéma relances ; GRANT CREATE ON "
            f"DATABASE {base} TO {user}, ou CREATE SCHEMA relances AUTHORIZATION {user}",
            "the user may not create the schema: grant CREATE on the database",
        )
    return Blocked(
        f"base {_BASE} : l'utilisateur {user} n'a pas le droit de changer le schéma relances, qui est à {owner} ; "
        f"lancez relances migrer avec {owner}, ou donnez à {user} le schéma et ses tables (ALTER … OWNER TO {user})",
        "the user may not change the schema: migrate as its owner, or give it to the user",
    )


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except psycopg.OperationalError as error:
        raise panne(error).of(_BASE) from None
    except CommandError as error:
        raise Blocked(
            f"base {_BASE} : la table relances.migration ne dit pas où en est le schéma ({error}) ; restaurez-la",
            "the migration table is not as this command left it: restore it",
        ) from None
    except psycopg.Error as error:
        raise _other(error) from None


def _other(error: psycopg.Error) -> PipelineError:
    if error.sqlstate is None or not isinstance(error, psycopg.ProgrammingError):
        return panne(error).of(_BASE)
    return Blocked(
        f"base {_BASE} : son schéma n'est pas tel que cette commande l'a laissé ({type(error).__name__}) ; restaurez "
        "une sauvegarde, ou donnez une autre base ; rien n'est changé",
        "its schema is not as this command left it: restore a backup, or give another database",
    )


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config
