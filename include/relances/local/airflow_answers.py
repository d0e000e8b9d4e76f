"""The parts of Airflow's REST answers that are read here."""

from datetime import datetime

import msgspec

from relances.local.connections import Connection, Value


class Token(msgspec.Struct, frozen=True):
    """POST /auth/token."""

    access_token: str


class KnownConnection(msgspec.Struct, frozen=True):
    """GET /connections/{id}. ``extra``: JSON, its secrets masked."""

    conn_type: str
    host: str | None = None
    login: str | None = None
    extra: str | None = None

    def named(self, connection_id: str) -> Connection:
        """The connection, but for its password, which is not given."""
        return Connection(connection_id, self.conn_type, self.host, login=self.login, extra=self.fields())

    def fields(self) -> dict[str, Value]:
        """What ``extra`` holds; empty where it is no object of plain values."""
        try:
            known = msgspec.json.decode(self.extra or "{}", type=dict[str, Value | None])
        except msgspec.DecodeError:
            return {}
        return {name: value for name, value in known.items() if value is not None}


class TaskState(msgspec.Struct, frozen=True):
    """Where one task of a run is. ``map_index`` is -1 unless it is mapped; ``state`` is Airflow's word."""

    task_id: str
    map_index: int
    state: str | None
    try_number: int

    @property
    def name(self) -> str:
        return self.task_id if self.map_index < 0 else f"{self.task_id}[{self.map_index}]"


class TaskStates(msgspec.Struct, frozen=True):
    """GET …/taskInstances."""

    task_instances: list[TaskState]


class Run(msgspec.Struct, frozen=True):
    """GET …/dagRuns/{id}. ``state``: queued, running, success or failed."""

    state: str


class DagState(msgspec.Struct, frozen=True):
    """GET /dags/{id}. ``is_stale``: once read, and no longer in the folder."""

    is_stale: bool


class ImportProblem(msgspec.Struct, frozen=True):
    """One file of the Dags folder that could not be read, the last time that Airflow tried."""

    timestamp: datetime
    filename: str
    stack_trace: str


class ImportProblems(msgspec.Struct, frozen=True):
    """GET /importErrors."""

    import_errors: list[ImportProblem]


class Failure(msgspec.Struct, frozen=True):
    """An exception as logged."""

    exc_type: str
    exc_value: str


class LogLine(msgspec.Struct, frozen=True):
    """One event of a task's log, with the exceptions it speaks of."""

    event: str
    error_detail: list[Failure] = []

    def text(self) -> str:
        """The event, then what each exception says: where it was raised is for the whole log."""
        return "\n".join([self.event, *(f"{failure.exc_type}: {failure.exc_value}" for failure in self.error_detail)])


class Log(msgspec.Struct, frozen=True):
    """GET …/logs/{try}."""

    content: list[LogLine | str]


class BulkOutcome(msgspec.Struct, frozen=True):
    """One action of a bulk request."""

    errors: list[dict[str, object]]


class Created(msgspec.Struct, frozen=True):
    """PATCH of a collection with one create action."""

    create: BulkOutcome
