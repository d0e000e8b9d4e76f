"""Runs Dags of ``dags/`` to their end, each in a process of its own, by Airflow itself, and prints how they ended.

    python -m tests.airflow.run_dag

Each line of the input is a run: the Dag, its configuration, the environment, the file that takes what it prints, and
``again``: what marks tasks as done, and the moment of the run whose place and id it takes. The answer is the number of
its process. To read Airflow takes longer than most runs: it is read once, and then divided.
"""

import asyncio
import importlib
import json
import os
import signal
import sys
import threading
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
from airflow import settings
from airflow.dag_processing.dagbag import DagBag
from airflow.sdk.execution_time.supervisor import in_process_api_server
from sqlalchemy.orm import configure_mappers

LATER = (  # what Airflow and the Dags read in the middle of a run
    "airflow.api_fastapi.execution_api.routes",
    "airflow.sdk.execution_time.task_runner",
    "great_expectations",
)


def serve() -> None:
    """Until the input ends; SystemExit in each of the processes that run a Dag."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what anything else prints is no answer
    for module in LATER:
        importlib.import_module(module)
    DagBag()
    configure_mappers()
    pages = importlib.import_module("tests.pages")
    pages.compile_pages_once()
    pages.compile_pages()
    asyncio.run(ask_once())
    for thread in threading.enumerate():
        if thread is not threading.main_thread():
            thread.join(timeout=30)  # those that the API worked in end by themselves, a moment later
    settings.dispose_orm()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody here waits for them
    for line in sys.stdin:
        assert threading.active_count() == 1, threading.enumerate()  # others would not be there after the division
        asked = json.loads(line)
        process = os.fork()
        if process == 0:
            become(asked)
            run(asked["dag_id"], asked["conf"], **asked["again"])
            sys.exit(0)
        print(process, file=answers, flush=True)


async def ask_once() -> None:
    """Let the API that each run has for itself make its routes: it does when it is first asked, and takes seconds."""
    transport = httpx.ASGITransport(app=in_process_api_server().app)
    async with httpx.AsyncClient(transport=transport, base_url="http://ici") as client:
        (await client.get("/health")).raise_for_status()


def become(asked: dict[str, Any]) -> None:
    """Take the environment and the output of one run."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    with Path(asked["log"]).open("wb") as log:
        for descriptor in (1, 2):
            os.dup2(log.fileno(), descriptor)
    os.environ.clear()
    os.environ.update(asked["environment"])
    settings.configure_vars()  # type: ignore[no-untyped-call]  # Airflow's
    settings.configure_orm()  # type: ignore[no-untyped-call]


def run(dag_id: str, conf: dict[str, Any], moment: str = "", marked: str = "") -> None:
    """One Dag, to its end."""
    bag = DagBag()
    if bag.import_errors:
        sys.exit(json.dumps(bag.import_errors))
    dag = bag.dags[dag_id]
    dag.deadline = []  # the end of a run looks for their rows, which only a scheduler makes
    when: dict[str, Any] = (
        {"logical_date": datetime.fromisoformat(moment), "run_after": datetime.fromisoformat(moment)} if moment else {}
    )
    ended = dag.test(run_conf=conf, use_executor=False, mark_success_pattern=marked or None, **when)
    states = {f"{ti.task_id}[{ti.map_index}]": ti.state for ti in ended.get_task_instances()}
    print("RESULT " + json.dumps({"state": ended.state, "run_id": ended.run_id, "tasks": states}), flush=True)


if __name__ == "__main__":
    serve()
