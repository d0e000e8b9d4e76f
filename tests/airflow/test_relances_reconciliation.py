"""The reconciliation Dag as Airflow runs it, after a daily run by a provider that can be asked."""

import pytest

from tests.airflow.conftest import Airflow, DagRun
from tests.support import gabonese_numbers

DAG = "relances_reconciliation"


@pytest.fixture(scope="module")
def sent(airflow: Airflow) -> Airflow:
    """Three messages accepted by Twilio, of which the run has learnt nothing more yet."""
    asked = airflow.with_connection("twilio")
    run = asked.run("relances_quotidiennes", type_relance="whatsapp", limite=3)
    assert run.state == "success", run.log[-3000:]
    return asked


@pytest.fixture(scope="module")
def reconciled(sent: Airflow) -> DagRun:
    return sent.run(DAG)


def test_a_pass_is_green(reconciled: DagRun) -> None:
    assert reconciled.state == "success", reconciled.log[-3000:]
    assert reconciled.tasks == {"reconcile[-1]": "success", "write_back[-1]": "success", "verdict[-1]": "success"}


def test_a_pass_sends_nothing_that_was_sent(reconciled: DagRun, airflow: Airflow) -> None:
    assert airflow.ledger_count() == 3
    assert sum(airflow.statuts("whatsapp").values()) == 3
    assert "suivi : " in reconciled.log


def test_no_phone_number_is_in_its_log(reconciled: DagRun) -> None:
    assert gabonese_numbers(reconciled.log) == []
