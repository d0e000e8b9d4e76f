"""Airflow is set alike by ``make up`` and by docker-compose.yaml, but for what each place asks for."""

import re
from pathlib import Path

import pytest
import yaml

from relances.local.airflow_environment import AirflowPlaces, Celery, airflow_environment
from relances.local.settings import REPOSITORY, World
from relances.local.state import StateFolder

_SECRET = "each installation has its own: from .env there, from the state folder here"
_PLACE = "where things are: paths of the image and its volumes there, of the state folder and the repository here"
_ADDRESS = "who answers where: services of a network of their own there, the loopback here"
_HERE_ALONE = "the broker and the folders may be shared with others here; containers have theirs alone"

DIFFERENT = {
    "CORE__FERNET_KEY": _SECRET,
    "API__SECRET_KEY": _SECRET,
    "API_AUTH__JWT_SECRET": _SECRET,
    "CORE__DAGS_FOLDER": _PLACE,
    "CORE__PLUGINS_FOLDER": _PLACE,
    "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": _PLACE,
    "LOGGING__BASE_LOG_FOLDER": _PLACE,
    "LOGGING__DAG_PROCESSOR_CHILD_PROCESS_LOG_DIRECTORY": _PLACE,
    "DATABASE__SQL_ALCHEMY_CONN": _ADDRESS,
    "DATABASE__SQL_ALCHEMY_CONN_ASYNC": _ADDRESS,
    "CELERY__BROKER_URL": _ADDRESS,
    "CORE__EXECUTION_API_SERVER_URL": _ADDRESS,
    "API__BASE_URL": _ADDRESS,
    "API__INSTANCE_NAME": "says which of both worlds this is, in the words of each place",
}
HERE_ALONE = {
    "API__HOST": "the loopback; a container listens on its own network, of which Compose publishes the loopback",
    "API__PORT": "chosen among the free; 8080, Airflow's default, in a container",
    "CELERY__RESULT_BACKEND": "Airflow's own database, which is the default",
    "CORE__PARALLELISM": "so many workers are known; there, the default: --scale changes their number meanwhile",
    "CELERY_BROKER_TRANSPORT_OPTIONS__GLOBAL_KEYPREFIX": _HERE_ALONE,
    "LOGGING__FILE_TASK_HANDLER_NEW_FOLDER_PERMISSIONS": _HERE_ALONE,
    "LOGGING__FILE_TASK_HANDLER_NEW_FILE_PERMISSIONS": _HERE_ALONE,
    "DAG_PROCESSOR__DAG_BUNDLE_STORAGE_PATH": "a folder of the temporary files of each container there, the default",
}
COMPOSE_ALONE = {
    "SCHEDULER__ENABLE_HEALTH_CHECK": "asked by its healthcheck; here, the processes themselves are watched",
}


@pytest.fixture
def here(tmp_path: Path) -> dict[str, str]:
    """The settings of ``make up EXECUTOR=celery WORKERS=2``."""
    state = StateFolder(tmp_path / "local")
    state.create()
    database, celery = "postgresql://postgres@/airflow", Celery("redis://hote/0", 2)
    dags, plugins = REPOSITORY / "dags", REPOSITORY / "plugins"
    places = AirflowPlaces(World.LOCAL, state, dags, plugins, None, database, 8_080, celery)
    return settings(airflow_environment(places, {}))


@pytest.fixture
def compose() -> dict[str, str]:
    """The settings of every Airflow container: those of docker-compose.yaml and those of the image."""
    file = yaml.safe_load((REPOSITORY / "docker-compose.yaml").read_text(encoding="utf-8"))
    image = re.findall(r"(AIRFLOW__\w+)=(\S+)", (REPOSITORY / "Dockerfile").read_text(encoding="utf-8"))
    return settings({**dict(image), **file["x-airflow"]["environment"]})


def settings(environment: dict[str, str]) -> dict[str, str]:
    marked = "AIRFLOW__"
    return {name.removeprefix(marked): value for name, value in environment.items() if name.startswith(marked)}


def test_what_both_set_they_set_alike_but_for_what_is_named(here: dict[str, str], compose: dict[str, str]) -> None:
    differing = {name for name in here.keys() & compose.keys() if here[name] != compose[name]}

    assert differing == DIFFERENT.keys()
    assert len(here.keys() & compose.keys() - differing) > 15


def test_what_one_alone_sets_is_named(here: dict[str, str], compose: dict[str, str]) -> None:
    assert here.keys() - compose.keys() == HERE_ALONE.keys()
    assert compose.keys() - here.keys() == COMPOSE_ALONE.keys()


def test_no_service_of_compose_sets_airflow_otherwise_than_the_others() -> None:
    file = yaml.safe_load((REPOSITORY / "docker-compose.yaml").read_text(encoding="utf-8"))
    common = file["x-airflow"]["environment"]
    given = [service.get("environment", {}) for service in file["services"].values()]

    assert len(given) > 8
    for environment in given:
        assert settings(environment).items() <= settings(common).items()
