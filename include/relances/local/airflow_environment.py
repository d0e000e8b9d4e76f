"""The whole configuration of the embedded Airflow, as the environment of its processes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from relances.local.settings import REAL_VARIABLES, World
from relances.local.state import LOOPBACK, StateFolder, write_private

USER = "admin"


@dataclass(frozen=True, slots=True)
class AirflowPlaces:
    """Where this Airflow finds and keeps things. ``database``: libpq URL of its metadata.

    ``politique``: another policy than the product's own.
    """

    world: World
    state: StateFolder
    dags: Path
    plugins: Path
    politique: Path | None
    database: str
    port: int


def airflow_environment(places: AirflowPlaces, inherited: Mapping[str, str]) -> dict[str, str]:
    """What every Airflow process is started with.

    ``inherited``: the operator's shell, whose proxies and certificates serve; another Airflow's settings, another
    Python's modules and the variables that became connections do not pass.
    """
    local = f"{LOOPBACK},localhost"
    no_proxy = ",".join(filter(None, [inherited.get("NO_PROXY") or inherited.get("no_proxy"), local]))
    return {
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
    return not name.startswith(("AIRFLOW_", "PYTHON", "PG")) and name not in REAL_VARIABLES | {"RELANCES_POLITIQUE"}


def _passwords_file(state: StateFolder) -> Path:
    """The file where Airflow reads the password of its one user."""
    file = state.airflow / "passwords.json"
    write_private(file, json.dumps({USER: state.secrets().password}))
    return file


def _options(places: AirflowPlaces) -> dict[str, str]:
    secrets = places.state.secrets()
    database = places.database.replace("postgresql://", "postgresql+psycopg://", 1)
    url = f"http://{LOOPBACK}:{places.port}"
    return {
        "core__executor": "LocalExecutor",
        "core__parallelism": "8",
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
        "api__instance_name": places.world.heading,
        "api__host": LOOPBACK,
        "api__port": str(places.port),
        "api__base_url": f"http://localhost:{places.port}",
        "api__secret_key": secrets.secret_key,
        "api_auth__jwt_secret": secrets.jwt_secret,
        "logging__base_log_folder": str(places.state.logs / "taches"),
        "logging__dag_processor_child_process_log_directory": str(places.state.logs / "dags"),
        "logging__colored_console_log": "False",
        "logging__namespace_levels": "httpx=WARNING great_expectations=WARNING",  # each says whatever it does
        "dag_processor__dag_bundle_storage_path": str(places.state.airflow / "bundles"),
        "dag_processor__refresh_interval": "10",
        "workers__min_heartbeat_interval": "1",  # also how long a finished task keeps its worker, at most
        "scheduler__scheduler_idle_sleep_time": "0.5",
        "scheduler__orphaned_tasks_check_interval": "30",
        "scheduler__task_instance_heartbeat_timeout": "60",
    }
