"""Two worlds, and what leads to each."""

import re
from pathlib import Path

import pytest

from relances.local.airflow_environment import TASKS_AT_ONCE, AirflowPlaces, Celery, airflow_environment
from relances.local.errors import LocalError
from relances.local.settings import (
    OWN_VARIABLES,
    REAL_VARIABLES,
    REPOSITORY,
    Executor,
    World,
    demo_settings,
    given_variables,
    read_dotenv,
    read_settings,
)
from relances.local.state import StateFolder
from relances_providers.provider_info import PROVIDERS


def test_nothing_given_is_the_demo_world() -> None:
    settings = read_settings({})

    assert settings.world is World.DEMO
    assert settings.state.path == REPOSITORY / ".relances" / "demo"
    assert (settings.port, settings.contribuables) == (None, 2_000)


@pytest.mark.parametrize("variable", sorted(REAL_VARIABLES - {"ALERTES_URL"}))
def test_one_real_variable_makes_the_world_real(variable: str) -> None:
    settings = read_settings({variable: "x"})

    assert settings.world is World.LOCAL
    assert settings.state.path == REPOSITORY / ".relances" / "local"


def test_where_alerts_go_makes_no_world_real() -> None:
    assert read_settings({"ALERTES_URL": "https://chat.example/hook"}).world is World.DEMO


@pytest.mark.parametrize("variable", sorted(REAL_VARIABLES))
def test_the_demo_never_sees_a_real_variable(variable: str) -> None:
    settings = demo_settings({variable: "x", "RELANCES_ETAT": "/ailleurs", "RELANCES_PORT": "8081"})

    assert settings.real == {}
    assert settings.state.path == Path("/ailleurs/demo")
    assert settings.port == 8_081


def test_passwords_do_not_show_in_a_traceback() -> None:
    url = "redis://:motdepasse@hote:6379/0"
    settings = read_settings({"KEYCLOAK_MESSAGING_PASSWORD": "motdepasse", "RELANCES_BROKER_URL": url})
    assert "motdepasse" not in repr(settings) + repr(Celery(url, 2))


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("RELANCES_PORT", "http"),
        ("RELANCES_PORT", "65536"),
        ("RELANCES_PORT", "-1"),
        ("RELANCES_CONTRIBUABLES", "0"),
        ("RELANCES_CONTRIBUABLES", "1000001"),
        ("RELANCES_CONTRIBUABLES", "deux mille"),
        ("WORKERS", "0"),
        ("WORKERS", "17"),
        ("WORKERS", "deux"),
    ],
)
def test_a_number_that_is_none_is_refused_by_its_variable(variable: str, value: str) -> None:
    with pytest.raises(LocalError, match=f"{variable} vaut « {value} »"):
        read_settings({variable: value})


def test_the_scheduler_runs_the_tasks_unless_celery_is_asked_for() -> None:
    assert read_settings({}).executor is Executor.LOCAL
    with pytest.raises(LocalError, match="WORKERS ne sert qu'avec EXECUTOR=celery"):
        read_settings({"WORKERS": "3"})
    asked = demo_settings({"EXECUTOR": "celery", "WORKERS": "2", "RELANCES_BROKER_URL": "redis://hote/1"})
    assert (asked.executor, asked.workers, asked.broker) == (Executor.CELERY, 2, "redis://hote/1")


def test_an_executor_that_is_none_is_refused_with_those_that_are() -> None:
    with pytest.raises(LocalError, match="EXECUTOR vaut « CeleryExecutor » ; écrivez local ou celery"):
        read_settings({"EXECUTOR": "CeleryExecutor"})


def test_port_zero_is_any_free_port() -> None:
    assert read_settings({"RELANCES_PORT": "0"}).port is None


