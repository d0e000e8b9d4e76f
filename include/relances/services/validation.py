"""Checks the extraction: what is wrong with it as a whole stops the run, what is wrong with a row excludes it."""

import logging
from collections.abc import Sequence
from pathlib import Path

import psycopg
from sqlalchemy import URL

from relances.rules.errors import Blocked
from relances.rules.politique import Politique
from relances.rules.validation import Constat, Effet, Volume, page_folder, phrase
from relances.services.numeros import read_numbers
from relances.store.database import explained
from relances.store.executions import Execution
from relances.store.validation import Quality

logger = logging.getLogger(__name__)


def validate(relances: psycopg.Connection, url: URL, execution: Execution, politique: Politique, docs: Path) -> int:
    """Exclude the rows no relance can be made of; returns how many. Blocked when a blocking check fails.

    ``url``: the same database as ``relances``, for great-expectations. ``docs``: where the Data Docs of each run are
    written, in a folder of its own.
    """
    read_numbers(relances, execution)
    logging.getLogger("great_expectations").setLevel(logging.WARNING)  # it tells each function it registers
    from relances.services.validation_suite import extraction_suites, run_suites  # noqa: PLC0415 - takes seconds, and only this task needs it

    quality = Quality(relances, execution, politique)
    with explained("relances_db"):
        quality.set_session()
        volume = quality.volume()
        pages = docs / page_folder(execution.run_id)
        suites = extraction_suites(politique, execution.date_relance, volume)
        constats = run_suites(url, quality.settings, suites, pages)
        _log(constats, volume)
        _stop_where_broken(constats, quality, volume)
        excluded = quality.exclude_invalid_rows()
    logger.info("%s créances exclues à la validation ; contrôles : %s", excluded, pages)
    return excluded


def _log(constats: Sequence[Constat], volume: Volume) -> None:
    broken = [constat for constat in constats if not constat.respecte]
    logger.info("%s contrôles, dont %s non respectés", len(constats), len(broken))
    for constat in broken:
        found = f"{constat.lignes} lignes" if constat.observe is None else str(constat.observe)
        logger.warning("%s, %s(%s) : %s", constat.controle, constat.attente, constat.colonne, found)
    for reason in volume.sans_objet():
        logger.info("non contrôlé : %s", reason)


def _stop_where_broken(constats: Sequence[Constat], quality: Quality, volume: Volume) -> None:
    broken = [constat for constat in constats if not constat.respecte and constat.controle.effet is Effet.BLOQUANTE]
    if broken:
        phrases = (phrase(constat, quality.examples(constat.controle), volume, quality.politique) for constat in broken)
        raise Blocked(
            f"l'extraction est inutilisable : {' ; '.join(phrases)}",
            "the extraction breaks a blocking check; nothing was created",
        )
