"""A database that was restored, or made anew, learns what it forgot: proved, in doubt, or held until tomorrow."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, assert_never

import psycopg

from relances.rules.restauration import stopped
from relances.store.database import explained
from relances.store.restauration import Installation, Proved
from relances.store.sources import ShownRow, Source

logger = logging.getLogger(__name__)

_CLOCKS: Final = timedelta(days=1)  # that two servers may disagree by


class Parole(StrEnum):
    """What the operator vouches for."""

    AUCUNE = "aucune"
    PASSAGES_FINIS = "passages_finis"
    """No run was on when the database was lost: the tax application shows all that was sent for it."""
    RIEN_DEPUIS = "rien_depuis"
    """Nothing was sent since the copy: the database was moved, or its server replaced without loss."""


@dataclass(frozen=True, slots=True)
class Restauration:
    """What was learnt. ``connu_jusqu_au``: what left later was forgotten; ``douteuses``: relances by fournisseur.

    ``dernier_jour``: the last day of which nothing new is created; None: every day may go on.
    """

    marque: str
    connu_jusqu_au: datetime
    prouvees: Proved
    douteuses: Mapping[str, int]
    dernier_jour: date | None


def restore(
    source: Source,
    etaxe: psycopg.Connection,
    relances: psycopg.Connection,
    comptes: Mapping[str, str],
    *,
    parole: Parole,
    today: date,
) -> Restauration:
    """Settle what the tax application proves, doubt the rest, take a new name: all of it, or nothing.

    ``comptes``: the account of each fournisseur that can be asked of the doubts, which reconciling then does, and whose
    having no message proves that none left.
    """
    installation = Installation(relances)
    with explained("relances_db", relances):
        known, unsettled = installation.latest_knowledge(), installation.oldest_unsettled()
        since = (known if unsettled is None else min(known, unsettled)) - _CLOCKS
        with installation.recognising(_shown(source, etaxe, since)) as recognition:
            proved = recognition.settle()
            doubted = recognition.doubt(_sure(source, parole), comptes)
            held = today if parole is Parole.AUCUNE else None
            marque = recognition.rename(held, contacts=parole is not Parole.RIEN_DEPUIS)
    return Restauration(marque, known, proved, doubted, held)


def _shown(source: Source, etaxe: psycopg.Connection, depuis: datetime | None) -> Iterator[ShownRow]:
    # Explained here: whoever consumes these rows would take the source's errors for another's.
    with explained(source.connexion, etaxe):
        yield from source.shown(etaxe, depuis)


def _sure(source: Source, parole: Parole) -> Sequence[str] | None:
    """The sources of which everything that left is known; None: all."""
    match parole:
        case Parole.AUCUNE:
            return ()
        case Parole.PASSAGES_FINIS:
            return (source.name,) if source.shows else ()
        case Parole.RIEN_DEPUIS:
            return None
        case _:
            assert_never(parole)


def compare(source: Source, etaxe: psycopg.Connection, relances: psycopg.Connection) -> None:
    """Blocked where the tax application shows what this database does not know of; it then sends no more."""
    installation = Installation(relances)
    with explained("relances_db", relances):
        etat = installation.look()
        # What there was when it took its name, somebody saw.
        since = None if etat.neuve else max(etat.connu_jusqu_au - _CLOCKS, etat.nommee_le)
        with installation.recognising(_shown(source, etaxe, since)) as recognition:
            forgotten = recognition.contradictions()
            strangers = etat.neuve and recognition.strangers()
    if forgotten:
        motif = f"l'application fiscale montre {forgotten} relances dont elle ne se souvient pas"
    elif strangers:
        motif = (
            "elle n'a encore rien envoyé sous son nom, et l'application fiscale montre des relances d'une autre ; si "
            "celle-ci travaille toujours, « relances restaurer --rien-depuis » ; si elle est perdue"
        )
    else:
        return
    with explained("relances_db", relances):
        installation.stop(motif)
    raise stopped(motif)
