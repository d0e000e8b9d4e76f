"""The embedded Airflow, spoken to over its REST API as its one user."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Self, TypeVar

import httpx
import msgspec

from relances.local import airflow_answers as answers
from relances.local.airflow_environment import USER
from relances.local.connections import Connection
from relances.local.errors import LocalError
from relances.local.pools import POOLS

_TIMEOUT = httpx.Timeout(30.0)
_Answer = TypeVar("_Answer")


class AirflowApi:
    """A session with the API, to be used as a context manager.

    Every method but ``is_up`` raises LocalError with what Airflow answered when it refuses.
    """

    def __init__(self, url: str, password: str) -> None:
        self._password = password
        # The server is on this machine, whatever proxies the shell speaks of.
        self._client = httpx.Client(base_url=url, timeout=_TIMEOUT, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def is_up(self) -> bool:
        """Whether the server answers, tasks too: their part of it is built on its first request, in seconds."""
        try:
            return self._client.get("/execution/health").is_success
        except httpx.TransportError:
            return False

    def log_in(self) -> None:
        """Must come before what follows; the session lasts a day."""
        body = {"username": USER, "password": self._password}
        token = self._ask("POST", "/auth/token", answers.Token, body)
        self._client.headers["Authorization"] = f"Bearer {token.access_token}"

    def put_connections(self, connections: Iterable[Connection]) -> None:
        """Create these connections, or bring those of the same names to what is said here.

        What a provider's connection is not told here stays as the operator set it.
        """
        for connection in connections:
            path = f"/api/v2/connections/{connection.connection_id}"
            known = self.connection(connection.connection_id)
            if known is None:
                self._ask("POST", "/api/v2/connections", object, connection.completed().body())
            elif connection.is_provider and known.conn_type == connection.conn_type:
                # Its secrets come masked, and a masked secret is left as it is.
                body = connection.over(known.named(connection.connection_id)).completed().body()
                self._ask("PATCH", path, object, {name: value for name, value in body.items() if value is not None})
            else:
                self._create("connections", [connection.body()], "overwrite")

    def connection(self, connection_id: str) -> answers.KnownConnection | None:
        """The connection of that name, None where nobody made it."""
        return self._find(f"/api/v2/connections/{connection_id}", answers.KnownConnection)

    def add_pools(self) -> None:
        """Create our pools, but those that the operator has."""
        self._create("pools", [{"name": name, **pool} for name, pool in POOLS.items()], "skip")

    def has_dag(self, dag_id: str) -> bool:
        """Whether the Dag has been read."""
        dag = self._find(f"/api/v2/dags/{dag_id}", answers.DagState)
        return dag is not None and not dag.is_stale

    def import_problems(self, since: datetime) -> list[answers.ImportProblem]:
        """What has been found wrong in the files of the Dags folder since then."""
        problems = self._ask("GET", "/api/v2/importErrors", answers.ImportProblems).import_errors
        return [problem for problem in problems if problem.timestamp >= since]

    def unpause(self, dag_id: str) -> None:
        """Let its runs begin."""
        self._ask("PATCH", f"/api/v2/dags/{dag_id}", object, {"is_paused": False})

    def trigger(self, dag_id: str, run_id: str, conf: Mapping[str, object]) -> None:
        """Start a run of a Dag now."""
        body = {"dag_run_id": run_id, "logical_date": None, "conf": dict(conf)}
        self._ask("POST", f"/api/v2/dags/{dag_id}/dagRuns", object, body)

    def run_state(self, dag_id: str, run_id: str) -> str:
        """``queued``, ``running``, ``success`` or ``failed``."""
        return self._ask("GET", f"/api/v2/dags/{dag_id}/dagRuns/{run_id}", answers.Run).state

    def task_states(self, dag_id: str, run_id: str) -> list[answers.TaskState]:
        """The tasks of a run, at most a hundred."""
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances?limit=100"
        return self._ask("GET", path, answers.TaskStates).task_instances

    def task_log(self, dag_id: str, run_id: str, task: answers.TaskState) -> list[str]:
        """The lines of a task's last try, without the marks that fold them in the interface."""
        run = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}"
        query = f"map_index={task.map_index}&full_content=true"
        path = f"{run}/taskInstances/{task.task_id}/logs/{task.try_number}?{query}"
        content = self._ask("GET", path, answers.Log).content
        events = (line if isinstance(line, str) else line.text() for line in content)
        return [line for event in events for line in event.splitlines() if not line.startswith("::")]

    def _create(self, what: str, entities: list[dict[str, str | int | None]], on_existence: str) -> None:
        action = {"action": "create", "entities": entities, "action_on_existence": on_existence}
        outcome = self._ask("PATCH", f"/api/v2/{what}", answers.Created, {"actions": [action]})
        if outcome.create.errors:
            raise LocalError(f"Airflow refuse {what} : {outcome.create.errors}")

    def _find(self, path: str, kind: type[_Answer]) -> _Answer | None:
        answer = self._send("GET", path)
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        return msgspec.json.decode(_accepted(answer).content, type=kind)

    def _ask(self, method: str, path: str, kind: type[_Answer], body: object = None) -> _Answer:
        return msgspec.json.decode(_accepted(self._send(method, path, body)).content, type=kind)

    def _send(self, method: str, path: str, body: object = None) -> httpx.Response:
        try:
            return self._client.request(method, path, json=body)
        except httpx.TransportError as error:
            raise LocalError(f"Airflow ne répond plus à {method} {path} ({error}) ; relancez.") from error


def _accepted(answer: httpx.Response) -> httpx.Response:
    if not answer.is_success:
        request = f"{answer.request.method} {answer.request.url.path}"
        raise LocalError(f"Airflow a répondu {answer.status_code} à {request} : {answer.text[:500]}")
    return answer
