"""Examines the two databases: access, schema, rights. No row is read, none is written."""

from collections.abc import Iterator

import psycopg

from relances.rules.diagnostic import Droits, Durable, Identite, LueEn, Oublieuse, Schema
from relances.rules.errors import Blocked, PipelineError
from relances.rules.restauration import stopped
from relances.services.diagnostic_occupation import diagnose_occupation
from relances.services.diagnostic_values import Diagnostic
from relances.store.database import UTF8, assumed_encoding, explained
from relances.store.diagnostic import STATEMENTS, Diagnostics
from relances.store.durabilite import PARTAGEE, garanties, is_shared
from relances.store.migration import revisions
from relances.store.restauration import VARIABLE, Marque, Temoin
from relances.store.sources import OPTIONAL, Source
from relances_providers.messaging import Verdict


def diagnose_relances(conn_id: str, connection: psycopg.Connection, other: psycopg.Connection) -> Iterator[Diagnostic]:
    """The pipeline's own database: what it keeps, its schema at this code's revision, and the rights on all of it.

    ``other``: a second connection to it.
    """
    diagnostics = Diagnostics(connection)
    yield _server(conn_id, diagnostics)
    yield from _durability(conn_id, connection, other)
    schema = _schema(conn_id, diagnostics.revision())
    yield schema
    if schema.verdict is Verdict.GOOD:
        yield _rights(Droits(conn_id, diagnostics.rights_missing(), schema=True), "droits")


def diagnose_etaxe(conn_id: str, connection: psycopg.Connection, source: Source) -> Iterator[Diagnostic]:
    """The tax system's database: tables, columns and rights that each of its statements needs."""
    diagnostics = Diagnostics(connection)
    yield _server(conn_id, diagnostics)
    yield from _encoding(conn_id, connection)
    for statement in STATEMENTS:
        if statement in OPTIONAL and not source.has(statement):
            continue
        try:
            with explained(conn_id, connection):
                lacking = [f"{sequence} (USAGE)" for sequence in diagnostics.plan(source, statement)]
        except PipelineError as error:
            yield Diagnostic(conn_id, statement, Verdict.BAD, str(error))
        else:
            yield _rights(Droits(conn_id, lacking, schema=False), statement)
    yield diagnose_occupation(conn_id, connection)


def diagnose_installation(conn_id: str, connection: psycopg.Connection, temoin: Temoin | None) -> Diagnostic:
    """Whether our database is the one that sent, and who remembers it."""
    part, marque = "installation", Marque(connection)
    etat = marque.look()
    try:
        motif = marque.discrepancy(temoin)
    except Blocked as error:
        return Diagnostic(conn_id, part, Verdict.BAD, str(error))
    if motif is not None:
        return Diagnostic(conn_id, part, Verdict.BAD, str(stopped(motif)))
    known = Identite(etat.marque, VARIABLE, None if temoin is None else str(temoin.path))
    return Diagnostic(conn_id, part, Verdict.UNSEEN if temoin is None else Verdict.GOOD, known)


def _server(conn_id: str, diagnostics: Diagnostics) -> Diagnostic:
    server = diagnostics.server()
    return Diagnostic(conn_id, "accès", Verdict.BAD if server.read_only else Verdict.GOOD, server)


def _durability(conn_id: str, connection: psycopg.Connection, other: psycopg.Connection) -> Iterator[Diagnostic]:
    part, found = "durabilité", garanties(connection)
    defauts = [PARTAGEE] if is_shared(connection, other) else [*found.defauts()]
    for defaut in defauts:
        yield Diagnostic(conn_id, part, Verdict.BAD, Oublieuse(defaut.french, defaut.english))
    if not defauts:
        verdict = Verdict.UNSEEN if found.ici_seulement else Verdict.GOOD
        yield Diagnostic(conn_id, part, verdict, Durable(found.synchronous_commit, found.regle, found.ici_seulement))


def _encoding(conn_id: str, connection: psycopg.Connection) -> Iterator[Diagnostic]:
    """What is found of a tax database's encoding; nothing where the database declares one."""
    read_as = assumed_encoding(connection)
    if read_as is not None:
        suppose = read_as == UTF8
        verdict = Verdict.UNSEEN if suppose else Verdict.GOOD
        yield Diagnostic(conn_id, "encodage", verdict, LueEn(read_as, suppose))


def _schema(conn_id: str, revision: str | None) -> Diagnostic:
    known = revisions()
    verdict = Verdict.GOOD if revision == known[0] else Verdict.BAD
    return Diagnostic(conn_id, "schéma", verdict, Schema(revision, known[0], connue=revision in known))


def _rights(droits: Droits, part: str) -> Diagnostic:
    return Diagnostic(droits.conn_id, part, Verdict.BAD if droits.manquants else Verdict.GOOD, droits)
