"""Shows the results where those who are reminded come from: the tax application's own tables, the contacts."""

import logging
from typing import Final

import psycopg

from relances.store.database import explained
from relances.store.reporting import Reporting
from relances.store.sources import CONTACTS, Source, WriteBackRow

logger = logging.getLogger(__name__)

_RELANCES_AT_ONCE: Final = 20_000


def write_back(source: Source, etaxe: psycopg.Connection, relances: psycopg.Connection) -> int:
    """Show every state that the source does not show yet; returns how many relances. Safe to repeat."""
    reporting = Reporting(relances)
    shown = 0
    while rows := _to_show(reporting, source):
        with explained(source.connexion, etaxe):
            source.write_back(etaxe, rows)
        with explained("relances_db"):
            shown += reporting.mark_written_back(rows)
    where = "les contacts importés" if source.name == CONTACTS else "l'application fiscale"
    logger.info("%s relances reportées dans %s", shown, where)
    return shown


def _to_show(reporting: Reporting, source: Source) -> list[WriteBackRow]:
    with explained("relances_db"):
        return reporting.to_write_back(source.name, _RELANCES_AT_ONCE)
