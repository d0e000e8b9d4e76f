"""Checks the extraction: what is wrong with it as a whole stops the run, what is wrong with a row excludes it."""

import logging
from pathlib import Path

import psycopg
from sqlalchemy import URL

from relances.rules.errors import Blocked
from relances.rules.policy import Politique
from relances.stages.numeros import read_numbers
from relances.store.database import explained
from relances.store.executions import Execution
from relances.store.preparation import Staging

logger = logging.getLogger(__name__)


def validate(relances: psycopg.Connection, url: URL, execution: Execution, politique: Politique, docs: Path) -> int:
    """Exclude the rows no relance can be made of; returns how many. Blocked when a blocking check fails.

    ``url``: the same database as ``relances``, for great-expectations. ``docs``: where Data Docs are written.
    """
    read_numbers(relances, execution)
    from relances.stages.suite import run_suite  # noqa: PLC0415 - takes seconds, and only this task needs it

    findings = run_suite(url, execution.id, politique.devise, docs)
    for finding in findings:
        level = logging.INFO if finding.respectee else logging.WARNING
        logger.log(level, "%s(%s) : %s lignes", finding.attente, finding.colonne, finding.lignes)
    broken = [finding for finding in findings if finding.bloquante and not finding.respectee]
    if broken:
        what = ", ".join(f"{finding.colonne} ({finding.lignes} lignes)" for finding in broken)
        raise Blocked(
            f"l'extraction est inutilisable : {what} ; corrigez overdue.sql ou les données, détails dans {docs}",
            "the extraction breaks a blocking check",
        )
    with explained("relances_db"):
        excluded = Staging(relances, execution).exclude_invalid_rows(politique.qualite.montant_max)
    logger.info("%s créances exclues à la validation ; contrôles : %s", excluded, docs / "index.html")
    return excluded
