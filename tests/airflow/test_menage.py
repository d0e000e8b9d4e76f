"""``relances menage``: what grows old in Airflow goes, and nothing that anyone or any Dag still waits for."""

import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from airflow.utils.db_cleanup import config_dict

from relances.local.errors import LocalError
from relances.local.menage import DAYS, METADATA, TABLES, read_menage
from tests.airflow.conftest import Airflow

RELANCES = [sys.executable, "-W", "ignore", "-m", "relances.local"]
DAG = "relances_arret"
DAY_SECONDS = 86_400


@pytest.fixture(scope="module")
def airflow(airflow: Airflow) -> Airflow:
    """One whose Dags are all read, one of them run once."""
    assert airflow.run(DAG, action="voir").state == "success"
    return airflow


@pytest.fixture(autouse=True)
def recent(airflow: Airflow) -> None:
    """Its run is today's again."""
    age(airflow, 0)


def age(airflow: Airflow, days: int, state: str = "success", run_type: str = "manual") -> None:
    """Let the one run and its tasks be so many days old, the run of this state and kind."""
    url = airflow.environment["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"].replace("+psycopg", "")
    with psycopg.connect(url) as connection:
        began = connection.execute("SELECT now() - make_interval(days => %s)", (days,)).fetchone()
        assert began is not None
        runs = connection.execute(
            "UPDATE dag_run SET state = %s, run_type = %s, start_date = %s, run_after = %s, queued_at = %s,"
            " created_at = %s",
            (state, run_type, *began * 4),
        )
        assert runs.rowcount == 1
        connection.execute("UPDATE task_instance SET start_date = %s, queued_dttm = %s", (*began * 2,))


def clean(airflow: Airflow, **variables: str) -> "subprocess.CompletedProcess[str]":
    environment = {**airflow.environment, **variables}
    return subprocess.run([*RELANCES, "menage"], env=environment, capture_output=True, text=True, check=False)


def remaining(airflow: Airflow) -> tuple[int, int]:
    """Runs and tasks."""
    [(runs, tasks)] = airflow.ask("SELECT (SELECT count(*) FROM dag_run), (SELECT count(*) FROM task_instance)")
    assert isinstance(runs, int)
    assert isinstance(tasks, int)
    return runs, tasks


@pytest.mark.parametrize(("began", "state"), [(200, "running"), (200, "queued"), (0, "running")])
def test_nothing_goes_that_is_as_young_as_a_run_that_is_not_over(airflow: Airflow, began: int, state: str) -> None:
    age(airflow, 200, state)
    if not began:  # anew: it is younger than those of its tasks that were not cleared
        airflow.ask("UPDATE dag_run SET (start_date, queued_at, run_after, created_at) = (now(), now(), now(), now())")

    limit = read_menage(airflow.environment).limit()

    assert timedelta(days=200) <= datetime.now(UTC) - limit < timedelta(days=201)


def test_a_run_that_is_not_over_keeps_all_its_tasks(airflow: Airflow) -> None:
    age(airflow, 200, "running")
    before = remaining(airflow)

    done = clean(airflow)

    assert done.returncode == 0, done.stderr
    assert remaining(airflow) == before


def test_the_last_scheduled_run_stays_the_next_comes_when_it_would_and_a_pause_lasts(airflow: Airflow) -> None:
    following = "SELECT dag_id, next_dagrun, next_dagrun_create_after, is_paused FROM dag ORDER BY dag_id"
    age(airflow, 200, run_type="scheduled")
    # The installation was stopped for long: nobody read its Dags meanwhile.
    airflow.ask("UPDATE dag SET is_paused = true, last_parsed_time = now() - '200 days'::interval")
    before = airflow.ask(following)

    clean(airflow)

    assert remaining(airflow)[0] == 1
    assert airflow.ask(following) == before
    assert any(row[1] is not None for row in before)


def test_logs_as_old_go_those_of_today_and_folders_in_use_stay(airflow: Airflow, tmp_path: Path) -> None:
    old, new = tmp_path / "dag_id=a" / "attempt=1.log", tmp_path / "dag_id=b" / "attempt=1.log"
    empty = tmp_path / "dag_id=c"
    empty.mkdir()
    for file in (old, new):
        file.parent.mkdir()
        file.write_text("une ligne")
    long_ago = time.time() - 100 * DAY_SECONDS
    for path in (old, empty):
        os.utime(path, (long_ago, long_ago))
    before = remaining(airflow)

    done = clean(airflow, AIRFLOW__LOGGING__BASE_LOG_FOLDER=str(tmp_path))

    assert "journaux effacés : 1" in done.stdout
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dag_id=a", "dag_id=b"]
    assert not old.exists()
    assert new.exists()
    assert remaining(airflow) == before  # today's


@pytest.mark.parametrize("days", ["29", "0", "trente", "-1", "3651"])
def test_too_little_to_keep_is_refused_by_name(days: str) -> None:
    given = {METADATA: "postgresql+psycopg://a:b@c/d", DAYS: days}

    with pytest.raises(LocalError, match=f"RELANCES_CONSERVATION_JOURS vaut « {days} »"):
        read_menage(given)


def test_everything_that_airflow_cleans_is_cleaned_but_its_dags() -> None:
    assert set(config_dict) - set(TABLES) <= {"dag", "_xcom_archive", "session"}
    assert set(TABLES) <= set(config_dict)


def test_what_is_old_and_over_goes_with_its_tasks_and_leaves_no_copy(airflow: Airflow) -> None:
    age(airflow, 200)

    done = clean(airflow, RELANCES_CONSERVATION_JOURS="100")

    assert done.returncode == 0, done.stderr
    assert remaining(airflow) == (0, 0)
    assert airflow.ask("SELECT tablename FROM pg_tables WHERE tablename LIKE '%deleted%'") == []
