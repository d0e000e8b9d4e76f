"""Named queries and what database errors mean."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from typing import LiteralString

import psycopg

from relances.rules.errors import Blocked, TryAgain
from relances.store.encodage import encoding_of, unreadable
from relances.store.pannes import is_lost, panne
from relances.store.silence import Silent

_MARK = "-- name: "


@cache
def query(name: str) -> LiteralString:
    """The text of one named query of ``queries/*.sql``. Raises KeyError for an unknown name."""
    return _queries()[name]


@cache
def _queries() -> dict[str, LiteralString]:
    found: dict[str, LiteralString] = {}
    for file in sorted(files("relances.store").joinpath("queries").iterdir(), key=lambda path: path.name):
        for part in file.read_text(encoding="utf-8").split(_MARK)[1:]:
            name, *lines = part.splitlines()
            # Without the comments: psycopg reads a long text anew each time that it is used.
            body = "\n".join(line for line in lines if not line.lstrip().startswith("--"))
            # Files of this distribution are as trusted as literals in its code.
            found[name.strip()] = body.strip().removesuffix(";")
    return found


@contextmanager
def explained(connexion: str, connection: psycopg.Connection | None = None) -> Iterator[None]:
    """Turn what only a person can mend into Blocked, and what may pass, a lost connection above all, into TryAgain.

    ``connexion``: the Airflow connection that the statements use; ``connection``: what it opened, to tell its encoding,
    and the loss of it from that of another, which is left to who explains that one. The original error is dropped on
    purpose: its details quote whole rows, names and phone numbers included, and would go to the task's log.
    """
    # Asked now: what cuts a COPY short closes its connection, which says nothing more.
    encodage = None if connection is None or connection.closed else encoding_of(connection)
    try:
        yield
    except psycopg.errors.InsufficientPrivilege as error:
        raise Blocked(
            f"base {connexion} : {_first_line(error)} ; vérifiez l'utilisateur et ses droits",
            "check the database user and its rights",
        ) from None
    except psycopg.ProgrammingError as error:
        raise Blocked(
            f"base {connexion} : {_first_line(error)} ; vérifiez que la connexion vise la bonne base, et que son "
            "schéma est à jour (relances migrer)",
            "the database lacks what the query asks for: check the connection and its schema",
        ) from None
    except Silent:
        raise TryAgain(
            f"base {connexion} : le serveur ne répond plus, la connexion est fermée ; la tâche réessaiera ; si la base "
            "fiscale n'est que lente, relevez lecture_max ou silence_max (politique.toml, base_fiscale)",
            "the server went silent: it will be tried again; raise the limit where the tax base is only slow",
        ) from None
    except psycopg.errors.UniqueViolation:
        raise TryAgain(
            f"base {connexion} : une autre exécution de cette tâche écrit en même temps",
            "another try of this task is writing at the same time",
        ) from None
    except (psycopg.errors.CharacterNotInRepertoire, psycopg.errors.UntranslatableCharacter):
        raise unreadable(connexion, encodage) from None
    except UnicodeEncodeError:  # half a character: of an emoji cut in two, of bytes that are no text
        raise Blocked(
            f"base {connexion} : un texte à écrire contient ce qui n'est pas un caractère ; récrivez-le",
            "a text to write holds what is no character",
        ) from None
    except (psycopg.DataError, psycopg.IntegrityError) as error:
        raise Blocked(
            f"base {connexion} : {type(error).__name__} sur {error.diag.table_name or 'une donnée extraite'} "
            f"({error.diag.constraint_name or error.sqlstate}) ; prévenez le développeur, avec cette phrase",
            "the database refuses a value: tell the developer",
        ) from None
    except psycopg.Error as error:
        if connection is not None and not connection.closed and is_lost(error):
            raise
        raise panne(error).of(connexion) from None


def _first_line(error: psycopg.Error) -> str:
    return (error.diag.message_primary or str(error)).splitlines()[0]
