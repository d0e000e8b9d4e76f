"""Overdue creances of a day: from the tax application's database to the pipeline's."""

import logging
from collections.abc import Iterator, Sequence
from datetime import date, datetime

import psycopg

from relances.rules.errors import Blocked
from relances.rules.request import Request
from relances.store.database import explained
from relances.store.executions import Executions
from relances.store.preparation import Staging
from relances.store.sources import Source

logger = logging.getLogger(__name__)


def extract(source: Source, request: Request, etaxe: psycopg.Connection, relances: psycopg.Connection) -> int:
    """Store the overdue creances of the request's day; returns how many. An error leaves everything as it was.

    Blocked for an unknown category, a source without the contract's columns or with no debt at all.
    """
    _check_categories(source, request, etaxe)
    overdue = _overdue(source, etaxe, request.date_relance, request.jours_retard_min, request.categories)
    with explained("relances_db"), relances.transaction():
        execution = Executions(relances).open(request, source.name)
        staging = Staging(relances, execution)
        creances = staging.replace(overdue)
        if creances == 0:
            _check_not_empty(source, request, etaxe)
        staging.close(creances, _latest_payment(source, etaxe))
    logger.info("%s créances en retard extraites pour le %s", creances, request.date_relance)
    return creances


def _overdue(
    source: Source, etaxe: psycopg.Connection, jour: date, jours_retard_min: int, categories: Sequence[str]
) -> Iterator[bytes]:
    # Explained here: whoever consumes these blocks would take the tax database's errors for another's.
    with explained("etaxe_db"):
        yield from source.stream_overdue(etaxe, jour, jours_retard_min, categories)


def _latest_payment(source: Source, etaxe: psycopg.Connection) -> datetime | None:
    with explained("etaxe_db"):
        return source.latest_payment(etaxe)


def _check_categories(source: Source, request: Request, etaxe: psycopg.Connection) -> None:
    if not request.categories:
        return
    with explained("etaxe_db"):
        known = source.known_categories(etaxe)
    unknown = sorted(set(request.categories) - known)
    if unknown:
        raise Blocked(
            f"catégorie inconnue : {', '.join(unknown)} ; choisissez parmi {', '.join(sorted(known))}",
            "unknown category",
        )


def _check_not_empty(source: Source, request: Request, etaxe: psycopg.Connection) -> None:
    """No creance may be right for these parameters; no debt at all means the wrong database."""
    if not any(_overdue(source, etaxe, request.date_relance, 0, ())):
        raise Blocked(
            "aucune créance en retard à cette date dans la base fiscale ; vérifiez date_relance, et que la connexion "
            "etaxe_db vise la bonne base",
            "the tax database has no overdue debt at all: check the connection",
        )
