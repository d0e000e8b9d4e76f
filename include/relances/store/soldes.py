"""The relances of a lot that wait, and what balances read again change of them."""

from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter

import psycopg

from relances.rules.models import Canal
from relances.rules.soldes import Debiteur, EnAttente, Reecriture, Reste
from relances.store.database import query
from relances.store.sending import Lot


class Soldes:
    """What waits in one lot, over one connection in autocommit. A relance that waits no more keeps what it says."""

    def __init__(self, connection: psycopg.Connection, lot: Lot) -> None:
        self._connection = connection
        self._lot = lot

    def waiting(self, premier: int, nombre: int) -> list[EnAttente]:
        """The next ``nombre`` from the id ``premier`` on, with the creances that each still speaks of."""
        parameters = {
            "source": self._lot.source,
            "occasion": self._lot.occasion,
            "fournisseur": self._lot.fournisseur,
            "premier": premier,
            "dernier": self._lot.dernier,
            "reprise": self._lot.reprise,
            "nombre": nombre,
        }
        rows = self._connection.execute(query("list_waiting"), parameters).fetchall()
        found: list[EnAttente] = []
        for relance, group in groupby(rows, key=itemgetter(0, 1, 2, 3, 4, 5)):
            id_, execution_id, date_relance, niveau, canal, deplacee = relance
            creances = tuple(Reste(*row[6:]) for row in group)
            found.append(EnAttente(id_, execution_id, date_relance, niveau, Canal(canal), creances, deplacee))
        return found

    def call_off(self, codes: Sequence[tuple[int, str, str]]) -> None:
        """Call relances off, each by its id, for a code and in words."""
        parameters = {
            "relance_id": [relance_id for relance_id, _, _ in codes],
            "code": [code for _, code, _ in codes],
            "motif": [motif for _, _, motif in codes],
        }
        self._connection.execute(query("call_off"), parameters)

    def rewrite(self, written: Sequence[tuple[EnAttente, tuple[Reste, ...], Reecriture]]) -> None:
        """What relances say now, and what is left of their creances; the others of them are marked as paid."""
        with self._connection.transaction(), self._connection.cursor() as cursor:
            cursor.executemany(query("rewrite_relance"), [_rewritten(*relance) for relance in written])


def debiteurs(connection: psycopg.Connection, relances: Sequence[EnAttente]) -> dict[int, Debiteur]:
    """Who owes, by relance; without those of whom the extraction is not kept any more."""
    parameters = {
        "execution_id": list({relance.execution_id for relance in relances}),
        "creance_id": [creance.creance_id for relance in relances for creance in relance.creances],
    }
    rows = connection.execute(query("list_extracted"), parameters)
    extracted = {(execution_id, creance_id): who for execution_id, creance_id, *who in rows}
    known: dict[int, Debiteur] = {}
    for relance in relances:
        of_creance = {c.creance_id: extracted.get((relance.execution_id, c.creance_id)) for c in relance.creances}
        found = {creance_id: who for creance_id, who in of_creance.items() if who is not None}
        if len(found) == len(of_creance):
            nom, prenom, langue, _ = next(iter(found.values()))
            known[relance.id] = Debiteur(nom, prenom, langue, {key: who[3] for key, who in found.items()})
    return known


def _rewritten(relance: EnAttente, left: tuple[Reste, ...], again: Reecriture) -> dict[str, object]:
    redaction = again.redaction
    amounts = {creance.creance_id: creance.montant_du for creance in left}
    return {
        "relance_id": relance.id,
        "niveau": again.niveau,
        "montant_du": sum(amounts.values()),
        "echeance": left[0].echeance,
        "texte": redaction.texte,
        "modele": redaction.modele,
        "variables": redaction.variables,
        "segments": redaction.segments,
        "segments_evites": redaction.segments_evites,
        "cout": redaction.cout,
        "creance_id": [creance.creance_id for creance in relance.creances],
        "reste": [amounts.get(creance.creance_id) for creance in relance.creances],
    }
