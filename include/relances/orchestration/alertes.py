"""What is told to whoever watches over the runs, when nobody looks at them; see ``webhook`` for where it goes."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final, TypeVar, assert_never
from urllib.parse import quote

import psycopg
from airflow.sdk import Context
from airflow.sdk.configuration import conf

from relances.orchestration.connections import adresse
from relances.orchestration.webhook import tell
from relances.rendering import alertes as words
from relances.rules.alertes import DagRun
from relances.rules.errors import PipelineError
from relances.services.alertes import Alerte, Doubles, VoieReprise, VoieSuspendue
from relances.services.installation import RELANCES
from relances.store.alertes import Alertes

T = TypeVar("T")
_CONNECT_SECONDS: Final = 2
_TASK_SECONDS: Final = 8.0
# Nobody waits for a callback, and Airflow may take half a minute to give the first connection to where it runs; it
# ends one of a Dag after 50 s (dag_processor.dag_file_processor_timeout).
_CALLBACK_SECONDS: Final = 45.0
_LATE_SECONDS: Final = 120.0


def run_failed(context: Context) -> None:
    """Tell that a run is red."""
    tell(lambda: _failure(context), _CALLBACK_SECONDS)


def first_failure(context: Context) -> None:
    """Tell that a run is red, once for runs that fail in a row."""
    tell(lambda: None if _previous_failed(context) else _failure(context), _CALLBACK_SECONDS)


async def run_late(context: Mapping[str, Mapping[str, str]]) -> None:
    """Tell that a run has not ended in time. Airflow says so of a run that has failed too; that was told before."""
    run = context["dag_run"]
    if run["state"] not in {"failed", "success"}:
        await asyncio.to_thread(tell, lambda: _lateness(run), _LATE_SECONDS)


def alerter(alerte: Alerte) -> None:
    """Tell what a service says happened; not from an event loop, which it would hold up."""
    tell(lambda: _in_words(alerte), _TASK_SECONDS)


def _in_words(alerte: Alerte) -> str | None:
    match alerte:
        case VoieSuspendue(fournisseur, motif, jusqu_au):
            return words.voie_paused(fournisseur, motif, jusqu_au, _waiting(fournisseur))
        case VoieReprise(fournisseur, depuis):
            return words.voie_back(fournisseur, depuis, _waiting(fournisseur))
        case Doubles(relances):
            return words.doubled(relances) if relances else None
        case _:
            assert_never(alerte)


def _failure(context: Context) -> str:
    run_id = str(context["run_id"])
    passage = _passage(context["dag"].dag_id, run_id)
    return words.run_failed(passage, _failed_tasks(context), _figures(lambda alertes: alertes.told(run_id)))


def _lateness(run: Mapping[str, str]) -> str:
    passage = _passage(run["dag_id"], run["dag_run_id"])
    return words.run_late(passage, datetime.fromisoformat(run["queued_at"]), _figures(Alertes.waiting))


def _failed_tasks(context: Context) -> list[str]:
    """The failed tasks in the order of the Dag; a lot of a mapped task with its number."""
    last = context.get("ti")
    if last is None:
        return []
    dag, run_id = context["dag"], str(context["run_id"])
    try:
        states = last.get_task_states(dag_id=dag.dag_id, run_ids=[run_id])[run_id]
    except Exception:  # Airflow does not say; the last one is known anyway
        return [last.task_id]
    order = {task.task_id: rank for rank, task in enumerate(dag.topological_sort())}  # type: ignore[no-untyped-call]
    failed = [name for name, state in states.items() if state == "failed"]
    return sorted(failed, key=lambda name: (order.get(name, order.get(name.rpartition("_")[0], 0)), name))


def _previous_failed(context: Context) -> bool:
    last = context.get("ti")
    try:
        previous = last.get_previous_dagrun() if last is not None else None
    except Exception:  # Airflow does not say: better told twice
        return False
    return previous is not None and previous.state == "failed"


def _figures(read: Callable[[Alertes], T]) -> T | None:
    """The figures of an alert; None where the database does not answer soon: the alert goes without."""
    try:
        with psycopg.connect(
            adresse(RELANCES).called(None), autocommit=True, connect_timeout=_CONNECT_SECONDS
        ) as connection:
            alertes = Alertes(connection)
            alertes.expect_soon()
            return read(alertes)
    except (psycopg.Error, PipelineError):
        return None


def _waiting(fournisseur: str) -> int | None:
    waiting = _figures(Alertes.waiting)
    return None if waiting is None else waiting.get(fournisseur, 0)


def _passage(dag_id: str, run_id: str) -> DagRun:
    address = conf.get("api", "base_url", fallback="").rstrip("/")
    return DagRun(dag_id, run_id, f"{address}/dags/{dag_id}/runs/{quote(run_id)}" if address else "")
