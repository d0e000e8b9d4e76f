"""Reads the telephone numbers of an extraction that were never read before."""

import logging

import psycopg

from relances.rules.numeros import candidats, lire
from relances.store.database import explained
from relances.store.executions import Execution
from relances.store.numeros import Numbers

logger = logging.getLogger(__name__)


def read_numbers(relances: psycopg.Connection, execution: Execution) -> int:
    """Read and remember what is new; returns how many numbers. A cell that holds several becomes as many telephones."""
    with explained("relances_db"), relances.transaction():
        numbers = Numbers(relances, execution)
        numbers.open()
        read, cut = _read_all(numbers)
        if cut:
            numbers.cut()
            more, _ = _read_all(numbers)
            read += more
        if read:
            numbers.let_planner_know()
    logger.info("%s numéros de téléphone nouveaux, %s cellules de plusieurs numéros", read, cut)
    return read


def _read_all(numbers: Numbers) -> tuple[int, int]:
    """Read what nobody read yet; returns how many numbers were, and how many cells were cut into numbers to read."""
    read = cut = 0
    for saisies in numbers.to_read():
        held = {saisie: candidats(saisie) for saisie in saisies}
        several = {saisie: each for saisie, each in held.items() if len(each) > 1}
        numbers.remember([(saisie, lire(saisie)) for saisie in saisies if saisie not in several])
        if several:
            numbers.note_cut(several)
        read, cut = read + len(saisies) - len(several), cut + len(several)
    return read, cut
