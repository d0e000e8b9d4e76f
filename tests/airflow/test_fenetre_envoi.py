"""The send window as Airflow keeps it: a voie waits for it without a worker, and goes on by itself."""

from pathlib import Path

import pytest

from relances.policy.consignes import read_consignes
from tests.airflow.conftest import Airflow, DagRun
from tests.integration.world import ask
from tests.support import closed_days, gabonese_numbers, wait_until, write_policy

DAG = "relances_quotidiennes"
WAITING = (
    "SELECT ti.map_index, ti.try_number, r.reschedule_date - now() > interval '2 days' "
    "FROM task_instance ti JOIN task_reschedule r ON r.ti_id = ti.id "
    "WHERE ti.task_id = 'send_ventis' AND ti.state = 'up_for_reschedule'"
)


@pytest.fixture(scope="module")
def held(airflow: Airflow) -> DagRun:
    """A run that finds the window closed; it opens once the voie waits, and the day is there at once."""
    policy = Path(airflow.environment["RELANCES_POLITIQUE"])
    write_policy(policy, closed_days())
    started = airflow.start(DAG, limite=5)
    try:
        wait_until(lambda: airflow.ask(WAITING) or started.is_over(), "the lane to wait", patience=150)
        assert airflow.ask(WAITING) == [(0, 1, True)]
        assert airflow.statuts() == {"en_attente": 5}
        assert airflow.ledger_count() == 0
        let_it_open(airflow, write_policy(policy))
        airflow.ask("UPDATE task_reschedule SET reschedule_date = now()")
    except BaseException:
        started.kill()
        raise
    return airflow.end(started)


def let_it_open(airflow: Airflow, policy: Path) -> None:
    """As its hour does: a new policy in the record of the run, since that of the file is for the next one."""
    consignes = read_consignes(policy)
    kept = {"empreinte": consignes.empreinte, "consignes": consignes.packed()}
    ask(
        airflow.office.relances_url,
        "INSERT INTO relances.politique (empreinte, consignes) VALUES (%(empreinte)s, %(consignes)s)",
        **kept,
    )
    ask(airflow.office.relances_url, "UPDATE relances.execution SET politique = %(empreinte)s", **kept)


def test_a_lane_that_waited_for_the_window_sends_when_it_opens(held: DagRun, airflow: Airflow) -> None:
    assert held.state == "success", held.log[-3000:]
    assert held.tasks["send_ventis[0]"] == "success"
    assert airflow.statuts() == {"envoyee": 5}
    assert airflow.ledger_count() == 5


def test_waiting_is_no_failure_and_no_retry(held: DagRun, airflow: Airflow) -> None:
    tries = airflow.ask("SELECT try_number FROM task_instance WHERE task_id = 'send_ventis'")
    assert tries == [(1,)]
    assert "hors des heures d'envoi ; le reste du lot attend et revient le" in held.log


def test_no_phone_number_is_in_its_log(held: DagRun) -> None:
    assert gabonese_numbers(held.log) == []
