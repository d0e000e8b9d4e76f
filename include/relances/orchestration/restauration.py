"""Whether our own database may still be trusted, and ``relances restaurer``, after which it may."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import psycopg

from relances.orchestration.connections import RELANCES, database
from relances.orchestration.politique import politique
from relances.orchestration.providers import connected
from relances.rendering.markdown import compte
from relances.rules.errors import Blocked
from relances.rules.fenetre import LIBREVILLE, in_words
from relances.rules.politique import Politique
from relances.services.restauration import Parole, Restauration, compare, restore
from relances.store.restauration import Installation
from relances.store.sources import Source
from relances.store.temoin import VARIABLE, Temoin
from relances_providers.errors import ProviderError


def temoin() -> Temoin | None:
    """The witness of this machine; None where the environment names none."""
    named = os.environ.get(VARIABLE)
    return Temoin(Path(named)) if named else None


@contextmanager
def own_database(tache: str | None = None) -> Iterator[psycopg.Connection]:
    """Our database, in autocommit, for a task; Blocked where it may be older than what was sent."""
    with database(RELANCES, tache) as relances:
        Installation(relances).require(temoin())
        yield relances


def require_all_known(source: Source, etaxe: psycopg.Connection, relances: psycopg.Connection) -> None:
    """The same, asked of the tax application too: it shows what was sent."""
    Installation(relances).require(temoin())
    compare(source, etaxe, relances)


def restaurer(parole: Parole, *, forcer: bool) -> str:
    """What ``relances restaurer`` did, in words; Blocked where nothing says that the database was restored."""
    policy = politique()
    source = Source(policy.source)
    with database(RELANCES, "restaurer") as relances:
        installation, witness = Installation(relances), temoin()
        if installation.discrepancy(witness) is None and not forcer:
            raise Blocked(
                "rien ne montre que cette base ait été restaurée ; si elle l'a été, ajoutez --forcer",
                "nothing shows that this database was restored: if it was, add --forcer",
            )
        with database(source.connexion, "restaurer", policy.base_fiscale) as etaxe:
            found = restore(
                source, etaxe, relances, _comptes(policy), parole=parole, today=datetime.now(LIBREVILLE).date()
            )
        if witness is not None:
            witness.write(installation.beat())
    return _in_words(found)


def _comptes(policy: Politique) -> dict[str, str]:
    """The account of each fournisseur whose having no message proves that a relance never left.

    None where a relance may go by another fournisseur than its own: it may have, in what was lost.
    """
    if policy.envoi.repli.autre_fournisseur or policy.envoi.repli.autre_canal:
        return {}
    comptes: dict[str, str] = {}
    for fournisseur, hook in connected().items():
        try:
            comptes[fournisseur] = hook.account
        except ProviderError:  # its doubts wait until it is mended: reconciling says so
            continue
    return comptes


def _in_words(found: Restauration) -> str:
    proved = found.prouvees
    lines = [
        f"La base porte maintenant le nom {found.marque}. Elle se souvenait de tout jusqu'au "
        f"{in_words(found.connu_jusqu_au)} ; pour la suite :",
        f"- l'application fiscale prouve {compte(proved.envoyees, 'envoi', 'envois')} et "
        f"{compte(proved.echecs, 'échec', 'échecs')} ;",
        f"- {_doubts(found)} ;",
    ]
    if found.dernier_jour is not None:
        lines.append(
            f"- jusqu'au {found.dernier_jour:%d/%m/%Y} compris, aucune relance nouvelle n'est créée : qui n'en a pas "
            "dans cette base en a peut-être reçu une (code peut_etre_relance) ;"
        )
    lines += [
        "- oppositions, réactivations et contacts importés depuis sont à ressaisir, sous un autre nom de campagne si "
        "celle-ci avait été lancée.",
        "Les envois reprennent. — The database has a new name; sending goes on.",
    ]
    return "\n".join(lines)


def _doubts(found: Restauration) -> str:
    if not found.douteuses:
        return "aucune relance n'est en doute"
    by = ", ".join(f"{fournisseur} {nombre}" for fournisseur, nombre in found.douteuses.items())
    return (
        f"en doute, car peut-être parties : {by} ; la réconciliation le demande à qui peut le dire, les autres "
        "finissent en échec, code 408, sans être renvoyées"
    )
