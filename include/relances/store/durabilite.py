"""Whether the ``relances`` database keeps what it acknowledges: an intent forgotten is a message sent twice."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import psycopg

from relances.rules.errors import Blocked
from relances.store.database import query

_TURNS: Final = (0, 1, 0, 0, 1, 1)  # so that neither a first-come nor a round-robin pooler looks like two sessions


@dataclass(frozen=True, slots=True)
class Defaut:
    """What breaks the promise: cause and cure, in French, then in English."""

    french: str
    english: str

    def __str__(self) -> str:
        return f"{self.french} — {self.english}"


@dataclass(frozen=True, slots=True)
class Garanties:
    """What the server does with a commit of one session.

    ``synchronous_commit``: as the session has it, once :func:`commit_durably` was asked; ``regle``: as the server, the
    database or the role sets it. ``non_journalisees``: tables that a crash empties.
    """

    fsync: bool
    full_page_writes: bool
    synchronous_commit: str
    regle: str
    lecture_seule: bool
    non_journalisees: list[str]

    @property
    def ici_seulement(self) -> bool:
        """Whether a commit waits for this server's disk, and for no standby that may take its place."""
        return self.synchronous_commit == "local"

    def defauts(self) -> Iterator[Defaut]:
        """Everything by which a crash would lose what was acknowledged."""
        if self.lecture_seule:
            yield Defaut(
                "la base est en lecture seule (réplique, ou default_transaction_read_only) ; visez le serveur où l'on "
                "écrit",
                "read-only: point at the server that is written to",
            )
        for name, on in (("fsync", self.fsync), ("full_page_writes", self.full_page_writes)):
            if not on:
                yield Defaut(
                    f"le serveur a {name} = off et perdrait ou abîmerait à une coupure ce qui est noté comme parti ; "
                    f"ALTER SYSTEM SET {name} = on, puis SELECT pg_reload_conf()",
                    f"{name} is off: a crash would forget what was sent; set it on",
                )
        if self.synchronous_commit == "off":
            yield Defaut(
                "une session ne garde pas synchronous_commit = on (elle a off) ; passez par une "
                "connexion directe, ou un pooler en mode session",
                "the session does not keep synchronous_commit: connect directly, or pool by session",
            )
        if self.non_journalisees:
            tables = ", ".join(self.non_journalisees)
            yield Defaut(
                f"un arrêt brutal viderait {tables} (UNLOGGED) ; ALTER TABLE relances.… SET LOGGED",
                "a crash would empty unlogged tables: SET LOGGED",
            )


PARTAGEE: Final = Defaut(
    "un pooler (PgBouncer…) y prête la même session à plusieurs à la fois, par transaction ou requête : ni réglages "
    "de session ni verrous n'y tiennent ; passez en pool_mode = session, ou par une connexion directe",
    "a pooler shares sessions by transaction or statement: use pool_mode = session, or connect directly",
)


def commit_durably(connection: psycopg.Connection) -> None:
    """Have the session's commits wait for the disk where they wait for nothing; for standbys, as the server wants."""
    connection.execute(query("commit_durably"))


def garanties(connection: psycopg.Connection) -> Garanties:
    """What the server guarantees to a session, after :func:`commit_durably`."""
    [row] = connection.execute(query("guarantees"))
    return Garanties(*row)


def is_shared(one: psycopg.Connection, other: psycopg.Connection) -> bool:
    """Whether two connections in autocommit are no two sessions of the server's own, each kept by its connection."""
    seen: tuple[set[str], set[str]] = (set(), set())
    for turn in _TURNS:
        [(backend,)] = (one, other)[turn].execute(query("backend"))
        seen[turn].add(backend)
    return len(seen[0]) > 1 or len(seen[1]) > 1 or bool(seen[0] & seen[1])


def require_durable(base: str, one: psycopg.Connection, other: psycopg.Connection) -> None:
    """Blocked, with the first cause and its cure, where what is acknowledged might be lost. Two connections to it."""
    if is_shared(one, other):
        raise refusal(base, PARTAGEE)
    for defaut in garanties(one).defauts():
        raise refusal(base, defaut)


def refusal(base: str, defaut: Defaut) -> Blocked:
    """The error that says so; ``base``: what to call the database."""
    return Blocked(f"rien n'est envoyé : base {base}, {defaut.french}", f"nothing is sent: {defaut.english}")
