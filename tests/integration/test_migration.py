"""The pipeline's schema: made, brought up to date, and strict about what a relance may be."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from uuid import UUID

import psycopg
import pytest
from psycopg import errors, sql

from relances.local.errors import LocalError
from relances.local.postgres import EmbeddedPostgres
from relances.local.surroundings import migrate_given
from relances.rules.errors import Blocked, PipelineError, TryAgain
from relances.store import migrate
from relances.store.executions import Executions
from tests.conftest import NewDatabase
from tests.integration.staged import stage_relances
from tests.integration.versions import VERSIONS, of_version
from tests.integration.world import ask, statuts
from tests.support import one_sentence

THREE_OF_THE_FIRST_VERSION = """
INSERT INTO relances.execution (run_id, occasion, date_relance, source, canal, simulation, parametres)
VALUES ('ancien', 'jour:2026-11-20', '2026-11-20', 'collecte_taxe', 'sms', false, '{}');
INSERT INTO relances.creance_extraite (execution_id, creance_id) VALUES (1, 'a'), (1, 'b');
INSERT INTO relances.relance (source, contribuable_id, canal, occasion, execution_id, date_relance, niveau, fournisseur,
    telephone, telephone_migre, texte, segments, montant_du, devise, echeance)
SELECT 'collecte_taxe', n, 'sms', 'jour:2026-11-20', 1, '2026-11-20', 1, 'ventis', '2416612345' || n, false, 'Bonjour',
    1, 15000, 'XAF', '2026-11-01'
FROM generate_series(1, 3) AS n;
"""
EXTRACTED_BY_THE_VERSION_BEFORE = """
INSERT INTO relances.execution (run_id, occasion, date_relance, source, canal, simulation, jour_passage, parametres)
VALUES ('ancien', 'jour:2026-11-20', '2026-11-20', 'collecte_taxe', NULL, false, '2026-11-20', '{}')
"""
TABLES = {
    "contact",
    "creance_extraite",
    "numero",
    "opposition",
    "politique",
    "exclusion",
    "execution",
    "installation",
    "lecture_soldes",
    "migration",
    "numero_signale",
    "relance",
    "relance_creance",
    "report",
    "solde_lu",
    "tentative",
    "voie",
}
FIRST_VERSION = (VERSIONS / "0001_schema.sql").read_text()
NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
WORKER = UUID(int=1)


def tables(url: str) -> set[str]:
    rows = ask(url, "SELECT tablename FROM pg_tables WHERE schemaname = 'relances'")
    return {row["tablename"] for row in rows}


# --- making it ---


def test_a_fresh_database_gets_the_whole_schema(relances_url: str) -> None:
    assert tables(relances_url) == TABLES


def test_migrating_again_changes_nothing(relances_url: str) -> None:
    stage_relances(relances_url, 3)
    migrate(relances_url)
    assert tables(relances_url) == TABLES
    assert statuts(relances_url) == {"en_attente": 3}


def test_two_set_ups_at_once_wait_for_each_other(new_database: NewDatabase) -> None:
    url = new_database("migration")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(migrate, [url] * 4))
    assert tables(url) == TABLES
    assert ask(url, "SELECT count(*) FROM relances.migration") == [{"count": 1}]


OF_ONE_NUMBER = """
INSERT INTO relances.execution (run_id, occasion, date_relance, source, simulation, parametres, jour_passage)
VALUES ('p', 'campagne:A', '2026-11-20', 'contacts', false, '{}', '2026-11-20');
INSERT INTO relances.contact (campagne, telephone, saisie, libelle, montant_du, echeance, nom) VALUES
    ('A', '24166123456', '066123456', 'Étal', 1, '2026-01-01', 'ONDO'),
    ('A', '24166123456', '066123456', 'Eau', 1, '2026-01-01', 'MBA'),
    ('A', '24166123456', '066123456', 'Taxi', 1, '2026-01-01', 'MBA'),
    ('A', '24166123456', '066123456', 'Bail', 1, '2026-01-01', NULL),
    ('A', '24166123456', '066123456', 'Mer', 1, '2026-01-01', 'Ondo');
INSERT INTO relances.relance (source, contribuable_id, canal, occasion, execution_id, date_relance, niveau, fournisseur,
    telephone, telephone_migre, texte, segments, montant_du, devise, echeance)
