"""Examines the two databases: access, schema, rights. No row is read, none is written."""

from collections.abc import Iterator

import psycopg

from relances.rules.errors import Blocked, PipelineError
from relances.rules.restauration import stopped
from relances.services.diagnostic_occupation import diagnose_occupation
from relances.store.database import UTF8, assumed_encoding, explained
from relances.store.diagnostic import STATEMENTS, Diagnostics
from relances.store.durabilite import PARTAGEE, garanties, is_shared
from relances.store.migration import revisions
from relances.store.restauration import VARIABLE, Marque, Temoin
from relances.store.sources import OPTIONAL, Source
from relances_providers.messaging import Finding, Verdict


def diagnose_relances(conn_id: str, connection: psycopg.Connection, other: psycopg.Connection) -> Iterator[Finding]:
    """The pipeline's own database: what it keeps, its schema at this code's revision, and the rights on all of it.

    ``other``: a second connection to it.
    """
    diagnostics = Diagnostics(connection)
    yield _server(diagnostics)
    yield from _durability(connection, other)
    schema = _schema(diagnostics.revision())
    yield schema
    if schema.verdict is Verdict.GOOD:
        lacking = diagnostics.rights_missing()
        yield _rights(conn_id, "droits", lacking, "toutes les tables du schéma — all tables")


def diagnose_etaxe(conn_id: str, connection: psycopg.Connection, source: Source) -> Iterator[Finding]:
    """The tax system's database: tables, columns and rights that each of its statements needs."""
    diagnostics = Diagnostics(connection)
    yield _server(diagnostics)
    yield from _encoding(connection)
    for statement in STATEMENTS:
        if statement in OPTIONAL and not source.has(statement):
            continue
        try:
            with explained(conn_id, connection):
                lacking = [f"{sequence} (USAGE)" for sequence in diagnostics.plan(source, statement)]
        except PipelineError as error:
            yield Finding(statement, Verdict.BAD, str(error))
        else:
            yield _rights(conn_id, statement, lacking, "tables, colonnes et droits — tables, columns and rights")
    yield diagnose_occupation(connection)


def diagnose_installation(connection: psycopg.Connection, temoin: Temoin | None) -> Iterator[Finding]:
    """Whether our database is the one that sent, and who remembers it."""
    installation = Marque(connection)
    etat = installation.look()
    try:
        motif = installation.discrepancy(temoin)
    except Blocked as error:
        yield Finding("installation", Verdict.BAD, str(error))
        return
    if motif is not None:
        yield Finding("installation", Verdict.BAD, str(stopped(motif)))
    elif temoin is None:
        text = (
            f"{etat.marque}, sans témoin : donnez un fichier à {VARIABLE}, hors du dossier de la base, qui ne pourra "
            "alors revenir en arrière sans qu'on le voie — no witness file"
        )
        yield Finding("installation", Verdict.UNSEEN, text)
    else:
        yield Finding("installation", Verdict.GOOD, f"{etat.marque}, témoin {temoin.path}")


def _server(diagnostics: Diagnostics) -> Finding:
    server = diagnostics.server()
    seen = f"PostgreSQL {server.version}, base {server.database} en {server.encoding}, utilisateur {server.user}"
    if server.read_only:
        return Finding("accès", Verdict.BAD, f"{seen}, en lecture seule : visez le serveur où l'on écrit — read-only")
    return Finding("accès", Verdict.GOOD, seen)


def _durability(connection: psycopg.Connection, other: psycopg.Connection) -> Iterator[Finding]:
    found = garanties(connection)
    defauts = [PARTAGEE] if is_shared(connection, other) else [*found.defauts()]
    for defaut in defauts:
        yield Finding("durabilité", Verdict.BAD, f"{defaut.french}, rien n'est envoyé d'ici là — {defaut.english}")
    if not defauts and found.ici_seulement:
        text = (
            "ce qui est noté est sur le disque de ce serveur, synchronous_commit = local, et aucune réplique n'est "
            "attendue : à une bascule, la réplique promue peut ignorer les derniers envois, traitez-la comme une "
            "sauvegarde restaurée ; pour qu'elle les ait, une réplique synchrone et synchronous_commit = on — on this "
            "disk alone: a promoted standby may lack the last messages"
        )
        yield Finding("durabilité", Verdict.UNSEEN, text)
    elif not defauts:
        raised = (
            "" if found.regle == found.synchronous_commit else f" (la base a {found.regle}, chaque session le lève)"
        )
        text = f"ce qui est noté est sur le disque, synchronous_commit = {found.synchronous_commit}{raised}"
        yield Finding("durabilité", Verdict.GOOD, text)


def _encoding(connection: psycopg.Connection) -> Iterator[Finding]:
    """The finding on a tax database's encoding; none where the database declares one."""
    read_as = assumed_encoding(connection)
    if read_as == UTF8:
        text = (
            "SQL_ASCII, lu et écrit comme de l'UTF-8 : un texte qui n'en est pas arrêterait le passage ; si ceux de "
            "l'application n'en sont pas, dites-le dans le champ Extra de la connexion, {\"client_encoding\": "
            '"WIN1252"} par exemple — taken for UTF-8: say in the Extra where it is not'
        )
        yield Finding("encodage", Verdict.UNSEEN, text)
    elif read_as is not None:
        yield Finding("encodage", Verdict.GOOD, f"SQL_ASCII, lu et écrit en {read_as}")


def _schema(revision: str | None) -> Finding:
    known = revisions()
    if revision == known[0]:
        return Finding("schéma", Verdict.GOOD, f"révision {revision}")
    if revision is not None and revision not in known:
        text = f"révision {revision}, plus récente que ce programme : mettez-le à jour — newer than this program"
        return Finding("schéma", Verdict.BAD, text)
    text = (
        f"révision {revision or 'absente'}, il faut {known[0]} : lancez « relances migrer » avec RELANCES_URL, ou "
        "« make up » — the schema is not up to date"
    )
    return Finding("schéma", Verdict.BAD, text)


def _rights(conn_id: str, part: str, lacking: list[str], granted: str) -> Finding:
    if not lacking:
        return Finding(part, Verdict.GOOD, granted)
    text = (
        f"il manque des droits sur {', '.join(lacking)} : donnez-les (GRANT) à l'utilisateur de la connexion {conn_id} "
        "— grant the missing rights"
    )
    return Finding(part, Verdict.BAD, text)