def test_the_environment_overrules_the_file_and_a_dollar_is_a_dollar(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text(
        "ETAXE_URL=\nRELANCES_PORT=1\nVENTIS_DEBUG=true\n"
        "KEYCLOAK_MESSAGING_PASSWORD='a${HOME}$b #c'\nVENTIS_MESSAGING_SENDER= \n"
    )
    monkeypatch.setenv("RELANCES_PORT", "2")
    monkeypatch.setenv("VENTIS_DEBUG", "")
    monkeypatch.delenv("ETAXE_URL", raising=False)

    given = given_variables(read_dotenv(dotenv))

    assert given["RELANCES_PORT"] == "2"
    assert given["KEYCLOAK_MESSAGING_PASSWORD"] == "a${HOME}$b #c"
    assert given.keys().isdisjoint({"ETAXE_URL", "VENTIS_DEBUG", "VENTIS_MESSAGING_SENDER"})


def test_the_example_file_names_every_variable_and_sets_none() -> None:
    example = REPOSITORY / ".env.example"

    named = set(re.findall(r"^#?([A-Z_]+)=", example.read_text(encoding="utf-8"), flags=re.MULTILINE))

    compose = set(re.findall(r"\$\{([A-Z_]+)", (REPOSITORY / "docker-compose.yaml").read_text(encoding="utf-8")))
    assert named == REAL_VARIABLES | set(OWN_VARIABLES) | compose | {"COMPOSE_PROJECT_NAME"}
    assert re.findall(r"^[A-Z_]+=", example.read_text(encoding="utf-8"), flags=re.MULTILINE) == []


def test_airflow_inherits_proxies_and_nothing_that_could_lead_it_astray(tmp_path: Path) -> None:
    state = StateFolder(tmp_path / "demo")
    state.create()
    places = AirflowPlaces(
        World.LOCAL, state, tmp_path / "dags", tmp_path / "plugins", None, "postgresql://postgres@/airflow", 8_080
    )
    inherited = {
        "PATH": "/bin",
        "HTTPS_PROXY": "http://proxy:3128",
        "NO_PROXY": "intranet",
        "AIRFLOW_CONN_ETAXE_DB": "postgresql://reelle",
        "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
        "PYTHONPATH": "/ailleurs",
        "PGPORT": "9999",
        "RELANCES_BROKER_URL": "redis://hote",
        **dict.fromkeys(REAL_VARIABLES, "reel"),
    }

    environment = airflow_environment(places, inherited)

    assert environment.keys().isdisjoint(
        {"AIRFLOW_CONN_ETAXE_DB", "PYTHONPATH", "PGPORT", "RELANCES_BROKER_URL"} | REAL_VARIABLES
    )
    assert environment["AIRFLOW__CORE__EXECUTOR"] == "LocalExecutor"
    assert environment["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"] == "postgresql+psycopg://postgres@/airflow"
    assert environment["HTTPS_PROXY"] == "http://proxy:3128"
    assert environment["NO_PROXY"] == "intranet,127.0.0.1,localhost"


def test_the_demonstration_alone_is_told_that_it_is_one(tmp_path: Path) -> None:
    def environment(world: World) -> dict[str, str]:
        state = StateFolder(tmp_path / world)
        state.create()
        return airflow_environment(
            AirflowPlaces(world, state, tmp_path, tmp_path, None, "postgresql:///airflow", 1), {}
        )

    assert environment(World.DEMO)["RELANCES_DEMONSTRATION"] == "1"
    assert "RELANCES_DEMONSTRATION" not in environment(World.LOCAL)


def test_each_celery_worker_holds_as_many_tasks_as_the_scheduler_alone_would(tmp_path: Path) -> None:
    environment = with_celery(tmp_path / "demo", workers=3)

    assert environment["AIRFLOW__CORE__EXECUTOR"] == "CeleryExecutor"
    assert environment["AIRFLOW__CELERY__WORKER_CONCURRENCY"] == str(TASKS_AT_ONCE)
    assert environment["AIRFLOW__CORE__PARALLELISM"] == str(3 * TASKS_AT_ONCE)


def test_every_pool_full_leaves_room_for_what_stops_and_repairs() -> None:
    assert sum(provider.lots_at_once for provider in PROVIDERS) + 2 <= TASKS_AT_ONCE


def test_nothing_but_postgresql_is_to_be_remembered(tmp_path: Path) -> None:
    environment = with_celery(tmp_path / "demo", workers=1)

    assert environment["AIRFLOW__CELERY__BROKER_URL"] == "redis://hote/0"
    assert environment["AIRFLOW__CELERY__RESULT_BACKEND"] == "db+postgresql+psycopg:///airflow"


def test_two_stacks_may_share_a_broker(tmp_path: Path) -> None:
    name = "AIRFLOW__CELERY_BROKER_TRANSPORT_OPTIONS__GLOBAL_KEYPREFIX"
    one, again, other = (with_celery(tmp_path / folder, workers=1)[name] for folder in ("un", "un", "deux"))

    assert one == again != other


def with_celery(folder: Path, *, workers: int) -> dict[str, str]:
    state = StateFolder(folder)
    state.create()
    celery = Celery("redis://hote/0", workers)
    places = AirflowPlaces(World.DEMO, state, folder, folder, None, "postgresql:///airflow", 1, celery)
    return airflow_environment(places, {})
