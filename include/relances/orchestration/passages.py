"""The run under way: what it was asked, first and now."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from airflow.sdk import get_current_context

from relances.orchestration.connections import RELANCES, database
from relances.rules.fenetre import LIBREVILLE
from relances.rules.request import Request
from relances.store.executions import Executions

P = ParamSpec("P")
T = TypeVar("T")

logger = logging.getLogger(__name__)


def current_request() -> Request:
    """The request of the Airflow run under way: its parameters, and the day it was due to start in Libreville."""
    context = get_current_context()
    run = context["dag_run"]
    return Request.of(str(run.run_id), dict(context["params"]), run.run_after.astimezone(LIBREVILLE).date())


def as_first_asked(task: Callable[Concatenate[Request, P], T]) -> Callable[Concatenate[Request, P], T]:
    """A task by the request that its run id stands for; Blocked, and nothing done, where it is asked for another."""

    @wraps(task)
    def checked(request: Request, /, *args: P.args, **kwargs: P.kwargs) -> T:
        with database(RELANCES) as relances:
            standing = Executions(relances).standing(request)
        if standing != request:
            logger.info("%s garde les paramètres par défaut de son premier essai", request.run_id)
        return task(standing, *args, **kwargs)

    return checked
