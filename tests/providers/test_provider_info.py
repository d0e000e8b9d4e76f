"""What Airflow learns of the connection types: valid, found, and in step with what the hook reads."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import airflow
import jsonschema  # type: ignore[import-untyped]
import pytest
from airflow.providers_manager import ProvidersManager
from airflow.sdk import Connection
from airflow.sdk.providers_manager_runtime import ProvidersManagerTaskRuntime

from relances_providers.connection_fields import ConnectionFields
from relances_providers.errors import Misconfigured
from relances_providers.provider_info import get_provider_info
from relances_providers.ventis_hook import VentisHook, VentisSettings

STANDARD = {"host", "login", "password"}
NEEDED: dict[str, object] = {"sender": "VENTIS", "login": "agent", "password": "s3cret"}

INFO: dict[str, Any] = get_provider_info()
[VENTIS] = INFO["connection-types"]
FIELDS: dict[str, dict[str, Any]] = VENTIS["conn-fields"]
NUMBERS = {name: field["schema"]["minimum"] for name, field in FIELDS.items() if "minimum" in field["schema"]}


def schema(name: str) -> dict[str, Any]:
    """One of the schemas that Airflow is shipped with."""
    return dict(json.loads((Path(airflow.__path__[0]) / name).read_text()))


def settings(values: dict[str, object]) -> VentisSettings:
    return VentisSettings.of(ConnectionFields("ventis_default", NEEDED | values))


# --- what Airflow accepts and finds ---


def test_it_is_what_airflow_expects_of_a_provider() -> None:
    jsonschema.validate(INFO, schema("provider_info.schema.json"))


def test_its_forms_are_what_airflow_expects_of_a_form() -> None:
    jsonschema.validate(INFO["connection-types"], schema("provider.yaml.schema.json")["properties"]["connection-types"])


def test_airflow_finds_the_hook_of_the_connection_type() -> None:
    found = ProvidersManagerTaskRuntime().hooks["ventis"]  # type: ignore[no-untyped-call]
    assert found is not None
    assert found.package_name == INFO["package-name"]
    assert found.hook_name == VentisHook.hook_name
    assert found.connection_testable


def test_airflow_builds_the_hook_for_a_connection() -> None:
    hook = Connection(conn_id="ventis_mairie", conn_type="ventis").get_hook()  # type: ignore[no-untyped-call]
    assert isinstance(hook, VentisHook)
    assert hook.ventis_conn_id == "ventis_mairie"


def test_airflow_shows_every_field_and_hides_the_secret() -> None:
    widgets = {
        widget.field_name: widget.is_sensitive
        for name, widget in ProvidersManager().connection_form_widgets.items()  # type: ignore[no-untyped-call]
        if name.startswith("extra__ventis__")
    }
    assert widgets.keys() == FIELDS.keys()
    assert [name for name, sensitive in widgets.items() if sensitive] == ["client_secret"]


# --- what the hook makes of it ---


class Noted(dict[str, object]):
    """Fields that remember which of them were asked for."""

    def __init__(self, values: Mapping[str, object]) -> None:
        super().__init__(values)
        self.asked: set[str] = set()

    def get(self, key: str, default: object = None) -> object:
        self.asked.add(key)
        return super().get(key, default)


def test_the_fields_declared_are_the_fields_read() -> None:
    noted = Noted(NEEDED)
    VentisSettings.of(ConnectionFields("ventis_default", noted))
    assert noted.asked == FIELDS.keys() | STANDARD


def test_the_standard_fields_read_are_labelled_and_the_others_hidden() -> None:
    behaviour = VENTIS["ui-field-behaviour"]
    assert behaviour["relabeling"].keys() == STANDARD
    assert set(behaviour["hidden-fields"]) == {"schema", "port"}


def test_the_defaults_shown_are_the_defaults_used() -> None:
    shown = {name: field["schema"].get("default") for name, field in FIELDS.items() if name not in NEEDED}
    shown["host"] = VENTIS["ui-field-behaviour"]["placeholders"]["host"]
    assert settings(shown) == settings({})


@pytest.mark.parametrize(("name", "minimum"), NUMBERS.items())
def test_the_minimum_shown_is_the_minimum_accepted(name: str, minimum: float) -> None:
    settings({name: minimum})
    with pytest.raises(Misconfigured, match=f"le champ {name} doit être un nombre d'au moins {minimum:g}"):
        settings({name: minimum * 0.99})


def test_the_class_and_the_form_say_the_same_name_and_type() -> None:
    assert VENTIS["hook-class-name"] == f"{VentisHook.__module__}.{VentisHook.__qualname__}"
    assert (VENTIS["connection-type"], VENTIS["hook-name"]) == (VentisHook.conn_type, VentisHook.hook_name)
