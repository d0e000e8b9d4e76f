"""What a database out of reach, or one that gives up in mid-work, means: one sentence, without its address or its user.

What the server and libpq say of it quotes both, in English or in the server's language.
"""

import re
from dataclasses import dataclass
from typing import Final

import psycopg
from psycopg import errors

from relances.rules.errors import TryAgain


@dataclass(frozen=True, slots=True)
class Panne:
    """A cause and its cure, in French, then in English."""

    french: str
    english: str

    def of(self, base: str) -> TryAgain:
        """The error for one database; ``base``: what to call it."""
        return TryAgain(f"base {base} {self.french}", self.english)


_REASONS: Final = tuple(
    (re.compile(words, re.IGNORECASE), Panne(f"injoignable : {french}", english))
    for words, french, english in (
        (
            r"(?:database|base de données) [\"«]\s?(?P<nom>[^\"»]+?)\s?[\"»] (?:does not exist|n'existe pas)",
            "la base « {nom} » n'existe pas sur ce serveur ; corrigez son nom, ou créez-la",
            "the database does not exist on that server: mend its name, or create it",
        ),
        (
            r"pg_hba\.conf",
            "le serveur n'admet pas cette machine ou cet utilisateur (pg_hba.conf) ; faites-l'y ajouter",
            "the server does not admit this machine or user: have it added to pg_hba.conf",
        ),
        (
            r"authentication failed|no password supplied|role .* does not exist|authentification|permitted to log in",
            "le serveur refuse l'utilisateur ou le mot de passe ; corrigez-les",
            "user or password refused: mend them",
        ),
        (
            r"permission denied for database|droit refusé",
            "l'utilisateur n'a pas le droit de s'y connecter ; donnez-le (GRANT CONNECT)",
            "the user may not connect to it: grant it",
        ),
        (
            r"starting up|shutting down|in recovery|not yet accepting|being terminated",
            "le serveur démarre ou s'arrête ; recommencez dans un instant",
            "the server is starting or stopping: try again soon",
        ),
        (
            r"too many (clients|connections)|connection slots|no more connections",
            "le serveur n'a plus de connexion libre ; fermez-en, ou augmentez max_connections",
            "the server has no connection left",
        ),
        (
            r"translate host name|resolve|name or service|name resolution",
            "le nom du serveur est inconnu de cette machine ; corrigez-le, ou la résolution de noms",
            "the server's name is unknown: mend it, or the name resolution",
        ),
        (
            r"\bSSL\b|certificate|\bTLS\b",
            "le chiffrement est refusé (SSL) ; vérifiez sslmode et les certificats",
            "encryption failed: check sslmode and the certificates",
        ),
        (
            r"timeout|timed out",
            "le serveur ne répond pas ; vérifiez son adresse, le réseau et le pare-feu",
            "the server does not answer: check its address, the network and the firewall",
        ),
        (
            r"refused|no such file|no route|unreachable",
            "aucun PostgreSQL n'y répond ; vérifiez qu'il est démarré, puis son adresse",
            "no PostgreSQL answers there: check that it is up, then its address",
        ),
    )
)
"""In that order: a message about one of these may quote the words of a later one."""

_REFUSED: Final = Panne(
    "injoignable : la connexion est refusée ou rompue ; vérifiez le serveur, puis la connexion",
    "out of reach: check the server, then the connection",
)
_LOST: Final = Panne(
    "perdue en cours de travail (serveur arrêté ou redémarré, réseau coupé, session fermée) ; relancez, le travail "
    "reprend où il en était",
    "the connection was lost in mid-work: run again, it takes up where it was",
)
_READ_ONLY: Final = Panne(
    "en lecture seule ; visez le serveur où l'on écrit, ou attendez la fin de sa bascule",
    "read-only: point at the server that is written to",
)
_INTERRUPTED: Final[dict[type[psycopg.Error], Panne]] = {
    errors.LockNotAvailable: Panne(
        "occupée : un autre y tient trop longtemps une table ou une ligne ; relances diagnostic dit qui ; la tâche "
        "réessaiera",
        "somebody else holds a table or a row for too long: it will be tried again",
    ),
    errors.QueryCanceled: Panne(
        "trop lente : une requête y a été interrompue, par l'administrateur ou au bout du temps qu'elle peut prendre ; "
        "si cela se répète, relevez statement_timeout, ou pour la base fiscale lecture_max ou ecriture_max "
        "(politique.toml, base_fiscale)",
        "a statement was cancelled, by somebody or by its time limit: if that repeats, raise the limit",
    ),
    errors.DiskFull: Panne(
        "à l'arrêt : le disque du serveur est plein ; libérez de la place, et ce qui attend reprendra où il en était",
        "the server's disk is full: free some space, and what waits goes on from where it was",
    ),
    errors.OutOfMemory: Panne(
        "à court de mémoire ; soulagez le serveur, puis relancez", "the server is out of memory: run again later"
    ),
    errors.SerializationFailure: (
        busy := Panne("occupée par une autre exécution qui écrit en même temps ; relancez", "written to meanwhile")
    ),
    errors.DeadlockDetected: busy,
    errors.ReadOnlySqlTransaction: _READ_ONLY,
    errors.IdleInTransactionSessionTimeout: _LOST,
    errors.TransactionTimeout: _LOST,
    errors.IdleSessionTimeout: _LOST,
    errors.AdminShutdown: _LOST,
    errors.CrashShutdown: _LOST,
    errors.CannotConnectNow: _LOST,
}


def is_of_connecting(error: psycopg.Error) -> bool:
    """Whether it was raised by an attempt to connect."""
    named = "resolve host" not in str(error)  # of a name that nobody knows psycopg alone tells, before libpq tries
    return error.pgconn is not None or isinstance(error, errors.ConnectionTimeout) or not named


def unreachable(error: psycopg.Error) -> Panne:
    """Why a database cannot be connected to."""
    said = str(error)
    for words, panne in _REASONS:
        found = words.search(said)
        if found is not None:
            return Panne(panne.french.format_map(found.groupdict()), panne.english)
    return _REFUSED


def is_lost(error: psycopg.Error) -> bool:
    """Whether the session it happened in is over, of which the server could say no more."""
    return error.sqlstate is None or error.sqlstate.startswith("08") or panne(error) is _LOST


def panne(error: psycopg.Error) -> Panne:
    """Why a database stopped the work, which may be taken up again."""
    if is_of_connecting(error):
        return unreachable(error)
    known = _INTERRUPTED.get(type(error))
    if known is not None:
        return known
    if error.sqlstate is None or error.sqlstate.startswith("08"):
        return _LOST
    return Panne(
        f"en échec ({type(error).__name__}, {error.sqlstate}) ; relancez, et si cela dure voyez le journal du serveur",
        "the server failed: run again, and see its log if it lasts",
    )
