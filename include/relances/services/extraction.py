"""Overdue creances of a day: from the tax application's database, or from a campaign's contacts, to the pipeline's."""

import logging
from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from tempfile import SpooledTemporaryFile, gettempdir
from typing import Final

import psycopg

from relances.rules.errors import Blocked
from relances.rules.fichiers import refusal
from relances.rules.passages import RELIRE
from relances.rules.request import Request
from relances.store.database import explained
from relances.store.executions import Executions
from relances.store.oppositions import Oppositions
from relances.store.preparation import Staging
from relances.store.sources import Source

logger = logging.getLogger(__name__)

_IN_MEMORY: Final = 8 << 20  # bytes of an extraction; the rest is on disk
_BLOCK: Final = 1 << 16


def extract(
    source: Source,
    request: Request,
    etaxe: psycopg.Connection,
    relances: psycopg.Connection,
    exclues: Collection[str] = (),
) -> int:
    """Store the overdue creances of the request's day; returns how many. An error leaves the last ones as they were.

    ``etaxe``: the database of the source. ``exclues``: the categories that the policy leaves alone. The request's
    oppositions are added to the list first, for good. Blocked for an unknown category or campaign, a source without the
    contract's columns or with no debt at all.
    """
    read = _Reading(source, etaxe)
    categories = request.categories if request.campagne is None else (request.campagne,)
    if categories or exclues:
        _check_categories(read.categories(), request, exclues)
    oppositions = Oppositions(relances)
    oppositions.add(source.name, dict.fromkeys(request.oppositions))
    with read.overdue(request.date_relance, request.jours_retard_min, categories) as blocks:
        latest_payment = read.latest_payment()
        with relances.transaction():
            execution = Executions(relances).open(request, source.name)
            staging = Staging(relances, execution)
            creances = staging.replace(blocks)
            if creances == 0 and request.campagne is None:
                read.check_not_empty(request.date_relance)
            staging.close(creances, latest_payment)
            unknown = oppositions.not_extracted(execution.id, request.oppositions)
    logger.info("%s créances en retard extraites pour le %s", creances, request.date_relance)
    if unknown:
        logger.warning("%s des oppositions demandées ne sont d'aucun contribuable en retard : vérifiez-les", unknown)
    return creances


@dataclass(frozen=True, slots=True)
class _Reading:
    """A source over its database, whose errors are told from those of the pipeline's own."""

    source: Source
    connection: psycopg.Connection

    @contextmanager
    def overdue(self, jour: date, jours_retard_min: int, categories: Sequence[str]) -> Iterator[Iterator[bytes]]:
        """All overdue creances, held in an unnamed file: the source is released however slow our own database is."""
        with SpooledTemporaryFile(_IN_MEMORY) as kept:
            with self._explained(), _room():
                for row in self.source.stream_overdue(self.connection, jour, jours_retard_min, categories):
                    kept.write(row)
                kept.seek(0)
            yield iter(partial(kept.read, _BLOCK), b"")

    def check_not_empty(self, jour: date) -> None:
        """No creance may be right for some parameters; Blocked for no debt at all, which means the wrong database."""
        with self._explained():
            owed = self.source.owes_anything(self.connection, jour)
        if not owed:
            raise Blocked(
                "aucune créance en retard à cette date dans la base fiscale ; vérifiez date_relance, et que la "
                "connexion etaxe_db vise la bonne base",
                "the tax database has no overdue debt at all: check the connection",
            )

    def latest_payment(self) -> datetime | None:
        with self._explained():
            return self.source.latest_payment(self.connection)

    def categories(self) -> set[str]:
        with self._explained():
            return self.source.known_categories(self.connection)

    def _explained(self) -> AbstractContextManager[None]:
        return explained(self.source.connexion, self.connection)


def _check_categories(known: set[str], request: Request, exclues: Collection[str]) -> None:
    if request.campagne is not None and request.campagne not in known:
        there_are = f"choisissez parmi {', '.join(sorted(known))}" if known else "aucune n'est importée"
        raise Blocked(
            f"campagne inconnue : {request.campagne} ; {there_are} (relances importer-contacts)", "unknown campaign"
        )
    in_policy = "politique.toml, selection.categories_exclues : "
    for where, asked, then in (("", request.categories, ""), (in_policy, exclues, f" ; {RELIRE}")):
        unknown = sorted(set(asked) - known)
        if unknown and request.campagne is None:
            raise Blocked(
                f"{where}catégorie inconnue : {', '.join(unknown)} ; choisissez parmi {', '.join(sorted(known))}{then}",
                "unknown category",
            )


@contextmanager
def _room() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Blocked(
            f"extraction interrompue : {gettempdir()} ne peut plus rien recevoir ({refusal(error)}) ; faites-y de la "
            "place, ou donnez un autre dossier par TMPDIR",
            "the folder of temporary files takes no more: make room there",
        ) from None
