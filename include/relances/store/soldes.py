"""What balances read again change of the relances that wait. One that waits no more keeps what it says."""

from collections.abc import Sequence

import psycopg

from relances.rules.soldes import Debiteur, EnAttente, Reecriture, Reste
from relances.store.database import query


def call_off(connection: psycopg.Connection, codes: Sequence[tuple[int, str, str]]) -> None:
    """Call relances off, each by its id, for a code and in words."""
    parameters = {
        "relance_id": [relance_id for relance_id, _, _ in codes],
        "code": [code for _, code, _ in codes],
        "motif": [motif for _, _, motif in codes],
    }
    connection.execute(query("call_off"), parameters)


def rewrite(connection: psycopg.Connection, written: Sequence[tuple[EnAttente, tuple[Reste, ...], Reecriture]]) -> None:
    """What relances say now, and what is left of their creances; the others of them are marked as paid."""
    with connection.transaction(), connection.cursor() as cursor:
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
