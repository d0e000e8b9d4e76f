"""Lets relances go on by another way: once each, and only what surely did not arrive by the first."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from time import monotonic
from typing import Final, Protocol, TypeAlias

import psycopg

from relances.rules.models import Canal
from relances.rules.redaction import Plume
from relances.rules.repli import Deplacement, beginnings, by_another_canal, by_another_fournisseur, overlap
from relances.rules.routing import Chemin
from relances.store.database import explained
from relances.store.repli import Recherche, Replis
from relances.store.soldes import debiteurs

logger = logging.getLogger(__name__)

_AT_ONCE: Final = 1_000  # relances read, written again and changed in one transaction: a fraction of a second
_Batch: TypeAlias = tuple[Sequence[int], Sequence[Deplacement | None]]


@dataclass(frozen=True, slots=True)
class AutresChemins:
    """The ways there are. ``chemins``: those of each canal, the preferred first.

    ``pays``: those that each fournisseur reaches, as in a :class:`Chemin`. ``codes``: by fournisseur and other canal,
    its words for a number that may be reached there.
    """

    plume: Plume
    chemins: Mapping[Canal, Sequence[Chemin]]
    pays: Mapping[str, frozenset[str]]
    codes: Mapping[tuple[str, Canal], list[str]]


def change_ways(relances: psycopg.Connection, autres: AutresChemins, seconds: float) -> None:
    """Move what may go on otherwise, by the policy, for so many ``seconds``; the rest is for the next pass."""
    repli, until = autres.plume.politique.envoi.repli, monotonic() + seconds
    with explained("relances_db"):
        if repli.autre_fournisseur:
            _around_closed_lanes(relances, autres, until)
        if repli.autre_canal:
            _to_other_canaux(relances, autres, until)


class _Way(Protocol):
    def batch(self, relances: psycopg.Connection, apres: int, nombre: int) -> _Batch:
        """The next relances beyond an id, held until the transaction ends, and where each goes on; None: nowhere."""


@dataclass(frozen=True, slots=True)
class _AutreFournisseur:
    recherche: Recherche
    chemins: Sequence[Chemin]
    segments_max: int

    def batch(self, relances: psycopg.Connection, apres: int, nombre: int) -> _Batch:
        held, canal = Replis(relances).held_up(self.recherche, apres, nombre), self.recherche.canal
        moved = [by_another_fournisseur(each, canal, self.chemins, self.segments_max) for each in held]
        return [each.relance_id for each in held], moved


@dataclass(frozen=True, slots=True)
class _AutreCanal:
    recherche: Recherche
    chemins: Sequence[Chemin]
    plume: Plume

    def batch(self, relances: psycopg.Connection, apres: int, nombre: int) -> _Batch:
        replis = Replis(relances)
        if not replis.keep_creations_off():
            return [], []
        failed = replis.unreachable(self.recherche, apres, nombre)
        known = debiteurs(relances, [relance for relance, _ in failed])
        moved = [
            by_another_canal(relance, telephone, known.get(relance.id), self.plume, self.chemins)
            for relance, telephone in failed
        ]
        return [relance.id for relance, _ in failed], moved


def _around_closed_lanes(relances: psycopg.Connection, autres: AutresChemins, until: float) -> None:
    """No more than passes soon send: the others are better off where they are, should their lane open again."""
    politique, replis = autres.plume.politique, Replis(relances)
    closed = replis.closed(politique.envoi.repli.apres_minutes)
    for canal, chemins in autres.chemins.items():
        for fournisseur in (name for name in politique.envoi.fournisseurs(canal) if closed.get(name)):
            pays = autres.pays[fournisseur]
            others = [chemin for chemin in chemins if chemin.fournisseur not in closed and overlap(pays, chemin.pays)]
            if not others:
                continue
            way = _AutreFournisseur(
                _recherche(autres, fournisseur, canal, others), others, politique.texte.segments_max
            )
            waiting = replis.waiting([chemin.fournisseur for chemin in others])
            if moved := _move(relances, way, until, politique.envoi.taille_lot - waiting):
                logger.info("%s ne laisse rien partir : %s relances passent par d'autres", fournisseur, moved)


def _to_other_canaux(relances: psycopg.Connection, autres: AutresChemins, until: float) -> None:
    for (fournisseur, canal), codes in autres.codes.items():
        if chemins := autres.chemins[canal]:
            recherche = _recherche(autres, fournisseur, canal, chemins, codes)
            if moved := _move(relances, _AutreCanal(recherche, chemins, autres.plume), until):
                logger.info("%s ne les atteint pas : %s relances passent par %s", fournisseur, moved, canal)


def _recherche(
    autres: AutresChemins, fournisseur: str, canal: Canal, chemins: Sequence[Chemin], codes: Sequence[str] = ()
) -> Recherche:
    politique = autres.plume.politique
    return Recherche(
        fournisseur,
        canal,
        list(codes),
        beginnings(chemins),
        politique.envoi.repli.delai_heures,
        [niveau.numero for niveau in politique.niveaux if niveau.fournisseur is not None],
        politique.selection.oubli_injoignable_jours,
    )


def _move(relances: psycopg.Connection, way: _Way, until: float, au_plus: float = inf) -> int:
    """Batch after batch, each beyond the last of the one before, while there is time; returns how many moved."""
    total, apres, more = 0, 0, True
    while more and total < au_plus and monotonic() < until:
        nombre = int(min(_AT_ONCE, au_plus - total))
        with relances.transaction():
            seen, ways = way.batch(relances, apres, nombre)
            moved = [each for each in ways if each is not None]
            if moved:
                Replis(relances).change(moved)
        total += len(moved)
        more, apres = len(seen) == nombre, seen[-1] if seen else apres
    return total
