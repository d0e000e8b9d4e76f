"""What great-expectations finds: a fault of the whole stops the run, a fault of a row sets the row aside."""

from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from relances.rules.errors import Blocked
from relances.stages.validation import validate
from relances.store.executions import Executions
from tests.integration.office import Office
from tests.integration.world import ask, request
from tests.support import one_sentence

pytestmark = pytest.mark.usefixtures("great_expectations")


def check(office: Office, docs: Path) -> int:
    office.extract(request())
    url = make_url(office.relances_url).set(drivername="postgresql+psycopg")
    with psycopg.connect(office.relances_url, autocommit=True) as relances:
        return validate(relances, url, Executions(relances).get("passage-1"), "XAF", docs)


def test_a_faulty_row_is_set_aside_and_the_others_go_on(
    office: Office, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    office.owe(3)
    office.owes(4, exclusion="litige")
    office.owes(5, montant_du=0)
    office.owes(6, echeance=None)
    office.owes(7, creance="1")
    with caplog.at_level("WARNING", "relances"):
        assert check(office, tmp_path) == 4
    assert office.exclusions(request()) == {
        "4": "litige",
        "5": "montant_nul",
        "6": "echeance_invalide",
        "1": "doublon",
    }
    found = " ".join(caplog.messages)
    assert all(f"({column}) : " in found for column in ("creance_id", "montant_du", "echeance"))
    assert office.create(request()).relances == 3


def test_validating_again_excludes_the_same(office: Office, tmp_path: Path) -> None:
    office.owe(2)
    office.owes(3, exclusion="moratoire")
    assert [check(office, tmp_path), check(office, tmp_path)] == [1, 1]
    assert office.exclusions(request()) == {"3": "moratoire"}


@pytest.mark.parametrize(
    ("column", "value"), [("creance_id", None), ("contribuable_id", None), ("devise", None), ("devise", "EUR")]
)
def test_an_extraction_that_makes_no_sense_stops_the_run(
    office: Office, tmp_path: Path, column: str, value: str | None
) -> None:
    office.owe(2)
    office.owes(3, **{column: value})
    with pytest.raises(Blocked) as refused:
        check(office, tmp_path)
    message = one_sentence(refused.value)
    assert f"l'extraction est inutilisable : {column} (1 lignes)" in message
    assert str(tmp_path) in message
    assert office.exclusions(request()) == {}


def test_only_the_run_s_own_extraction_is_checked(office: Office, tmp_path: Path) -> None:
    office.owes(1, devise="EUR")
    office.extract(request("essai"))
    ask(office.etaxe_url, "UPDATE dette SET devise = 'XAF'")
    assert check(office, tmp_path) == 0


def test_the_findings_are_written_as_pages_without_any_row_s_values(office: Office, tmp_path: Path) -> None:
    office.owes(1, montant_du=-123457, nom="MBOUMBA")
    office.owes(2)
    check(office, tmp_path / "docs")
    pages = [page.read_text() for page in (tmp_path / "docs").rglob("*.html")]
    assert any("montant_du" in page for page in pages)
    assert (tmp_path / "docs" / "index.html").is_file()
    assert not any("066000001" in page or "MBOUMBA" in page for page in pages)
