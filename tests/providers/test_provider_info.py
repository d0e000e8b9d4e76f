"""What Airflow learns of the connection types: valid, found, and in step with what the hooks read."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import airflow
import jsonschema  # type: ignore[import-untyped]
import pytest
from airflow.providers_manager import ProvidersManager
from airflow.sdk import Connection
from airflow.sdk.providers_manager_runtime import ProvidersManagerTaskRuntime

from relances_providers import form
from relances_providers.connection_fields import ConnectionFields
from relances_providers.errors import Misconfigured
from relances_providers.hook import MessagingHook
from relances_providers.http.webhook import WebhookHook
from relances_providers.provider_info import PROVIDERS, Provider, form_defaults, get_provider_info, provider_named
from relances_providers.twilio.hook import TwilioWhatsAppHook
from relances_providers.twilio.settings import TwilioSettings
from relances_providers.ventis.hook import VentisHook, VentisSettings
from relances_providers.zoom.hook import ZoomSettings, ZoomSmsHook

INFO: dict[str, Any] = get_provider_info()
HOOKS: dict[str, type[MessagingHook]] = {"ventis": VentisHook, "zoom": ZoomSmsHook, "twilio": TwilioWhatsAppHook}
SETTINGS: dict[str, Callable[[ConnectionFields], object]] = {
    "ventis": VentisSettings.of,
    "zoom": ZoomSettings.of,
    "twilio": TwilioSettings.of,
}
NEEDED: dict[str, dict[str, object]] = {
    "ventis": {"login": "agent", "password": "s3cret", "sender": "VENTIS"},
    "zoom": {"login": "agent", "password": "s3cret", "sender": "+15550100000", "account_id": "compte"},
    "twilio": {"login": "AC" + "0" * 32, "password": "s3cret", "sender": "+24111000000"},
}
SECRETS = {
    "ventis": ["client_secret", "secret_test_number"],
    "zoom": ["secret_test_number"],
    "twilio": ["secret_test_number"],
}

every_provider = pytest.mark.parametrize("provider", PROVIDERS, ids=[provider.name for provider in PROVIDERS])


def schema(name: str) -> dict[str, Any]:
    """One of the schemas that Airflow is shipped with."""
    return dict(json.loads((Path(airflow.__path__[0]) / name).read_text()))


def schemas(provider: Provider) -> dict[str, dict[str, Any]]:
    """The JSON Schema of each field of its form."""
    return {name: dict(field["schema"]) for name, field in provider.fields.items()}  # type: ignore[call-overload]


def settings(provider: Provider, values: Mapping[str, object]) -> object:
    return SETTINGS[provider.name](ConnectionFields("une_connexion", NEEDED[provider.name] | dict(values)))


# --- what Airflow accepts and finds ---


def test_it_is_what_airflow_expects_of_a_provider() -> None:
    jsonschema.validate(INFO, schema("provider_info.schema.json"))


def test_its_forms_are_what_airflow_expects_of_a_form() -> None:
    jsonschema.validate(INFO["connection-types"], schema("provider.yaml.schema.json")["properties"]["connection-types"])


@every_provider
def test_airflow_finds_the_hook_of_the_connection_type(provider: Provider) -> None:
    found = ProvidersManagerTaskRuntime().hooks[provider.connection_type]  # type: ignore[no-untyped-call]
    assert found is not None
    assert found.package_name == INFO["package-name"]
    assert found.hook_name == HOOKS[provider.name].hook_name
    assert found.connection_testable


@every_provider
def test_airflow_builds_the_hook_for_a_connection(provider: Provider) -> None:
    connection = Connection(conn_id="une_connexion", conn_type=provider.connection_type)
    hook = connection.get_hook()  # type: ignore[no-untyped-call]
    assert type(hook) is HOOKS[provider.name]
    assert hook.conn_id == "une_connexion"


@every_provider
def test_airflow_shows_every_field_and_hides_the_secrets(provider: Provider) -> None:
    widgets = {
        widget.field_name: widget.is_sensitive
        for name, widget in ProvidersManager().connection_form_widgets.items()  # type: ignore[no-untyped-call]
        if name.startswith(f"extra__{provider.connection_type}__")
    }
    assert widgets.keys() == provider.fields.keys()
    assert [name for name, sensitive in widgets.items() if sensitive] == SECRETS[provider.name]


@every_provider
def test_the_class_and_the_form_say_the_same_name_and_type(provider: Provider) -> None:
    hook = HOOKS[provider.name]
    assert provider.hook_class == f"{hook.__module__}.{hook.__qualname__}"
    assert (provider.connection_type, provider.title) == (hook.conn_type, hook.hook_name)


# --- what the hook makes of it ---


class Noted(dict[str, object]):
    """Fields that remember which of them were asked for."""

    def __init__(self, values: Mapping[str, object]) -> None:
        super().__init__(values)
        self.asked: set[str] = set()

    def get(self, key: str, default: object = None) -> object:
        self.asked.add(key)
        return super().get(key, default)


@every_provider
def test_the_fields_shown_are_the_fields_read(provider: Provider) -> None:
    noted = Noted(NEEDED[provider.name])
    SETTINGS[provider.name](ConnectionFields("une_connexion", noted))
    assert noted.asked == provider.fields.keys() | provider.labels.keys()


@every_provider
def test_the_defaults_shown_are_the_defaults_used(provider: Provider) -> None:
    shown = {name: found.get("default") for name, found in schemas(provider).items()}
    shown = {name: value for name, value in shown.items() if name not in NEEDED[provider.name]}
    assert settings(provider, {**shown, "host": provider.placeholders["host"]}) == settings(provider, {})


@every_provider
def test_the_minimum_shown_is_the_minimum_accepted(provider: Provider) -> None:
    minimums = {name: found["minimum"] for name, found in schemas(provider).items() if "minimum" in found}
    assert {"timeout", "rate_per_second", "max_in_flight"} <= minimums.keys()
    for name, minimum in minimums.items():
        settings(provider, {name: minimum})
        with pytest.raises(Misconfigured, match=f"le champ {name} doit être un nombre d'au moins {minimum:g}"):
            settings(provider, {name: minimum * 0.99})


@every_provider
def test_a_needed_field_that_is_missing_is_named(provider: Provider) -> None:
    for name in NEEDED[provider.name]:
        with pytest.raises(Misconfigured, match=f"connexion une_connexion : le champ {name} est vide"):
            settings(provider, {name: ""})


@every_provider
def test_tls_is_verified_unless_the_form_is_told_otherwise(provider: Provider) -> None:
    assert schemas(provider)["verify_ssl"]["default"] is True
    assert schemas(provider)["debug"]["default"] is False


def test_airflow_finds_the_webhook_and_shows_but_its_password() -> None:
    [webhook] = [each for each in INFO["connection-types"] if each["connection-type"] == "chat_webhook"]
    found = ProvidersManagerTaskRuntime().hooks["chat_webhook"]  # type: ignore[no-untyped-call]
    assert found is not None
    assert found.hook_name == webhook["hook-name"] == WebhookHook.hook_name
    assert set(webhook["ui-field-behaviour"]["hidden-fields"]) == {"host", "schema", "login", "port"}
    hook = Connection(conn_id="une_connexion", conn_type="chat_webhook").get_hook()  # type: ignore[no-untyped-call]
    assert type(hook) is WebhookHook


def test_airflow_hides_the_test_number_where_it_shows_a_connection() -> None:
    from airflow._shared.secrets_masker import should_hide_value_for_key

    assert should_hide_value_for_key(form.TEST_NUMBER)  # type: ignore[no-untyped-call]  # Airflow's


# --- names and defaults ---


@every_provider
def test_a_provider_is_found_by_its_name(provider: Provider) -> None:
    assert provider_named(provider.name) is provider


def test_a_name_that_no_provider_has_finds_none() -> None:
    assert provider_named("pigeon") is None


@every_provider
def test_a_new_connection_holds_every_field_of_its_form(provider: Provider) -> None:
    assert form_defaults(provider.connection_type).keys() == provider.fields.keys()


def test_the_default_of_a_field_is_empty_where_it_has_none() -> None:
    assert form.default(form.text("Nom", "Un nom")) == ""
    assert form.default(form.text("Nom", "Un nom", "Awa")) == "Awa"
    assert form.default(form.secret("Secret", "Un secret")) == ""
    assert form.default(form.number("Nombre", "Un nombre", None, minimum=1)) == ""
    assert form.default(form.number("Nombre", "Un nombre", 0.5, minimum=0.1)) == 0.5
    assert form.default(form.flag("Drapeau", "Oui ou non", default=False)) is False


def test_a_foreign_connection_type_has_no_form_of_ours() -> None:
    assert form_defaults("postgres") == {}
