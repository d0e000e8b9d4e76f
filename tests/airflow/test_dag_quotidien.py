"""The daily Dag as its file says it: its parameters, and when it runs by itself."""

from datetime import datetime, timedelta
from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType
from zoneinfo import ZoneInfo

import pendulum
import pytest
from airflow.serialization.decoders import decode_timetable
from airflow.serialization.encoders import encode_timetable
from airflow.timetables import trigger
from airflow.timetables.base import DataInterval, TimeRestriction

from relances.rules.request import DEFAULTS
from tests.airflow.conftest import REPOSITORY

# Airflow's own decorators use a name that Airflow has renamed.
pytestmark = pytest.mark.filterwarnings("ignore::airflow.utils.deprecation_tools.DeprecatedImportWarning")

LIBREVILLE = ZoneInfo("Africa/Libreville")
EIGHT = datetime(2026, 3, 31, 8, tzinfo=LIBREVILLE)
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def dag_file() -> ModuleType:
    spec = spec_from_file_location("dag_file", REPOSITORY / "dags/relances_quotidiennes.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_what_nobody_says_is_what_the_dag_shows(dag_file: ModuleType) -> None:
    assert {name: param.value for name, param in dag_file.PARAMS.items()} == DEFAULTS


@pytest.mark.parametrize("late", [timedelta(minutes=2), timedelta(hours=1), timedelta(hours=15)])
def test_a_dag_installed_after_eight_first_runs_the_next_day(
    dag_file: ModuleType, monkeypatch: pytest.MonkeyPatch, late: timedelta
) -> None:
    assert next_run(dag_file, monkeypatch, now=EIGHT + late) == EIGHT + DAY


def test_a_scheduler_that_is_slow_at_eight_does_not_lose_the_first_run(
    dag_file: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert next_run(dag_file, monkeypatch, now=EIGHT + timedelta(seconds=30)) == EIGHT


def test_of_the_runs_that_were_missed_the_last_alone_is_made_up_for(
    dag_file: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert next_run(dag_file, monkeypatch, now=EIGHT + timedelta(hours=6), last=EIGHT - 3 * DAY) == EIGHT


def next_run(
    dag_file: ModuleType, monkeypatch: pytest.MonkeyPatch, now: datetime, last: datetime | None = None
) -> datetime:
    """When the scheduler starts the next run. ``last``: the last one that it started."""
    monkeypatch.setattr(trigger, "utcnow", lambda: pendulum.instance(now))
    dag = dag_file.relances_quotidiennes()
    info = decode_timetable(encode_timetable(dag.timetable)).next_dagrun_info(
        last_automated_data_interval=None if last is None else DataInterval.exact(pendulum.instance(last)),
        restriction=TimeRestriction(earliest=dag.start_date, latest=dag.end_date, catchup=dag.catchup),
    )
    assert info is not None
    return info.run_after
