"""Reads again, right before a lot is sent, what is still owed: who paid since is reminded of nothing."""

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from operator import attrgetter
from typing import Final, assert_never

import psycopg

from relances.rules.causes import CAUSES
from relances.rules.codes import Cause
from relances.rules.errors import Blocked
from relances.rules.soldes import Debiteur, EnAttente, Reecriture, Relecture, Reste
from relances.store.database import explained
from relances.store.sending import Lot
from relances.store.soldes import Soldes, debiteurs
from relances.store.sources import Source

logger = logging.getLogger(__name__)

_RELANCES_AT_ONCE: Final = 10_000  # a source may look through all its payments each time that it is asked


def read_again(
    lot: Lot,
    source: Source,
    etaxe: psycopg.Connection,
    relances: psycopg.Connection,
    relecture_of: Callable[[EnAttente], Relecture],
) -> None:
    """Call off what was paid, and rewrite what shrank, of the relances of a lot that wait. Safe to repeat.

    ``relecture_of``: by what a relance is written again. Blocked where the source says nothing of a creance.
    """
    soldes = Soldes(relances, lot)
    annulees, recrites, premier = Counter[str](), 0, lot.premier
    while waiting := _waiting(soldes, premier):
        premier = waiting[-1].id + 1
        balances = _balances(source, etaxe, waiting)
        left = [(relance, relance.left(balances)) for relance in waiting]
        changed = [(relance, rest) for relance, rest in left if rest != relance.creances]
        if changed:
            codes, written = _write(relances, soldes, changed, relecture_of)
            annulees.update(codes)
            recrites += written
    if annulees or recrites:
        called_off = ", ".join(f"{code} {count}" for code, count in sorted(annulees.items())) or "aucune"
        logger.info("soldes relus : relances annulées : %s ; récrites : %s", called_off, recrites)


def _waiting(soldes: Soldes, premier: int) -> list[EnAttente]:
    return soldes.waiting(premier, _RELANCES_AT_ONCE)


def _balances(source: Source, etaxe: psycopg.Connection, waiting: Sequence[EnAttente]) -> dict[str, Decimal]:
    """What is owed now of each creance, by the day its relance is of."""
    asked, told = set[str](), dict[str, Decimal]()
    by_day = attrgetter("date_relance")
    day: date
    for day, group in groupby(sorted(waiting, key=by_day), key=by_day):
        creances = [creance.creance_id for relance in group for creance in relance.creances]
        asked.update(creances)
        with explained(source.connexion, etaxe):
            balances = source.balances(etaxe, creances, day)
        told.update({key: solde for key, solde in balances.items() if solde is not None and solde.is_finite()})
    if missing := len(asked - told.keys()):
        raise Blocked(
            f"store/sources/{source.name}/balances.sql ne dit rien de {missing} créances sur {len(asked)} : rien n'est "
            "envoyé ; la requête doit rendre une ligne par créance demandée, à zéro si elle n'est plus due",
            "balances.sql must give one row for each creance it is asked of",
        )
    return told


def _again(
    relance: EnAttente,
    left: tuple[Reste, ...],
    debiteur: Debiteur | None,
    relecture_of: Callable[[EnAttente], Relecture],
) -> Reecriture | Cause | Blocked:
    """What becomes of a relance. Raises Blocked where the texts of its own run, which were read before it, fail.

    One that moved is written by the texts in force, which may be gone by now: returned, for it holds up no other.
    """
    try:
        return relecture_of(relance).again(relance, left, debiteur)
    except Blocked as error:
        if not relance.deplacee:
            raise
        return error


def _write(
    relances: psycopg.Connection,
    soldes: Soldes,
    changed: Sequence[tuple[EnAttente, tuple[Reste, ...]]],
    relecture_of: Callable[[EnAttente], Relecture],
) -> tuple[list[str], int]:
    """Store what became of these relances; returns the codes of those called off, and how many were rewritten."""
    known = debiteurs(relances, [relance for relance, rest in changed if rest])
    called_off: list[tuple[int, str, str]] = []
    written: list[tuple[EnAttente, tuple[Reste, ...], Reecriture]] = []
    for relance, rest in changed:
        verdict = _again(relance, rest, known.get(relance.id), relecture_of)
        match verdict:
            case Reecriture():
                written.append((relance, rest, verdict))
            case Cause():
                called_off.append((relance.id, verdict, CAUSES[verdict].libelle))
            case Blocked():
                logger.error("relance %s annulée, son message ne peut être récrit : %s", relance.id, verdict)
                code = Cause.MONTANT_CHANGE
                called_off.append((relance.id, code, f"{CAUSES[code].libelle} : {verdict}"))
            case _:
                assert_never(verdict)
    soldes.call_off(called_off)
    soldes.rewrite(written)
    return [code for _, code, _ in called_off], len(written)
