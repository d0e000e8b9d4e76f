"""Lets relances go on by another canal: once each, and only what surely did not arrive by the first."""

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Final

import psycopg

from relances.rules.errors import Blocked
from relances.rules.models import Canal, Chemin
from relances.rules.politique import Politique
from relances.rules.redaction import Plume
from relances.rules.repli import Deplacement, beginnings, by_another_canal
from relances.rules.soldes import EnAttente
from relances.services.fournisseurs import chemin_of, elsewhere, known_provider
from relances.services.installation import Installation
from relances.services.passages import Plumes
from relances.store.repli import Recherche, Replis
from relances.store.soldes import debiteurs
from relances_providers.messaging import Gateway

logger = logging.getLogger(__name__)

_SECONDS: Final = 30.0  # a pass has more to do
_AT_ONCE: Final = 1_000  # relances read, written again and changed in one transaction: a fraction of a second


@dataclass(frozen=True, slots=True)
class AutresCanaux:
    """Where relances may go on, and what they say there: by the policy and the texts in force.

    ``politique_of``: the policy that an execution was decided with, which says what keeps its fournisseur. ``chemins``:
    those of each canal, the preferred first. ``codes``: by fournisseur and other canal, its words for a number that may
    be reached there.
    """

    plume: Plume
    politique_of: Callable[[int], Politique]
    chemins: Mapping[Canal, Sequence[Chemin]]
    codes: Mapping[tuple[str, Canal], list[str]]


def reach_otherwise(
    installation: Installation, relances: psycopg.Connection, hooks: Mapping[str, Gateway], plume: Plume
) -> None:
    """Let relances go on by another canal.

    ``plume``: the policy in force, which wants it, and its texts. ``hooks``: of the connections there are.
    """
    politique, plumes = plume.politique, Plumes(installation, relances)
    chemins = {
        canal: tuple(
            chemin_of(installation, known_provider(name), politique) for name in _connected(politique, hooks, canal)
        )
        for canal in Canal
    }
    autres = AutresCanaux(plume, lambda execution: plumes.of(execution).politique, chemins, elsewhere())
    change_canaux(relances, autres, _SECONDS)


def check_textes(installation: Installation, plume: Plume, fournisseurs: Collection[str]) -> None:
    """Read the texts of the other canaux that relances of these fournisseurs may go on by; Blocked says what to mend.

    Nothing where the policy wants no other canal, or where no fournisseur of it is connected.
    """
    if not plume.politique.envoi.repli.autre_canal:
        return
    hooks = installation.connectes()
    for canal in sorted({canal for fournisseur, canal in elsewhere() if fournisseur in fournisseurs}):
        if _connected(plume.politique, hooks, canal):
            plume.check({niveau.numero: canal for niveau in plume.politique.niveaux})


def change_canaux(relances: psycopg.Connection, autres: AutresCanaux, seconds: float) -> None:
    """Move what may go on by another canal, for so many ``seconds``; the rest is for the next pass."""
    until = monotonic() + seconds
    for fournisseur, canal in autres.codes:
        if autres.chemins[canal] and (moved := _move(relances, autres, fournisseur, canal, until)):
            logger.info("%s ne les atteint pas : %s relances passent par %s", fournisseur, moved, canal)


def _move(relances: psycopg.Connection, autres: AutresCanaux, fournisseur: str, canal: Canal, until: float) -> int:
    """Batch after batch, each beyond the last of the one before, while there is time; returns how many moved."""
    recherche, total, apres, seen = _recherche(autres, fournisseur, canal), 0, 0, _AT_ONCE
    while seen == _AT_ONCE and monotonic() < until:
        with relances.transaction():
            replis = Replis(relances)
            failed = replis.unreachable(recherche, apres, _AT_ONCE) if replis.keep_creations_off() else []
            if moved := _written(relances, autres, failed):
                replis.change(moved)
        total, seen = total + len(moved), len(failed)
        apres = failed[-1][0].id if failed else apres
    return total


def _written(
    relances: psycopg.Connection, autres: AutresCanaux, failed: Sequence[tuple[EnAttente, str]]
) -> list[Deplacement]:
    """What goes on, written again. What cannot be written stays as it is, and does not hold up the others: it is told.

    What keeps its fournisseur, by the policy of its run, stays too.
    """
    known = debiteurs(relances, [relance for relance, _ in failed])
    found, untold = list[Deplacement](), dict[str, list[int]]()
    for relance, telephone in failed:
        try:
            if autres.politique_of(relance.execution_id).impose(relance.niveau):
                continue
            chemins = autres.chemins[relance.canal]
            way = by_another_canal(relance, telephone, known.get(relance.id), autres.plume, chemins)
        except Blocked as error:
            untold.setdefault(str(error), []).append(relance.id)
        else:
            found += [way] if way is not None else []
    for cause, ids in untold.items():
        logger.warning("des relances ne passent pas par un autre canal (%s) : %s", ", ".join(map(str, ids)), cause)
    return found


def _connected(politique: Politique, hooks: Mapping[str, Gateway], canal: Canal) -> list[str]:
    return [name for name in politique.envoi.fournisseurs(canal) if name in hooks]


def _recherche(autres: AutresCanaux, fournisseur: str, canal: Canal) -> Recherche:
    politique = autres.plume.politique
    return Recherche(
        fournisseur,
        canal,
        autres.codes[fournisseur, canal],
        beginnings(autres.chemins[canal]),
        politique.envoi.repli.delai_heures,
        politique.selection.oubli_injoignable_jours,
    )