VALUES ('contacts', 'c1', 'sms', 'campagne:A', 1, '2026-11-20', 1, 'ventis', '24166123456', false, 'Bonjour', 1, 1,
    'XAF', '2026-01-01');
INSERT INTO relances.relance_creance VALUES (1, '2', 1, '2026-01-01');
INSERT INTO relances.opposition VALUES ('contacts', 'c1', 'a téléphoné');
"""


def test_who_shares_a_number_becomes_a_person_unless_already_reminded(new_database: NewDatabase) -> None:
    url = new_database("avant")
    of_version(url, "0004")
    ask(url, OF_ONE_NUMBER)
    migrate(url)
    rows = ask(url, "SELECT libelle, 'c' || coalesce(titulaire, id) AS qui FROM relances.contact")
    assert {row["libelle"]: row["qui"] for row in rows} == {
        "Étal": "c1",
        "Eau": "c1",  # reminded as c1's: not to be reminded again
        "Taxi": "c3",
        "Bail": "c1",
        "Mer": "c1",
    }
    silent = {row["contribuable_id"] for row in ask(url, "SELECT contribuable_id FROM relances.opposition")}
    assert silent == {"c1", "c3"}


@pytest.mark.parametrize(
    ("typed", "telephone", "migre", "stays"),
    [
        ("066123456", "24166123456", False, True),
        ("+241 66 12 34 56", "24166123456", False, True),
        ("(+241) 66-12-34-56", "24166123456", False, True),
        ("06 61 23 45", "24166612345", True, True),
        ("066 12 34 5", "24166612345", True, False),
        ("066 12 34 5O6", "24166123456", False, False),
        ("066123456 (fils)", "24166123456", False, False),
        ("0661234 5/6", "24166123456", False, False),
    ],
)
def test_what_waits_for_a_number_not_written_plainly_is_left_to_the_next_run(
    new_database: NewDatabase, typed: str, telephone: str, migre: bool, stays: bool
) -> None:
    url = new_database("avant")
    of_version(url, "0004")
    ask(url, OF_ONE_NUMBER)
    ask(
        url,
        "UPDATE relances.relance SET telephone = %(telephone)s, telephone_migre = %(migre)s",
        telephone=telephone,
        migre=migre,
    )
    ask(
        url,
        "INSERT INTO relances.creance_extraite (execution_id, creance_id, contribuable_id, telephones) "
        "VALUES (1, '2', 'c1', ARRAY[%(typed)s])",
        typed=typed,
    )
    migrate(url)
    assert statuts(url) == ({"en_attente": 1} if stays else {})
    assert len(ask(url, "SELECT relance_id FROM relances.relance_creance")) == stays


def test_what_was_tried_for_such_a_number_keeps_its_history_and_ends(new_database: NewDatabase) -> None:
    url = new_database("avant")
    of_version(url, "0004")
    ask(url, OF_ONE_NUMBER)
    ask(url, "UPDATE relances.relance SET tentatives = 1")
    ask(
        url,
        "INSERT INTO relances.creance_extraite (execution_id, creance_id, contribuable_id, telephones) "
        "VALUES (1, '2', 'c1', ARRAY['066123456 (fils)'])",
    )
    migrate(url)
    assert ask(url, "SELECT statut, code FROM relances.relance") == [{"statut": "annulee", "code": "numero_douteux"}]


def test_a_database_of_the_first_version_keeps_its_relances(new_database: NewDatabase) -> None:
    url = new_database("ancienne")
    ask(url, "CREATE SCHEMA relances")
    ask(url, FIRST_VERSION)
    ask(url, "CREATE TABLE relances.migration (version_num varchar(32) PRIMARY KEY)")
    ask(url, "INSERT INTO relances.migration VALUES ('0001')")
    ask(url, THREE_OF_THE_FIRST_VERSION)
    ask(url, "UPDATE relances.relance SET statut = 'envoyee', envoyee_le = now(), reference = 'uuid' WHERE id = 1")
    before = ask(url, "SELECT * FROM relances.relance ORDER BY id")
    migrate(url)
    assert tables(url) == TABLES
    after = ask(url, "SELECT * FROM relances.relance ORDER BY id")
    added = {"modele": None, "variables": None, "interrogee_le": None, "cout": 0, "segments_evites": 0}
    added |= {"repli_le": None, "premiere_voie": None, "sans_nouvelle_le": None}
    assert [old | added for old in before] == after
    assert ask(url, "SELECT jour_passage, creances FROM relances.execution") == [
        {"jour_passage": date(2026, 11, 20), "creances": 2}
    ]
    [kept] = ask(url, "SELECT politique, demandee, decidee_le = commencee_le AS decidee FROM relances.execution")
    assert kept == {"politique": None, "demandee": False, "decidee": True}


def test_a_run_of_before_that_made_no_relance_may_still_take_a_policy(new_database: NewDatabase) -> None:
    url = new_database("ancienne")
    of_version(url, "0007")
    ask(url, EXTRACTED_BY_THE_VERSION_BEFORE)
    migrate(url)
    assert ask(url, "SELECT demandee, decidee_le FROM relances.execution") == [{"demandee": False, "decidee_le": None}]


def test_what_a_program_of_before_extracts_while_the_schema_changes_is_extracted(relances_url: str) -> None:
    ask(relances_url, EXTRACTED_BY_THE_VERSION_BEFORE)
    with psycopg.connect(relances_url) as relances:
        assert Executions(relances).get("ancien").run_id == "ancien"


# --- what it cannot do is one sentence ---


@pytest.fixture
def guest(new_database: NewDatabase) -> Iterator[str]:
    """A database, as a user who may only connect to it."""
    url = new_database("invite")
    ask(url, "CREATE ROLE invite LOGIN")
    yield url.replace("postgres@", "invite@", 1)
    ask(url, "DROP OWNED BY invite")
    ask(url, "DROP ROLE invite")


def refused(url: str, kind: type[PipelineError] = Blocked) -> str:
    """What the command says, which is what the code raises, after the variable to mend."""
    with pytest.raises(kind) as raised:
        migrate(url)
    with pytest.raises(LocalError) as told:
        migrate_given(url)
    message = one_sentence(raised.value)
    assert one_sentence(told.value).startswith("RELANCES_URL : base relances_db ")
    return message


def test_a_user_who_may_make_nothing_is_told_what_to_grant(guest: str) -> None:
    assert "GRANT CREATE ON DATABASE" in refused(guest)
    assert " TO invite" in refused(guest)


def test_a_user_who_owns_nothing_of_the_schema_is_told_who_does(guest: str) -> None:
    of_version(guest.replace("invite@", "postgres@", 1), "0004")
    assert "lancez relances migrer avec postgres" in refused(guest)  # it may not even read it
    ask(guest.replace("invite@", "postgres@", 1),
        "GRANT ALL ON SCHEMA relances TO invite; GRANT ALL ON ALL TABLES IN SCHEMA relances TO invite")  # fmt: skip
    assert "n'a pas le droit de changer le schéma relances, qui est à postgres" in refused(guest)


def test_a_schema_made_beforehand_for_the_user_is_filled(guest: str) -> None:
    ask(guest.replace("invite@", "postgres@", 1), "CREATE SCHEMA relances AUTHORIZATION invite")
    migrate(guest)
    assert tables(guest) == TABLES


def test_a_migration_gives_up_soon_and_names_who_uses_the_tables(new_database: NewDatabase) -> None:
    url = new_database("occupee")
    of_version(url, "0001")
    with psycopg.connect(url, application_name="psql de Paul") as busy:
        busy.execute("LOCK TABLE relances.relance IN ACCESS SHARE MODE")
        message = refused(url, TryAgain)
        assert f"la table relances.relance est tenue par la session {busy.info.backend_pid} (psql de Paul) " in message
        assert "pg_terminate_backend" in message
    assert ask(url, "SELECT version_num FROM relances.migration") == [{"version_num": "0001"}]
    migrate(url)


def test_a_schema_of_a_later_version_is_left_as_it_is(new_database: NewDatabase) -> None:
    url = new_database("future")
    migrate(url)
    ask(url, "UPDATE relances.migration SET version_num = '9999'")
    assert "révision 9999, plus récente que ce programme" in refused(url)
    assert ask(url, "SELECT version_num FROM relances.migration") == [{"version_num": "9999"}]


@pytest.mark.parametrize("marked", ["", "CREATE TABLE relances.migration (version_num varchar(32) PRIMARY KEY)"])
def test_a_schema_of_somebody_else_is_left_as_it_is(new_database: NewDatabase, marked: str) -> None:
    url = new_database("etrangere")
    ask(url, "CREATE SCHEMA relances; CREATE TABLE relances.relance (id integer)")
    if marked:
        ask(url, marked)
    assert "son schéma relances contient déjà relance, que cette commande n'a pas faites" in refused(url)
    assert tables(url) - {"migration"} == {"relance"}


@pytest.mark.parametrize(
    "broken",
    ["ALTER TABLE relances.migration RENAME COLUMN version_num TO autre", "DROP TABLE relances.execution CASCADE"],
)
def test_a_schema_that_is_no_longer_as_it_was_left_is_said_to_be(new_database: NewDatabase, broken: str) -> None:
    url = new_database("abimee")
    of_version(url, "0004")
    ask(url, broken)
    assert "son schéma n'est pas tel que cette commande l'a laissé" in refused(url)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("postgresql://postgres:secret@127.0.0.1:1/relances", "aucun PostgreSQL n'y répond"),
        ("postgresql://postgres:secret@nulle.part.invalid/relances", "le nom du serveur est inconnu"),
    ],
)
def test_a_server_that_is_not_there_is_said_without_its_address(address: str, said: str) -> None:
    message = refused(address, TryAgain)
    assert said in message
    assert "secret" not in message
    assert "127.0.0.1" not in message
    assert "nulle.part" not in message


def test_a_database_that_is_not_there_is_named(postgres: EmbeddedPostgres) -> None:
    assert "la base « perdue » n'existe pas sur ce serveur" in refused(postgres.url("perdue"), TryAgain)


def test_a_user_whom_the_server_does_not_know_is_said_without_a_name(new_database: NewDatabase) -> None:
    message = refused(new_database("qui").replace("postgres@", "inconnu:secret@", 1), TryAgain)
    assert "le serveur refuse l'utilisateur ou le mot de passe" in message
    assert "inconnu" not in message


def test_a_database_that_may_only_be_read_is_said_to_be(new_database: NewDatabase) -> None:
    url = new_database("figee")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("ALTER DATABASE {} SET default_transaction_read_only = on").format(
            sql.Identifier(connection.info.dbname)))  # fmt: skip
    assert "en lecture seule" in refused(url, TryAgain)


def test_the_tables_of_others_are_left_alone(new_database: NewDatabase) -> None:
    url = new_database("partagee")
    ask(url, "CREATE TABLE relance (id integer); INSERT INTO relance VALUES (1)")
    migrate(url)
    assert ask(url, "SELECT id FROM public.relance") == [{"id": 1}]
    assert "relance" in tables(url)


# --- what it refuses ---


@pytest.fixture
def relance(relances: psycopg.Connection, relances_url: str) -> psycopg.Connection:
    """A database with one relance that waits."""
    stage_relances(relances_url, 1)
    return relances


def change(connection: psycopg.Connection, **columns: object) -> None:
    assignments = sql.SQL(", ").join(sql.SQL("{} = {}").format(sql.Identifier(c), sql.Placeholder(c)) for c in columns)
    connection.execute(sql.SQL("UPDATE relances.relance SET {}").format(assignments), columns)


LEGAL: dict[str, dict[str, object]] = {
    "en_attente": {},
    "put off": {"tentatives": 1, "code": "429", "prochaine_tentative_le": NOW},
    "en_cours": {"statut": "en_cours", "tentatives": 1, "proprietaire": WORKER, "bail_jusqu_au": NOW},
    "envoyee": {"statut": "envoyee", "envoyee_le": NOW, "reference": "uuid"},
    "livree": {"statut": "livree", "envoyee_le": NOW, "livree_le": NOW, "reference": "uuid"},
    "echec": {"statut": "echec", "close_le": NOW, "code": "1005"},
    "echec after acceptance": {"statut": "echec", "close_le": NOW, "code": "30003", "reference": "uuid"},
    "incertaine": {"statut": "incertaine", "incertaine_depuis": NOW, "code": "408"},
    "failed after acceptance, with the date it was sent": {
        "statut": "echec",
        "close_le": NOW,
        "code": "63024",
        "reference": "uuid",
        "envoyee_le": NOW,
    },
    "annulee": {"statut": "annulee", "close_le": NOW, "code": "expiree"},
    "an approved template": {"modele": "HX0", "variables": ["Marie"]},
    "a template without variables": {"modele": "HX0", "variables": []},
}


@pytest.mark.parametrize("columns", LEGAL.values(), ids=LEGAL)
def test_every_state_with_its_evidence_is_accepted(relance: psycopg.Connection, columns: dict[str, object]) -> None:
    change(relance, **({"statut": "en_attente"} | columns))


ILLEGAL: dict[str, dict[str, object]] = {
    "an unknown state": {"statut": "perdue"},
    "under way without an owner": LEGAL["en_cours"] | {"proprietaire": None},
    "under way without a lease": LEGAL["en_cours"] | {"bail_jusqu_au": None},
    "under way without an attempt": LEGAL["en_cours"] | {"tentatives": 0},
    "waiting with an owner": {"proprietaire": WORKER, "bail_jusqu_au": NOW},
    "sent without a date": LEGAL["envoyee"] | {"envoyee_le": None},
    "sent without a reference": LEGAL["envoyee"] | {"reference": None},
    "waiting though sent": {"envoyee_le": NOW, "reference": "uuid"},
    "delivered without a date": LEGAL["livree"] | {"livree_le": None},
    "delivered without having been sent": LEGAL["livree"] | {"envoyee_le": None},
    "in doubt since never": LEGAL["incertaine"] | {"incertaine_depuis": None},
    "waiting and in doubt": {"incertaine_depuis": NOW},
    "failed without a code": LEGAL["echec"] | {"code": None},
    "failed without a date": LEGAL["echec"] | {"close_le": None},
    "called off without a code": LEGAL["annulee"] | {"code": None},
    "waiting though over": {"close_le": NOW, "code": "408"},
    "a sum of nothing": {"montant_du": 0},
    "an empty text": {"texte": ""},
    "no segment": {"segments": 0},
    "no level": {"niveau": 0},
    "a phone with a sign": {"telephone": "+24166123456"},
    "a phone with spaces": {"telephone": "241 66123456"},
    "an unknown channel": {"canal": "pigeon"},
    "attempts below zero": {"tentatives": -1},
    "a template without what fills it": {"modele": "HX0"},
    "variables without a template": {"variables": ["Marie"]},
}


@pytest.mark.parametrize("columns", ILLEGAL.values(), ids=ILLEGAL)
def test_a_row_without_its_evidence_is_refused(relance: psycopg.Connection, columns: dict[str, object]) -> None:
    with pytest.raises(errors.CheckViolation):
        change(relance, **columns)


def test_a_contribuable_has_one_relance_for_an_occasion(relance: psycopg.Connection, relances_url: str) -> None:
    stage_relances(relances_url, 1)
    with pytest.raises(errors.UniqueViolation):
        change(relance, contribuable_id="0")


CALL = {"relance_id": 1, "numero": 1, "fournisseur": "ventis", "proprietaire": WORKER}


def record(connection: psycopg.Connection, **columns: object) -> None:
    row = CALL | columns
    statement = sql.SQL("INSERT INTO relances.tentative ({}) VALUES ({})").format(
        sql.SQL(", ").join(map(sql.Identifier, row)), sql.SQL(", ").join(map(sql.Placeholder, row))
    )
    connection.execute(statement, row)


@pytest.mark.parametrize(
    "columns",
    [
        {"numero": 0},
        {"issue": "perdue", "terminee_le": NOW},
        {"issue": "refusee"},
        {"terminee_le": NOW},
        {"issue": "acceptee", "terminee_le": NOW},
        {"constat": "perdue", "constat_le": NOW},
        {"constat": "absente"},
        {"constat": "retrouvee", "constat_le": NOW},
    ],
    ids=[
        "numbered zero",
        "an unknown outcome",
        "over without an end",
        "ended without an outcome",
        "accepted without a reference",
        "an unknown word afterwards",
        "a word without its date",
        "found without a reference",
    ],
)
def test_a_call_without_its_evidence_is_refused(relance: psycopg.Connection, columns: dict[str, object]) -> None:
    with pytest.raises(errors.CheckViolation):
        record(relance, **columns)


def test_an_attempt_is_recorded_once(relance: psycopg.Connection) -> None:
    record(relance)
    with pytest.raises(errors.UniqueViolation):
        record(relance)


def test_a_run_is_over_with_its_report_or_not_at_all(relance: psycopg.Connection) -> None:
    with pytest.raises(errors.CheckViolation):
        relance.execute("UPDATE relances.execution SET terminee_le = now()")
