"""Lets relances go on by another canal: once each, and only what surely did not arrive by the first."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Final

import psycopg

from relances.rules.models import Canal
from relances.rules.politique import Politique
from relances.rules.redaction import Plume
from relances.rules.repli import beginnings, by_another_canal
from relances.rules.routing import Chemin
from relances.services.fournisseurs import chemin_of, elsewhere, known_provider
from relances.services.installation import Installation
from relances.services.passages import Plumes
from relances.store.repli import Recherche, Replis
from relances.store.soldes import debiteurs
from relances_providers.messaging import MessagingHook

logger = logging.getLogger(__name__)

_SECONDS: Final = 30.0  # a pass has more to do
_AT_ONCE: Final = 1_000  # relances read, written again and changed in one transaction: a fraction of a second


@dataclass(frozen=True, slots=True)
class AutresCanaux:
    """Where relances may go on, by the policy in force. ``chemins``: those of each canal, the preferred first.

    ``codes``: by fournisseur and other canal, its words for a number that may be reached there. ``plume_of``: the
    policy and the texts by which the relances of an execution are written.
    """

    politique: Politique
    plume_of: Callable[[int], Plume]
    chemins: Mapping[Canal, Sequence[Chemin]]
    codes: Mapping[tuple[str, Canal], list[str]]


def reach_otherwise(
    installation: Installation, relances: psycopg.Connection, hooks: Mapping[str, MessagingHook], politique: Politique
) -> None:
    """Let relances go on by another canal where the policy in force wants it; ``hooks``: of the connections there are.

    What they say there is of the run that created them.
    """
    if not politique.envoi.repli.autre_canal:
        return
    chemins = {
        canal: tuple(
            chemin_of(installation, known_provider(name), politique)
            for name in politique.envoi.fournisseurs(canal)
            if name in hooks
        )
        for canal in Canal
    }
    autres = AutresCanaux(politique, Plumes(installation, relances).of, chemins, elsewhere())
    change_canaux(relances, autres, _SECONDS)


def change_canaux(relances: psycopg.Connection, autres: AutresCanaux, seconds: float) -> None:
    """Move what may go on by another canal, for so many ``seconds``; the rest is for the next pass."""
    until = monotonic() + seconds
    for fournisseur, canal in autres.codes:
        if autres.chemins[canal] and (moved := _move(relances, autres, fournisseur, canal, until)):
            logger.info("%s ne les atteint pas : %s relances passent par %s", fournisseur, moved, canal)


def _move(relances: psycopg.Connection, autres: AutresCanaux, fournisseur: str, canal: Canal, until: float) -> int:
    """Batch after batch, each beyond the last of the one before, while there is time; returns how many moved."""
    recherche, chemins = _recherche(autres, fournisseur, canal), autres.chemins[canal]
    total, apres, seen = 0, 0, _AT_ONCE
    while seen == _AT_ONCE and monotonic() < until:
        with relances.transaction():
            replis = Replis(relances)
            failed = replis.unreachable(recherche, apres, _AT_ONCE) if replis.keep_creations_off() else []
            known = debiteurs(relances, [relance for relance, _ in failed])
            ways = (
                by_another_canal(
                    relance, telephone, known.get(relance.id), autres.plume_of(relance.execution_id), chemins
                )
                for relance, telephone in failed
            )
            if moved := [way for way in ways if way is not None]:
                replis.change(moved)
        total, seen = total + len(moved), len(failed)
        apres = failed[-1][0].id if failed else apres
    return total


def _recherche(autres: AutresCanaux, fournisseur: str, canal: Canal) -> Recherche:
    politique = autres.politique
    return Recherche(
        fournisseur,
        canal,
        autres.codes[fournisseur, canal],
        beginnings(autres.chemins[canal]),
        politique.envoi.repli.delai_heures,
        [niveau.numero for niveau in politique.niveaux if niveau.fournisseur is not None],
        politique.selection.oubli_injoignable_jours,
    )
