"""The whole day as the two roles that the operator's guide asks for, which may do nothing else."""

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from demo import create_base_fictive
from relances.store import migrate
from relances_providers.messaging import Verdict
from tests import jour
from tests.conftest import NewDatabase
from tests.integration.asked import diagnose
from tests.integration.conftest import Connect
from tests.integration.world import TODAY, ask, request, statuts
from tests.support import postgres_connection, wait_until

GRANTS = files("relances.store").joinpath("sources", "collecte_taxe", "droits.sql").read_text("utf-8")
ASKED = request()

pytestmark = pytest.mark.usefixtures("great_expectations", "connect")


@pytest.fixture(scope="module")
def etaxe_url(new_database: NewDatabase) -> Iterator[str]:
    """The sample tax database, as the role that has no other rights than those."""
    url = new_database("etaxe")
    create_base_fictive(url, contribuables=100, date_reference=TODAY)
    ask(url, "CREATE ROLE relances_etaxe LOGIN")
    for _ in range(2):
        with psycopg.connect(url) as connection:
            connection.execute(GRANTS)
    yield make_conninfo(url, user="relances_etaxe")
    ask(url, "DROP OWNED BY relances_etaxe; DROP ROLE relances_etaxe")


@pytest.fixture
def limited_relances_url(new_database: NewDatabase) -> Iterator[str]:
    """A database where a role may make a schema, and made it."""
    url = new_database("relances")
    ask(url, "CREATE ROLE relances_seul LOGIN")
    ask(url, f"GRANT CREATE ON DATABASE {conninfo_to_dict(url)['dbname']} TO relances_seul")
    limited = url.replace("postgres@", "relances_seul@")
    migrate(limited)
    yield limited
    ask(url, "DROP OWNED BY relances_seul CASCADE; DROP ROLE relances_seul")


@pytest.fixture
def limited(
    etaxe_url: str, limited_relances_url: str, connect: Connect, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Both roles, behind their connections."""
    connect(timeout=0.4)
    monkeypatch.setenv("RELANCES_DATA_DOCS", str(tmp_path / "docs"))
    monkeypatch.setenv("AIRFLOW_CONN_ETAXE_DB", postgres_connection(etaxe_url))
    monkeypatch.setenv("AIRFLOW_CONN_RELANCES_DB", postgres_connection(limited_relances_url))


@pytest.mark.usefixtures("limited")
def test_a_day_and_the_diagnostic_need_no_more_rights(limited_relances_url: str) -> None:
    jour.check_providers(ASKED)
    assert jour.extract(ASKED) > 0
    jour.validate(ASKED)
    assert jour.create_relances(ASKED) > 0
    jour.send(ASKED)
    wait_until(lambda: jour.reconcile(ASKED), "nothing left to reconcile")
    for again in (False, True):
        if again:
            ask(limited_relances_url, "UPDATE relances.relance SET statut_reporte = NULL")
        assert jour.write_back(ASKED) == sum(statuts(limited_relances_url).values())
    assert "## Bilan : équilibré" in jour.report(ASKED)
    diagnostics = [diagnostic for diagnostic in diagnose() if diagnostic.conn_id.endswith("_db")]
    assert [str(diagnostic) for diagnostic in diagnostics if diagnostic.finding.verdict is Verdict.BAD] == []
    assert {"overdue.sql", "places.sql", "write_back.sql"} <= {diagnostic.finding.part for diagnostic in diagnostics}


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM relance",
        "TRUNCATE relance",
        "UPDATE relance SET contribuable_id = 1",
        "UPDATE relance SET utilisateur_id = 1",
        "DELETE FROM dossier_impaye",
        "INSERT INTO dossier_impaye (contribuable_id) VALUES (1)",
        "UPDATE dossier_impaye SET montant_paye = 0",
        "UPDATE dossier_impaye SET statut = 'paye'",
        "UPDATE contribuable SET actif = false",
        "SELECT email FROM contribuable",
        "SELECT adresse FROM contribuable",
        "SELECT reference FROM info_collecte",
        "INSERT INTO info_collecte (montant) VALUES (1)",
        "SELECT id FROM utilisateur",
        "SELECT setval('relance_id_seq', 1)",
        "CREATE TABLE public.autre (id integer)",
    ],
)
def test_nothing_else_is_allowed(etaxe_url: str, statement: str) -> None:
    with psycopg.connect(etaxe_url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement)
