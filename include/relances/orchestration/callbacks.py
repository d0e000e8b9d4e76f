"""What Airflow calls when a run fails or is late. What is told then is of ``alertes``, imported when it happens."""

from collections.abc import Mapping
from datetime import timedelta

from airflow.sdk import Context
from airflow.sdk.definitions.callback import AsyncCallback  # airflow.sdk has them too, but not for a type checker
from airflow.sdk.definitions.deadline import DeadlineAlert, DeadlineReference

from relances import orchestration


def run_failed(context: Context) -> None:
    """Tell that a run is red: the ``on_failure_callback`` of a Dag, so once a run."""
    orchestration.alertes.run_failed(context)


def first_failure(context: Context) -> None:
    """Tell that a run is red, once for runs that fail in a row: for a Dag that runs all day long."""
    orchestration.alertes.first_failure(context)


def late_after(interval: timedelta) -> DeadlineAlert:
    """The ``deadline`` of a Dag of which a run must have ended so long after its logical date; without one, none."""
    # Not DAGRUN_QUEUED_AT: with it, Airflow 3.3 refuses to clear a task of a run that has not succeeded (HTTP 500).
    return DeadlineAlert(DeadlineReference.DAGRUN_LOGICAL_DATE, interval, AsyncCallback(run_late))


async def run_late(context: Mapping[str, Mapping[str, str]]) -> None:
    """Tell that a run has not ended in time, from the triggerer."""
    await orchestration.alertes.run_late(context)
