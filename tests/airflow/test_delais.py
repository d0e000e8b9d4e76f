"""What hangs is ended: every task has its longest time, but for those that send."""

import warnings
from pathlib import Path

import pytest
from airflow.dag_processing.dagbag import DagBag

DAGS = Path(__file__).parents[2] / "dags"


@pytest.fixture(scope="module")
def bag() -> DagBag:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of Airflow's own modules, which are not ours to mend
        return DagBag(str(DAGS))


def test_every_task_but_sending_has_its_longest_time(bag: DagBag) -> None:
    assert not bag.import_errors
    endless = {f"{dag.dag_id}.{task.task_id}" for dag in bag.dags.values() for task in dag.tasks if _endless(task)}
    assert {name.rpartition(".")[2].split("_")[0] for name in endless} == {"send"}
    assert "relances_quotidiennes.send_ventis" in endless


def _endless(task: object) -> bool:
    return getattr(task, "execution_timeout", None) is None
