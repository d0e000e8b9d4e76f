"""Two worlds, and what leads to each."""

import re
from pathlib import Path

import pytest

from relances.local.airflow_environment import AirflowPlaces, airflow_environment
from relances.local.errors import LocalError
from relances.local.settings import (
    OWN_VARIABLES,
    REAL_VARIABLES,
    REPOSITORY,
    World,
    demo_settings,
    given_variables,
    read_dotenv,
    read_settings,
)
from relances.local.state import StateFolder


def test_nothing_given_is_the_demo_world() -> None:
    settings = read_settings({})

    assert settings.world is World.DEMO
    assert settings.state.path == REPOSITORY / ".relances" / "demo"
    assert (settings.port, settings.contribuables) == (None, 2_000)


@pytest.mark.parametrize("variable", sorted(REAL_VARIABLES))
def test_one_real_variable_makes_the_world_real(variable: str) -> None:
    settings = read_settings({variable: "x"})

    assert settings.world is World.LOCAL
    assert settings.state.path == REPOSITORY / ".relances" / "local"


@pytest.mark.parametrize("variable", sorted(REAL_VARIABLES))
def test_the_demo_never_sees_a_real_variable(variable: str) -> None:
    settings = demo_settings({variable: "x", "RELANCES_ETAT": "/ailleurs", "RELANCES_PORT": "8081"})

    assert settings.real == {}
    assert settings.state.path == Path("/ailleurs/demo")
    assert settings.port == 8_081


def test_passwords_do_not_show_in_a_traceback() -> None:
    assert "motdepasse" not in repr(read_settings({"KEYCLOAK_MESSAGING_PASSWORD": "motdepasse"}))


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("RELANCES_PORT", "http"),
        ("RELANCES_PORT", "65536"),
        ("RELANCES_PORT", "-1"),
        ("RELANCES_CONTRIBUABLES", "0"),
        ("RELANCES_CONTRIBUABLES", "1000001"),
        ("RELANCES_CONTRIBUABLES", "deux mille"),
    ],
)
def test_a_number_that_is_none_is_refused_by_its_variable(variable: str, value: str) -> None:
    with pytest.raises(LocalError, match=f"{variable} vaut « {value} »"):
        read_settings({variable: value})


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

    assert named == REAL_VARIABLES | set(OWN_VARIABLES)
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
        **dict.fromkeys(REAL_VARIABLES, "reel"),
    }

    environment = airflow_environment(places, inherited)

    assert environment.keys().isdisjoint({"AIRFLOW_CONN_ETAXE_DB", "PYTHONPATH", "PGPORT"} | REAL_VARIABLES)
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
