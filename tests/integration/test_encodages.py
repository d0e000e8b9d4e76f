"""Tax databases older than UTF-8: names are read as spelt, results are written as they can be; ours is UTF8."""

import json
from collections.abc import Callable

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from demo import create_base_fictive
from relances.local.errors import LocalError
from relances.local.postgres import EmbeddedPostgres
from relances.local.surroundings import migrate_given
from relances.rules.errors import Blocked
from relances.rules.lettres import held_by
from relances.rules.politique import BaseFiscale
from relances.services.write_back import write_back
from relances.store import migrate
from relances.store.database import connect, explained
from relances.store.sources import Source
from relances_providers.messaging import Verdict
from tests import jour
from tests.integration.asked import diagnose
from tests.integration.conftest import Connect
from tests.integration.provider import Provider
from tests.integration.staged import stage_relances
from tests.integration.world import TODAY, ask, request, statuts
from tests.jour import database
from tests.support import one_sentence, postgres_connection

CONTRIBUABLES = 12
CODECS = {"LATIN1": "latin-1", "LATIN9": "iso8859-15", "WIN1252": "cp1252", "LATIN2": "iso8859-2", "SQL_ASCII": "utf-8"}
FRENCH = "NGUÉMA-François d’Œuvre"  # of which Latin-1 has neither ’ nor Œ

Encoded = Callable[[str, str], str]

pytestmark = pytest.mark.usefixtures("great_expectations", "connect")


@pytest.fixture(scope="module")
def encoded(postgres: EmbeddedPostgres) -> Encoded:
    """Make an empty database in an encoding, and give its URL."""

    def make(prefix: str, encoding: str) -> str:
        name = f"{prefix}_{encoding.lower()}"
        statement = sql.SQL(
            "CREATE DATABASE {} ENCODING {} TEMPLATE template0 LOCALE_PROVIDER libc LC_COLLATE 'C' LC_CTYPE 'C'"
        )
        with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
            connection.execute(statement.format(sql.Identifier(name), sql.Literal(encoding)))
        return postgres.url(name)

    return make


