"""The daily Dag as Airflow runs it. One office for the module: each test goes on where the last one stopped."""

import pytest

from tests.airflow.conftest import DagRun, Office

DAG = "relances_quotidiennes"


@pytest.fixture(scope="module")
def held(office: Office) -> DagRun:
    """The first run of the day, told not to send."""
    return office.run(DAG, envoyer_automatiquement=False)


@pytest.fixture(scope="module")
def sent(held: DagRun, office: Office) -> DagRun:
    """The second run of the day, which sends."""
    return office.run(DAG)


def test_a_run_that_may_not_send_is_green_and_leaves_its_relances_waiting(held: DagRun, office: Office) -> None:
    assert held.state == "success"
    assert held.tasks["send_lot[-1]"] == "skipped"
    assert held.tasks["report[-1]"] == "success"
    assert held.tasks["verdict[-1]"] == "success"
    assert "les relances restent en attente" in held.log


def test_the_next_run_of_the_day_sends_what_was_waiting(sent: DagRun, office: Office) -> None:
    assert sent.state == "success", sent.log[-3000:]
    assert sent.tasks["send_lot[0]"] == "success"
    assert office.statuts() == {"envoyee": office.ledger_count()}
    assert office.ledger_count() > 10


def test_a_third_run_of_the_day_adds_no_row_and_sends_nothing(sent: DagRun, office: Office) -> None:
    before = office.statuts(), office.ledger_count()
    assert office.run(DAG).state == "success"
    assert (office.statuts(), office.ledger_count()) == before


def test_a_wrong_secret_fails_the_run_at_once_with_its_cure(sent: DagRun, office: Office) -> None:
    run = office.with_connection(password="faux").run(DAG)
    assert run.state == "failed"
    assert run.tasks["check_providers[-1]"] == "failed"
    assert run.tasks["extract[-1]"] == "upstream_failed"
    assert "vérifiez login et password de la connexion ventis_default" in run.log


def test_a_limit_below_one_is_refused_by_the_form(office: Office) -> None:
    with pytest.raises(AssertionError, match="limite"):
        office.run(DAG, limite=0)


def test_no_phone_number_is_in_any_log(held: DagRun, sent: DagRun) -> None:
    for run in (held, sent):
        assert "24166" not in run.log
        assert "24174" not in run.log
        assert "24177" not in run.log
