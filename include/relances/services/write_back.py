"""Shows the results where those who are reminded come from: the tax application's own tables, the contacts."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from time import sleep
from typing import Final

import psycopg

from relances.rules.politique import BaseFiscale
from relances.store.database import explained
from relances.store.rapport import Rapports
from relances.store.sources import CONTACTS, Source
from relances.store.write_back import WriteBack

logger = logging.getLogger(__name__)

_RELANCES_AT_ONCE: Final = 20_000  # to look up: a source may look through its tables each time


@dataclass(frozen=True, slots=True)
class Tour:
    """One look at what is not shown yet: ``a_la_fois`` rows in a transaction, after a pause in seconds."""

    pause: float
    a_la_fois: int


TOURS: Final = (Tour(0, 250), Tour(5, 50), Tour(10, 10), Tour(20, 1))
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
    writing, rapports = WriteBack(source, etaxe, limites), Rapports(relances)
    shown = left = 0
    for tour in tours:
        sleep(tour.pause)
        seen = _show_all(writing, rapports, tour.a_la_fois)
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


def _show_all(writing: WriteBack, rapports: Rapports, at_once: int) -> _Seen:
    source, shown, left, apres = writing.source, 0, 0, 0
    while True:
        # One part at a time: another write-back may have its turn in between.
        with writing.alone() as alone:
            if not alone:
                with explained("relances_db"):
                    return _Seen(shown, left + rapports.count_to_write_back(source.name, apres), another=True)
            with explained("relances_db"):
                rows = rapports.to_write_back(source.name, apres, _RELANCES_AT_ONCE)
            if not rows:
                return _Seen(shown, left)
            apres = rows[-1].relance_id
            held = writing.show(rows, at_once)
            left += len(held)
            with explained("relances_db"):
                shown += rapports.mark_written_back([row for row in rows if row.relance_id not in held])
