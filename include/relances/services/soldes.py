"""Reads again what is still owed, once for all lots: who paid since is reminded of nothing.

A relance leaves by a reading that has its balance and is recent enough: the claim asks for both. Whoever finds it due
reads for all, the others go on by the reading before.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event
from time import monotonic
from typing import Final, TypeAlias

import psycopg

from relances.rules.errors import Blocked
from relances.rules.politique import BaseFiscale
from relances.rules.soldes import EnAttente, Relecture
from relances.services.installation import RELANCES, Installation
from relances.services.pointage import Pointage
from relances.store.database import explained
from relances.store.lectures import Etendue, Lecture, Lectures
from relances.store.sending import Lot
from relances.store.sources import Source

Redacteur: TypeAlias = Callable[[psycopg.Connection], Callable[[EnAttente], Relecture]]
"""By what relances are written again, over a connection to our database."""

_CANCEL: Final = 2.0  # seconds


class Lecteur:
    """Sees that what waits in a lot was read no longer than ``soldes_max`` ago, and by one reader at a time."""

    def __init__(self, installation: Installation, lot: Lot, limites: BaseFiscale, redacteur: Redacteur) -> None:
        self._installation = installation
        self._lot = lot
        self._limites = limites
        self._redacteur = redacteur
        self._source = Source(lot.source)
        self._open = list[psycopg.Connection]()
        self._stopped = Event()

    def before(self) -> float:
        """See to it before the lot is sent, once whoever reads has done; returns when it was, in monotonic seconds."""
        with self._connected(RELANCES) as relances:
            lectures = Lectures(relances, self._lot)
            if not self._serves(lectures):
                lectures.wait_to_read()
                self._see_to(lectures, relances)
            return _read_at(lectures)

    def beside(self) -> float:
        """See to it ahead of time, unless somebody does; returns when it was. For another thread than the calls'."""
        with self._connected(RELANCES) as relances:
            lectures = Lectures(relances, self._lot)
            if not self._serves(lectures) and lectures.try_to_read():
                self._see_to(lectures, relances)
            return _read_at(lectures)

    def stop(self) -> None:
        """End a reading under way, from another thread: it raises there."""
        self._stopped.set()
        for connection in list(self._open):
            with suppress(psycopg.Error):
                connection.cancel_safe(timeout=_CANCEL)

    def _serves(self, lectures: Lectures) -> bool:
        lecture = lectures.find()
        return lecture is not None and self._is_young(lecture) and lectures.has_all(lecture.numero, self._lot)

    def _is_young(self, lecture: Lecture) -> bool:
        return lecture.age < self._limites.soldes_max / 2

    def _see_to(self, lectures: Lectures, relances: psycopg.Connection) -> None:
        """As the only reader."""
        if self._serves(lectures):
            return
        with self._connected(self._source.connexion) as etaxe, explained(RELANCES):
            pointage = Pointage(
                self._lot.occasion,
                self._source,
                lectures,
                etaxe,
                relances,
                self._redacteur(relances),
                lambda: not self._stopped.is_set(),
            )
            lecture = lectures.find()
            numero = lecture.numero if lecture is not None and self._is_young(lecture) else pointage.renew(lecture)
            if not lectures.has_all(numero, self._lot):
                pointage.complete(numero, Etendue(self._lot.occasion))
            pointage.tell()
            self._require_in_time(lectures)

    def _require_in_time(self, lectures: Lectures) -> None:
        lecture = lectures.find()
        if lecture is None or lecture.age >= self._limites.soldes_max:
            raise Blocked(
                f"base {self._source.connexion} : relire tous les soldes y prend plus de temps que soldes_max "
                f"({self._limites.soldes_max:g} s, politique.toml, base_fiscale), rien n'est envoyé ; relevez-le, ou "
                f"donnez un changed.sql à store/sources/{self._source.name}",
                "reading all balances takes longer than soldes_max: raise it, or give the source a changed.sql",
            )

    @contextmanager
    def _connected(self, conn_id: str) -> Iterator[psycopg.Connection]:
        with self._installation.base(conn_id, "soldes", self._limites) as connection:
            self._open.append(connection)
            try:
                yield connection
            finally:
                self._open.remove(connection)


def _read_at(lectures: Lectures) -> float:
    now, lecture = monotonic(), lectures.find()
    return float("-inf") if lecture is None else now - lecture.age
