"""The whole configuration of the embedded Airflow, as the environment of its processes."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from relances.local.settings import BROKER_VARIABLE, REAL_VARIABLES, World
from relances.local.state import LOOPBACK, StateFolder, write_private

USER = "admin"
TASKS_AT_ONCE = 8  # of one worker: with every pool of a fournisseur full, others still find room
_DAY_SECONDS = 86_400
_NOT_TO_PASS = REAL_VARIABLES | {BROKER_VARIABLE, "RELANCES_POLITIQUE"}


@dataclass(frozen=True, slots=True)
class Celery:
    """So many workers behind a broker, instead of the scheduler's children. ``broker``: URL, with its password."""

    broker: str = field(repr=False)
    workers: int


@dataclass(frozen=True, slots=True)
class AirflowPlaces:
    """Where this Airflow finds and keeps things. ``database``: libpq URL of its metadata.

    ``politique``: another policy than the product's own. ``celery``: None, the scheduler runs the tasks.
    """

    world: World
    state: StateFolder
    dags: Path
    plugins: Path
    politique: Path | None
    database: str
    port: int
    celery: Celery | None = None


def airflow_environment(places: AirflowPlaces, inherited: Mapping[str, str]) -> dict[str, str]:
    """What every Airflow process is started with.

    ``inherited``: the operator's shell, whose proxies and certificates serve; another Airflow's settings, another
    Python's modules and the variables that became connections do not pass.
    """
    local = f"{LOOPBACK},localhost"
    no_proxy = ",".join(filter(None, [inherited.get("NO_PROXY") or inherited.get("no_proxy"), local]))
    return {
        **_temoin(places),
        **{name: value for name, value in inherited.items() if _passes(name)},
        "AIRFLOW_HOME": str(places.state.airflow),
        "NO_PROXY": no_proxy,
        "no_proxy": no_proxy,
        "GX_ANALYTICS_ENABLED": "False",
        "PYTHONUTF8": "1",
        "RELANCES_DATA_DOCS": str(places.state.data_docs),
        **({"RELANCES_POLITIQUE": str(places.politique)} if places.politique is not None else {}),
        **({"RELANCES_DEMONSTRATION": "1"} if places.world is World.DEMO else {}),
        **{f"AIRFLOW__{name.upper()}": value for name, value in _options(places).items()},
    }


def _passes(name: str) -> bool:
    return not name.startswith(("AIRFLOW_", "PYTHON", "PG")) and name not in _NOT_TO_PASS


def _temoin(places: AirflowPlaces) -> dict[str, str]:
    """Where the witness is: outside the database's folder, lest both be restored together; none for invented data."""
    if places.world is World.DEMO:
        return {}
    return {"RELANCES_TEMOIN": str(places.state.path.absolute().with_name(f"temoin-{places.state.path.name}.json"))}


def _passwords_file(state: StateFolder) -> Path:
    """The file where Airflow reads the password of its one user."""
    file = state.airflow / "passwords.json"
    write_private(file, json.dumps({USER: state.secrets().password}))
    return file


def _options(places: AirflowPlaces) -> dict[str, str]:
    secrets = places.state.secrets()
    database = _sqlalchemy(places.database)
    url = f"http://{LOOPBACK}:{places.port}"
    return {
        **_executor(places),
        "core__dags_folder": str(places.dags),
        "core__plugins_folder": str(places.plugins),
        "core__load_examples": "False",
        "core__dag_ignore_file_syntax": "regexp",  # reading the other one warns in the log of every task
        "core__dags_are_paused_at_creation": "False",  # and one that an operator pauses stays so
        "core__test_connection": "Enabled",
        "core__default_timezone": "Africa/Libreville",
        "core__fernet_key": secrets.fernet_key,
        "core__simple_auth_manager_users": f"{USER}:admin",
        "core__simple_auth_manager_passwords_file": str(_passwords_file(places.state)),
        "core__execution_api_server_url": f"{url}/execution/",
        "database__sql_alchemy_conn": database,
        "database__sql_alchemy_conn_async": database,
        "api__instance_name": os.fsdecode(places.world.heading.encode()),  # in UTF-8, whatever this process speaks
        "api__host": LOOPBACK,
        "api__port": str(places.port),
        "api__base_url": f"http://localhost:{places.port}",
        "api__secret_key": secrets.secret_key,
        "api_auth__jwt_secret": secrets.jwt_secret,
        "logging__base_log_folder": str(places.state.logs / "taches"),
        "logging__dag_processor_child_process_log_directory": str(places.state.logs / "dags"),
        "logging__file_task_handler_new_folder_permissions": "0o700",
        "logging__file_task_handler_new_file_permissions": "0o600",
        "logging__colored_console_log": "False",
        "logging__namespace_levels": "httpx=WARNING great_expectations=WARNING",  # each says whatever it does
        "dag_processor__dag_bundle_storage_path": str(places.state.airflow / "bundles"),
        "dag_processor__refresh_interval": "10",
        "workers__min_heartbeat_interval": "1",  # also how long a finished task keeps its worker, at most
        "scheduler__scheduler_idle_sleep_time": "0.5",
        "scheduler__orphaned_tasks_check_interval": "30",
        "scheduler__task_instance_heartbeat_timeout": "60",
    }


def _executor(places: AirflowPlaces) -> dict[str, str]:
    if places.celery is None:
        return {"core__executor": "LocalExecutor", "core__parallelism": str(TASKS_AT_ONCE)}
    return {
        "core__executor": "CeleryExecutor",
        "core__parallelism": str(TASKS_AT_ONCE * places.celery.workers),
        "celery__broker_url": places.celery.broker,
        "celery__result_backend": f"db+{_sqlalchemy(places.database)}",
        "celery__worker_concurrency": str(TASKS_AT_ONCE),
        "celery__operation_timeout": "5",
        # Acknowledged at its end, a task counts against what its worker may hold: none waits behind a full one.
        "celery__task_acks_late": "True",
        # Airflow, not the broker, finds out that a worker died, by its heartbeats.
        "celery_broker_transport_options__visibility_timeout": str(_DAY_SECONDS),
        "celery_broker_transport_options__global_keyprefix": _keyprefix(places),
        # There is room for all that is queued: what waits is what a broker or a worker took to its grave.
        "scheduler__task_queued_timeout": "60",
        "scheduler__task_queued_timeout_check_interval": "15",
        "scheduler__num_stuck_in_queued_retries": "100",
    }


def _keyprefix(places: AirflowPlaces) -> str:
    """The prefix of our keys in a Redis that others may use; the same at each start of this state folder."""
    return f"relances-{places.world}-{sha256(places.state.secrets().jwt_secret.encode()).hexdigest()[:12]}:"


def _sqlalchemy(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://", 1)
