"""Checks the extraction: what is wrong with it as a whole stops the run, what is wrong with a row excludes it."""

import logging
from collections.abc import Sequence
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import URL

from relances.rules.errors import Blocked
from relances.rules.passages import RELIRE
from relances.rules.politique import Politique
from relances.rules.validation import Effet, Resultat, VolumeExtrait, page_folder, phrase
from relances.services.numeros import read_numbers
from relances.store.executions import Execution
from relances.store.validation import Validation

logger = logging.getLogger(__name__)


def sqlalchemy_url(conninfo: str) -> URL:
    """A database's address for SQLAlchemy, from libpq's words."""
    words = {key: str(value) for key, value in conninfo_to_dict(conninfo).items() if value is not None}
    password, user, database = (words.pop(key, None) for key in ("password", "user", "dbname"))
    return URL.create("postgresql+psycopg", username=user, password=password, database=database, query=words)


def validate(relances: psycopg.Connection, url: URL, execution: Execution, politique: Politique, docs: Path) -> int:
    """Exclude the rows no relance can be made of; returns how many. Blocked when a blocking check fails.

    ``url``: the same database as ``relances``, for great-expectations. ``docs``: where the Data Docs of each run are
    written, in a folder of its own.
    """
    read_numbers(relances, execution)
    logging.getLogger("great_expectations").setLevel(logging.WARNING)  # it tells each function it registers
    from relances.services.validation_suite import extraction_suites, run_suites  # noqa: PLC0415 - takes seconds, and only this task needs it

    validation = Validation(relances, execution, politique)
    validation.set_session()
    volume = validation.volume()
    pages = docs / page_folder(execution.run_id)
    suites = extraction_suites(politique, execution.date_relance, volume)
    resultats = run_suites(url, validation.settings, suites, pages)
    _log(resultats, volume)
    _stop_where_broken(resultats, validation, volume)
    excluded = validation.exclude_invalid_rows()
    logger.info("%s créances exclues à la validation ; contrôles : %s", excluded, pages)
    return excluded


def _log(resultats: Sequence[Resultat], volume: VolumeExtrait) -> None:
    broken = [resultat for resultat in resultats if not resultat.respecte]
    logger.info("%s contrôles, dont %s non respectés", len(resultats), len(broken))
    for resultat in broken:
        found = f"{resultat.lignes} lignes" if resultat.observe is None else str(resultat.observe)
        logger.warning("%s, %s(%s) : %s", resultat.controle, resultat.attente, resultat.colonne, found)
    for reason in volume.sans_objet():
        logger.info("non contrôlé : %s", reason)


def _stop_where_broken(resultats: Sequence[Resultat], validation: Validation, volume: VolumeExtrait) -> None:
    broken = [
        resultat for resultat in resultats if not resultat.respecte and resultat.controle.effet is Effet.BLOQUANTE
    ]
    if broken:
        phrases = (
            phrase(resultat, validation.examples(resultat.controle), volume, validation.politique)
            for resultat in broken
        )
        raise Blocked(
            f"l'extraction est inutilisable : {' ; '.join(phrases)} ; {RELIRE}",
            "the extraction breaks a blocking check; nothing was created",
        )
