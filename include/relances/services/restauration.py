"""A database that was restored, or made anew, learns what it forgot: proved, in doubt, or held until tomorrow."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final, assert_never

import psycopg

from relances.rules.errors import Blocked
from relances.rules.fenetre import LIBREVILLE
from relances.rules.politique import Politique
from relances.rules.restauration import Parole, Restauration, stopped
from relances.services.installation import RELANCES, Installation
from relances.store.database import explained
from relances.store.restauration import Marque
from relances.store.sources import ShownRow, Source
from relances_providers.errors import ProviderError

logger = logging.getLogger(__name__)

_CLOCKS: Final = timedelta(days=1)  # that two servers may disagree by


def restaurer(installation: Installation, parole: Parole, *, forcer: bool) -> Restauration:
    """Let a restored database be the one that sends; Blocked where nothing says that it was restored.

    ``forcer``: even so.
    """
    policy = installation.politique()
    source = Source(policy.source)
    with installation.base(RELANCES, "restaurer") as relances:
        marque = Marque(relances)
        if marque.discrepancy(installation.temoin) is None and not forcer:
            raise Blocked(
                "rien ne montre que cette base ait été restaurée ; si elle l'a été, ajoutez --forcer",
                "nothing shows that this database was restored: if it was, add --forcer",
            )
        with installation.base(source.connexion, "restaurer", policy.base_fiscale) as etaxe:
            today = datetime.now(LIBREVILLE).date()
            found = _restore(source, etaxe, relances, _comptes(installation, policy), parole=parole, today=today)
        if installation.temoin is not None:
            installation.temoin.write(marque.beat())
    return found


def _comptes(installation: Installation, policy: Politique) -> dict[str, str]:
    """The account of each fournisseur whose having no message proves that a relance never left.

    None where a relance may go by another canal than its own: it may have, in what was lost.
    """
    if policy.envoi.repli.autre_canal:
        return {}
    comptes: dict[str, str] = {}
    for fournisseur, hook in installation.connectes().items():
        try:
            comptes[fournisseur] = hook.account
        except ProviderError:  # its doubts wait until it is mended: reconciling says so
            continue
    return comptes


def _restore(
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
    marque = Marque(relances)
    with explained(RELANCES, relances):
        known, unsettled = marque.latest_knowledge(), marque.oldest_unsettled()
        since = (known if unsettled is None else min(known, unsettled)) - _CLOCKS
        with marque.recognising(_shown(source, etaxe, since)) as recognition:
            proved = recognition.settle()
            doubted = recognition.doubt(_sure(source, parole), comptes)
            held = today if parole is Parole.AUCUNE else None
            name = recognition.rename(held, contacts=parole is not Parole.RIEN_DEPUIS)
    return Restauration(name, known, proved, doubted, held)


def _shown(source: Source, etaxe: psycopg.Connection, depuis: datetime | None) -> Iterator[ShownRow]:
    # Explained here: whoever consumes these rows would take the source's errors for another's.
    with explained(source.connexion, etaxe):
        yield from source.shown(etaxe, depuis)


def _sure(source: Source, parole: Parole) -> Sequence[str] | None:
    """The sources all of whose sent relances are known; None: all sources."""
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
    marque = Marque(relances)
    etat = marque.look()
    # What there was when it took its name, somebody saw.
    since = None if etat.neuve else max(etat.connu_jusqu_au - _CLOCKS, etat.nommee_le)
    with marque.recognising(_shown(source, etaxe, since)) as recognition:
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
    marque.stop(motif)
    raise stopped(motif)
