"""Reads the telephone numbers of an extraction that were never read before."""

import logging

import psycopg

from relances.rules.phones import lire
from relances.store.database import explained
from relances.store.executions import Execution
from relances.store.numbers import Numbers

logger = logging.getLogger(__name__)


def read_numbers(relances: psycopg.Connection, execution: Execution) -> int:
    """Read and remember what is new; returns how many numbers."""
    read = 0
    with explained("relances_db"), relances.transaction():
        numbers = Numbers(relances, execution)
        for saisies in numbers.to_read():
            numbers.remember([(saisie, lire(saisie)) for saisie in saisies])
            read += len(saisies)
        if read:
            numbers.let_planner_know()
    logger.info("%s numéros de téléphone nouveaux", read)
    return read