@pytest.fixture
def etaxe_in(encoded: Encoded, monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> Callable[..., str]:
    """The sample tax database in an encoding, behind its connection; ``extra``: what the connection says besides."""

    def make(encoding: str, **extra: str) -> str:
        url = encoded("etaxe", encoding)
        create_base_fictive(url, contribuables=CONTRIBUABLES, date_reference=TODAY)
        told = json.loads(postgres_connection(url)) | {"extra": extra}
        monkeypatch.setenv("AIRFLOW_CONN_ETAXE_DB", json.dumps(told))
        monkeypatch.setenv("RELANCES_DATA_DOCS", str(tmp_path))
        return url

    return make


def rename(url: str, name: bytes, where: str = "true") -> None:
    """Give contribuables a name in bytes, as a program that knows no better."""
    with psycopg.connect(url, client_encoding="SQL_ASCII") as connection:
        column = sql.SQL("UPDATE contribuable SET prenom = NULL, nom = E'{}' WHERE {}")
        escaped = "".join(f"\\x{byte:02x}" for byte in name)
        connection.execute(column.format(sql.SQL(escaped), sql.SQL(where)))


def run_day() -> None:
    jour.extract(request())
    jour.validate(request())
    jour.create_relances(request())
    jour.send(request())
    jour.write_back(request())
    assert "équilibré" in jour.report(request())


def names(relances_url: str) -> set[str]:
    return {row["nom"] for row in ask(relances_url, "SELECT DISTINCT nom FROM relances.creance_extraite")}


def written(url: str, encoding: str) -> list[tuple[str, str]]:
    """The message and the notes of our rows, from the very bytes that the database keeps."""
    statement = """
        SELECT convert_to(message, getdatabaseencoding()) AS message, convert_to(notes, getdatabaseencoding()) AS notes
        FROM relance WHERE strpos(coalesce(notes, ''), '[relances #') > 0 ORDER BY id
    """
    rows = ask(url, statement)
    return [(bytes(row["message"]).decode(encoding), bytes(row["notes"]).decode(encoding)) for row in rows]


# --- a tax database that says its encoding ---


@pytest.mark.parametrize(("encoding", "codec"), CODECS.items())
def test_a_day_over_a_tax_database_in_another_encoding(
    encoding: str, codec: str, etaxe_in: Callable[..., str], relances_url: str, provider: Provider
) -> None:
    url, name = etaxe_in(encoding), held_by(codec, FRENCH)
    rename(url, name.encode(codec))

    run_day()

    assert names(relances_url) == {name}
    assert statuts(relances_url).keys() == {"envoyee"}
    assert all("NGUÉMA" in entry["text"] for entry in provider.ledger())
    sent = ask(relances_url, "SELECT texte FROM relances.relance ORDER BY id")
    shown = written(url, codec)
    assert {message for message, _ in shown} == {held_by(codec, row["texte"]) for row in sent}
    assert all("réf." in notes for _, notes in shown)
    assert [diagnostic for diagnostic in diagnose() if diagnostic.conn_id == "etaxe_db" and diagnostic.is_bad] == []


def test_a_text_that_the_tax_database_cannot_hold_is_written_in_plainer_letters_and_stays_as_sent_in_ours(
    etaxe_in: Callable[..., str], relances_url: str
) -> None:
    url = etaxe_in("LATIN1")
    run_day()
    ask(relances_url, "UPDATE relances.relance SET texte = 'Œuvre d’été… ✔ 你', statut_reporte = NULL")

    jour.write_back(request())

    assert {message for message, _ in written(url, "latin-1")} == {"OEuvre d'été... + ?"}
    assert ask(relances_url, "SELECT DISTINCT texte FROM relances.relance") == [{"texte": "Œuvre d’été… ✔ 你"}]


def test_what_programs_of_windows_left_in_a_latin_database_is_read_as_they_meant_it(
    etaxe_in: Callable[..., str], relances_url: str
) -> None:
    rename(etaxe_in("LATIN1"), "L’Œuvre".encode("cp1252"))

    jour.extract(request())

    assert names(relances_url) == {"L’Œuvre"}


def test_the_environment_of_whoever_runs_it_changes_nothing(
    etaxe_in: Callable[..., str], relances_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGCLIENTENCODING", "LATIN1")
    rename(etaxe_in("WIN1252"), FRENCH.encode("cp1252"))

    migrate(relances_url)
    jour.extract(request())

    monkeypatch.delenv("PGCLIENTENCODING")
    assert names(relances_url) == {FRENCH}


@pytest.mark.parametrize("encoding", ["LATIN1", "WIN1252", "SQL_ASCII"])
def test_the_diagnostic_names_the_encoding_of_the_tax_database(encoding: str, etaxe_in: Callable[..., str]) -> None:
    etaxe_in(encoding)

    found = [diagnostic for diagnostic in diagnose() if diagnostic.conn_id == "etaxe_db"]

    assert f"en {encoding}" in found[0].finding.text
    assert Verdict.BAD not in {diagnostic.finding.verdict for diagnostic in found}


# --- a tax database that does not say it ---


def test_bytes_that_are_not_utf_8_stop_the_extraction_in_one_sentence_and_leave_everything_as_it_was(
    etaxe_in: Callable[..., str], relances_url: str
) -> None:
    url = etaxe_in("SQL_ASCII")
    jour.extract(request())
    before = ask(relances_url, "SELECT * FROM relances.creance_extraite ORDER BY rang")
    rename(url, "NGUÉMA".encode("latin-1"), "id > 6")

    with pytest.raises(Blocked) as refusal:
        jour.extract(request())

    said = one_sentence(refusal.value)
    assert "base etaxe_db" in said
    assert "SQL_ASCII" in said
    assert '{"client_encoding": "WIN1252"}' in said
    assert ask(relances_url, "SELECT * FROM relances.creance_extraite ORDER BY rang") == before


def test_whoever_knows_what_the_bytes_are_says_so_on_the_connection(
    etaxe_in: Callable[..., str], relances_url: str
) -> None:
    url = etaxe_in("SQL_ASCII", client_encoding="WIN1252")
    rename(url, FRENCH.encode("cp1252"))
    rename(url, FRENCH.encode("utf-8"), "id % 2 = 0")  # of programs that spoke UTF-8

    run_day()

    assert names(relances_url) == {FRENCH}
    ask(relances_url, "UPDATE relances.relance SET texte = 'payé d’avance', statut_reporte = NULL")
    jour.write_back(request())
    assert {message for message, _ in written(url, "cp1252")} == {"payé d’avance"}


@pytest.mark.parametrize("asked", ["WIN1252", "LATIN1"])
def test_what_was_typed_on_windows_is_read_as_it_was_meant(
    asked: str, etaxe_in: Callable[..., str], relances_url: str
) -> None:
    rename(etaxe_in("SQL_ASCII", client_encoding=asked), "L’Œuvre".encode("cp1252"))

    jour.extract(request())

    assert names(relances_url) == {"L’Œuvre"}


def test_an_e_acute_before_a_guillemet_is_no_chinese(etaxe_in: Callable[..., str], relances_url: str) -> None:
    name = "« Marché »"
    rename(etaxe_in("SQL_ASCII", client_encoding="WIN1252"), name.encode("cp1252"))

    jour.extract(request())

    assert names(relances_url) == {name}


@pytest.mark.parametrize("asked", ["klingon", "MULE_INTERNAL", ""])
def test_an_encoding_that_is_none_is_refused_by_the_connection(asked: str, etaxe_in: Callable[..., str]) -> None:
    etaxe_in("SQL_ASCII", client_encoding=asked)

    with pytest.raises(Blocked, match="base etaxe_db, d'encodage SQL_ASCII : le client_encoding") as refusal:
        jour.extract(request())
    one_sentence(refusal.value)
    assert any("client_encoding" in diagnostic.finding.text for diagnostic in diagnose() if diagnostic.is_bad)


def test_bytes_that_are_of_no_encoding_that_was_said_are_refused(etaxe_in: Callable[..., str]) -> None:
    rename(etaxe_in("SQL_ASCII", client_encoding="WIN1252"), b"NGU\x81MA")

    with pytest.raises(Blocked, match="base etaxe_db : son encodage est SQL_ASCII"):
        jour.extract(request())


def test_the_diagnostic_says_what_the_bytes_are_taken_for(etaxe_in: Callable[..., str]) -> None:
    etaxe_in("SQL_ASCII")
    [taken] = [diagnostic.finding for diagnostic in diagnose() if diagnostic.finding.part == "encodage"]
    assert taken.verdict is Verdict.UNSEEN
    assert "comme de l'UTF-8" in taken.text

    etaxe_in("SQL_ASCII", client_encoding="WIN1252")
    [taken] = [diagnostic.finding for diagnostic in diagnose() if diagnostic.finding.part == "encodage"]
    assert taken.verdict is Verdict.GOOD
    assert "lu et écrit en WIN1252" in taken.text


# --- our own ---


@pytest.mark.parametrize("encoding", ["LATIN1", "WIN1252", "SQL_ASCII"])
def test_our_own_database_must_be_in_utf8_and_nothing_is_made_in_another(encoding: str, encoded: Encoded) -> None:
    url = encoded("relances", encoding)

    with pytest.raises(LocalError) as refusal:
        migrate_given(url)

    said = one_sentence(refusal.value)
    assert str(conninfo_to_dict(url)["dbname"]) in said
    assert encoding in said
    assert "createdb -E UTF8 -T template0" in said
    assert ask(url, "SELECT to_regnamespace('relances') AS made") == [{"made": None}]


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
def test_a_run_and_the_diagnostic_say_so_too(
    encoding: str, encoded: Encoded, etaxe_in: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    etaxe_in("LATIN1")
    monkeypatch.setenv("AIRFLOW_CONN_RELANCES_DB", postgres_connection(encoded("relances", encoding)))

    with pytest.raises(Blocked, match=f"base relances_db .* : son encodage est {encoding}, il faut UTF8"):
        jour.extract(request())
    [found] = [diagnostic for diagnostic in diagnose() if diagnostic.conn_id == "relances_db"]
    assert found.is_bad
    assert "il faut UTF8" in found.finding.text


def test_half_a_character_is_refused_before_it_reaches_the_database(connect: Connect) -> None:
    with pytest.raises(Blocked, match="n'est pas un caractère"), database("relances_db") as relances:
        relances.execute("SELECT %s", ("\ud83d",))


# --- who is to blame ---


def test_what_is_wrong_with_ours_during_a_write_back_is_not_blamed_on_the_tax_database(
    etaxe_in: Callable[..., str], relances_url: str
) -> None:
    url = etaxe_in("LATIN1")
    stage_relances(relances_url, 1)
    ask(relances_url, "ALTER TABLE relances.relance_creance RENAME TO ailleurs")

    with (
        connect(url) as etaxe,
        connect(relances_url) as relances,
        explained("etaxe_db"),
        pytest.raises(Blocked, match="base relances_db"),
    ):
        write_back(Source("collecte_taxe"), etaxe, relances, BaseFiscale())
