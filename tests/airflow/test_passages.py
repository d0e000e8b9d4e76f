"""What a person does to runs in Airflow: tasks marked as done, a run deleted and triggered again under its id."""

from datetime import UTC, datetime

import pytest

from tests.airflow.conftest import Airflow, DagRun

DAG = "relances_quotidiennes"


@pytest.fixture(scope="module")
def moment() -> str:
    return datetime.now(UTC).isoformat()


@pytest.fixture(scope="module")
def simulated(airflow: Airflow, moment: str) -> DagRun:
    return airflow.run_again(DAG, moment, simulation=True)


@pytest.fixture(scope="module")
def made_real(simulated: DagRun, airflow: Airflow, moment: str) -> DagRun:
    """The simulation, deleted, then triggered again under its id to send for good."""
    return airflow.run_again(DAG, moment)


@pytest.fixture(scope="module")
def marked(made_real: DagRun, airflow: Airflow) -> DagRun:
    """A run of which somebody marked the sending as done."""
    return airflow.run_again(DAG, marked="send_ventis")


def test_a_run_id_of_a_simulation_sends_nothing_when_it_is_triggered_for_good(
    simulated: DagRun, made_real: DagRun, airflow: Airflow
) -> None:
    assert simulated.state == "success", simulated.log[-3000:]
    assert simulated.run_id == made_real.run_id
    assert made_real.state == "failed"
    assert made_real.tasks["check_providers[-1]"] == "failed"
    assert "simulation valait oui et vaut non" in made_real.log
    assert "sous un autre run id" in made_real.log
    assert airflow.statuts().keys() == {"annulee"}


def test_a_simulation_again_under_its_id_is_the_same_run(made_real: DagRun, airflow: Airflow, moment: str) -> None:
    assert airflow.run_again(DAG, moment, simulation=True).state == "success"


def test_a_sending_marked_as_done_makes_the_run_red_with_the_cure(marked: DagRun, airflow: Airflow) -> None:
    assert marked.state == "failed", marked.log[-3000:]
    assert marked.tasks["report[-1]"] == "success"
    assert marked.tasks["verdict[-1]"] == "failed"
    assert "réinitialisez (Clear) plan_ventis" in marked.log
    assert airflow.statuts()["en_attente"] > 10
    assert airflow.ledger_count() == 0


@pytest.mark.parametrize(
    ("name", "said"),
    [("plan_ventis", ""), ("extract", "n'a rien extrait"), ("create_relances", "le bilan n'est pas équilibré")],
    ids=["planning: Airflow itself fails its lots", "extraction", "creation"],
)
def test_whatever_task_is_marked_as_done_the_run_is_red(marked: DagRun, airflow: Airflow, name: str, said: str) -> None:
    run = airflow.run_again(DAG, marked=f"^{name}$")
    assert run.state == "failed", run.log[-3000:]
    assert said in run.log


def test_the_next_run_of_the_day_sends_what_was_left(marked: DagRun, airflow: Airflow) -> None:
    run = airflow.run(DAG)
    assert run.state == "success", run.log[-3000:]
    assert "en_attente" not in airflow.statuts()
