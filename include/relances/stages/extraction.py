"""Overdue creances of a day: from the tax application's database to the pipeline's."""

import logging

import psycopg

from relances.rules.errors import Blocked
from relances.rules.request import Request
from relances.store.database import explained
from relances.store.executions import Execution, Executions
from relances.store.preparation import Staging
from relances.store.sources import Source

logger = logging.getLogger(__name__)


def extract(source: Source, request: Request, etaxe: psycopg.Connection, relances: psycopg.Connection) -> int:
    """Store the overdue creances of the request's day; returns how many.

    Blocked for an unknown category, a source without the contract's columns or with no debt at all.
    """
    with explained("etaxe_db"):
        _check_categories(source, request, etaxe)
        blocks = source.stream_overdue(etaxe, request.date_relance, request.jours_retard_min, request.categories)
        with explained("relances_db"):
            execution = _open(relances, request, source)
            creances = Staging(relances, execution).replace(blocks)
        if creances == 0:
            _check_not_empty(source, request, etaxe)
    logger.info("%s créances en retard extraites pour le %s", creances, request.date_relance)
    return creances


def _open(relances: psycopg.Connection, request: Request, source: Source) -> Execution:
    return Executions(relances).open(request, source.name)


def _check_categories(source: Source, request: Request, etaxe: psycopg.Connection) -> None:
    if not request.categories:
        return
    known = source.known_categories(etaxe)
    unknown = sorted(set(request.categories) - known)
    if unknown:
        raise Blocked(
            f"catégorie inconnue : {', '.join(unknown)} ; choisissez parmi {', '.join(sorted(known))}",
            "unknown category",
        )


def _check_not_empty(source: Source, request: Request, etaxe: psycopg.Connection) -> None:
    """No creance may be right for these parameters; no debt at all means the wrong database."""
    anything = source.stream_overdue(etaxe, request.date_relance, 0, ())
    if not any(anything):
        raise Blocked(
            "aucune créance en retard dans la base fiscale ; vérifiez que la connexion etaxe_db vise la bonne base",
            "the tax database has no overdue debt at all: check the connection",
        )
