"""Shows the results where those who are reminded come from: the tax application's own tables, the contacts."""

import logging
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from time import sleep
from typing import Final

import psycopg

from relances.rules.politique import BaseFiscale
from relances.store.database import explained
from relances.store.sources import CONTACTS, Source
from relances.store.to_show import Part, Told, ToShow
from relances.store.write_back import WriteBack

logger = logging.getLogger(__name__)

_RELANCES_AT_ONCE: Final = 50_000  # whose rows are in a temporary table of both databases


@dataclass(frozen=True, slots=True)
class Tour:
    """One look at what is not shown yet: ``a_la_fois`` rows in a transaction at most, after a pause in seconds."""

    pause: float
    a_la_fois: int


TOURS: Final = (Tour(0, 10_000), Tour(5, 50), Tour(10, 10), Tour(20, 1))
"""What somebody holds is tried again, each time with fewer others beside it; then it is left to the next pass. Another
write-back is not tried again: it shows the same."""


def write_back(
    source: Source,
    etaxe: psycopg.Connection,
    relances: psycopg.Connection,
    limites: BaseFiscale,
    tours: Sequence[Tour] = TOURS,
) -> int:
    """Show every state that the source does not show yet; returns how many relances. Safe to repeat.

    What somebody works on meanwhile is not waited for: told, and left to the next pass.
    """
    with explained("relances_db"):
        reporting = _Reporting(WriteBack(source, etaxe, limites), ToShow(source, relances))
    reporting.warn_of_tables_without_key()
    shown = left = 0
    for tour in tours:
        sleep(tour.pause)
        seen = reporting.show_all(tour.a_la_fois)
        shown, left = shown + seen.shown, seen.left
        if left == 0 or seen.another:
            break
    where = "les contacts importés" if source.name == CONTACTS else "l'application fiscale"
    logger.info("%s relances reportées dans %s", shown, where)
    if left:
        logger.warning(
            "%s relances restent à reporter dans %s : quelqu'un y tient les mêmes lignes, ou un autre report est en "
            "cours ; le prochain passage le fera — left to the next pass: somebody holds the same rows",
            left,
            where,
        )
    return shown


@dataclass(frozen=True, slots=True)
class _Seen:
    """How many relances one look showed and how many it left; ``another``: because another write-back is at work."""

    shown: int
    left: int
    another: bool = False


@dataclass(slots=True)
class _Reporting:
    """One pass. ``unsure``: there may be rows whose keys are not known; ``looked``: they were looked for, which takes
    looking through the tax system's table, so once."""

    writing: WriteBack
    to_show: ToShow
    unsure: bool = True
    looked: bool = False

    def warn_of_tables_without_key(self) -> None:
        tables = self.writing.source.tables_without_key(self.writing.connection)
        if tables:
            logger.warning(
                "%s n'a pas d'index sur la clé de %s : le report les parcourt à chaque ligne ; ajoutez-leur une clé "
                "primaire — add a primary key to these tables: they are looked through for each row",
                self.writing.source.connexion,
                ", ".join(tables),
            )

    def show_all(self, at_once: int) -> _Seen:
        """Show what is not shown yet; what is not where it was any more is looked for, and shown then."""
        seen = self._round(at_once)
        if self.looked or not self.unsure or seen.another:
            return seen
        again = self._round(at_once)
        return replace(again, shown=seen.shown + again.shown)

    def _round(self, at_once: int) -> _Seen:
        writing, shown, left, apres = self.writing, 0, 0, 0
        while True:
            # One part at a time: another write-back may have its turn in between.
            with writing.alone() as alone:
                if not alone:
                    with explained("relances_db"):
                        return _Seen(shown, left + self.to_show.count_left(apres), another=True)
                self._look_for_unknown()
                with explained("relances_db"):
                    part = self.to_show.gather(apres, _RELANCES_AT_ONCE)
                if part is None:
                    return _Seen(shown, left)
                done = self._show(apres, part, at_once)
                shown, left, apres = shown + done, left + part.relances - done, part.jusque

    def _look_for_unknown(self) -> None:
        with explained("relances_db"):
            self.unsure |= self.to_show.recover()
            if not self.unsure or self.looked:
                return
            self.unsure, rows = False, self.to_show.gather_unknown()
        if rows == 0:
            return
        self.looked = True
        self.writing.fill(self.to_show.rows())
        with explained("relances_db"):
            found = self.to_show.found(self.writing.find())
        logger.info("%s lignes cherchées dans l'application fiscale, %s retrouvées", rows, found)

    def _show(self, apres: int, part: Part, at_once: int) -> int:
        if part.lignes == 0:
            return 0
        self.writing.fill(self.to_show.rows())
        with explained("relances_db"):
            self.to_show.begin(apres, part)
        shown = 0
        # What is shown is written down while the tax application writes the next: two servers at work.
        with ThreadPoolExecutor(1) as beside:
            noting: Future[int] | None = None
            for told in self.writing.show(part.lignes, at_once):
                self.unsure |= bool(told.perdues)
                shown += noting.result() if noting else 0
                noting = beside.submit(self._note, told)
            shown += noting.result() if noting else 0
        with explained("relances_db"):
            self.to_show.end()
        return shown

    def _note(self, told: Told) -> int:
        with explained("relances_db"):
            return self.to_show.note(told)
