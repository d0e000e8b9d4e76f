"""From variables to the connections of the providers."""

import json

import pytest

from relances.local.errors import LocalError
from relances.local.provider_variables import PROVIDER_CONNECTIONS, PROVIDER_VARIABLES, provider_connections
from relances_providers.provider_info import PROVIDERS as KNOWN

VENTIS = {
    "VENTIS_MESSAGING_URL": "https://ventis.example/api/v1",
    "VENTIS_MESSAGING_SENDER": "MAIRIE",
    "VENTIS_DEBUG": "oui",
    "KEYCLOAK_MESSAGING_HOST": "https://keycloak.example",
    "KEYCLOAK_MESSAGING_REALM": "Messaging",
    "KEYCLOAK_MESSAGING_CLIENT_ID": "api-messaging",
    "KEYCLOAK_MESSAGING_CLIENT_SECRET": "secret-du-client",
    "KEYCLOAK_MESSAGING_USERNAME": "mairie",
    "KEYCLOAK_MESSAGING_PASSWORD": "p@ss $1 #",
    "KEYCLOAK_VERIFY_SSL": "false",
}
TWILIO = {
    "TWILIO_ACCOUNT_SID": "AC" + "0a" * 16,
    "TWILIO_AUTH_TOKEN": "jeton",
    "TWILIO_SANDBOX_NUMBER": "+14155238886",
}
ZOOM = {
    "ZOOM_CLIENT_ID": "client",
    "ZOOM_CLIENT_SECRET": "secret",
    "ZOOM_ACCOUNT_ID": "compte",
    "ZOOM_SENDER_NUMBER": "+15551234567",
}


def test_every_variable_of_ventis_reaches_its_field() -> None:
    [connection] = provider_connections(VENTIS)

    body = connection.body()
    assert json.loads(str(body.pop("extra"))) == {
        "sender": "MAIRIE",
        "debug": True,
        "keycloak_host": "https://keycloak.example",
        "realm": "Messaging",
        "client_id": "api-messaging",
        "client_secret": "secret-du-client",
        "verify_ssl": False,
    }
    assert body == {
        "connection_id": "ventis_default",
        "conn_type": "ventis",
        "host": "https://ventis.example/api/v1",
        "port": None,
        "schema": None,
        "login": "mairie",
        "password": "p@ss $1 #",
    }


def test_every_variable_of_twilio_reaches_its_field() -> None:
    [connection] = provider_connections(TWILIO)

    assert (connection.connection_id, connection.conn_type) == ("twilio_default", "twilio_whatsapp")
    assert (connection.login, connection.password) == ("AC" + "0a" * 16, "jeton")
    assert connection.extra == {"sender": "+14155238886"}


def test_every_variable_of_zoom_reaches_its_field() -> None:
    [connection] = provider_connections(ZOOM)

    assert (connection.connection_id, connection.conn_type) == ("zoom_default", "zoom_sms")
    assert (connection.login, connection.password) == ("client", "secret")
    assert connection.extra == {"account_id": "compte", "sender": "+15551234567"}


def test_the_variables_above_are_all_there_are() -> None:
    assert VENTIS.keys() | TWILIO.keys() | ZOOM.keys() == PROVIDER_VARIABLES


def test_every_provider_has_its_variables_and_they_feed_fields_of_its_form() -> None:
    forms = {provider.connection_type: {*provider.labels, *provider.fields} for provider in KNOWN}

    assert {provider.conn_type for provider in PROVIDER_CONNECTIONS} == forms.keys()
    for provider in PROVIDER_CONNECTIONS:
        assert {variable.field for variable in provider.variables.values()} <= forms[provider.conn_type]


def test_what_is_not_given_is_left_to_the_hook() -> None:
    [connection] = provider_connections({"KEYCLOAK_MESSAGING_USERNAME": "mairie"})

    assert connection.login == "mairie"
    assert connection.host is None
    assert connection.extra == {}


def test_no_variable_no_connection() -> None:
    assert provider_connections({"RELANCES_PORT": "8080"}) == []


@pytest.mark.parametrize("word", ["true", "TRUE", "1", "yes", "on", "oui", "vrai", " true "])
def test_words_for_yes(word: str) -> None:
    assert provider_connections({"KEYCLOAK_VERIFY_SSL": word})[0].extra == {"verify_ssl": True}


@pytest.mark.parametrize("word", ["False", "0", "no", "off", "non", "faux"])
def test_words_for_no(word: str) -> None:
    assert provider_connections({"KEYCLOAK_VERIFY_SSL": word})[0].extra == {"verify_ssl": False}


@pytest.mark.parametrize("number", ["+1 415 523 8886", "+1 (415) 523-8886", "whatsapp:+14155238886"])
def test_a_number_is_taken_however_it_is_spaced(number: str) -> None:
    assert provider_connections({"TWILIO_SANDBOX_NUMBER": number})[0].extra == {"sender": "+14155238886"}


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("KEYCLOAK_VERIFY_SSL", "peut-être"),
        ("VENTIS_MESSAGING_URL", "messaging.ventis.example"),
        ("VENTIS_MESSAGING_URL", "https:// ventis.example"),
        ("TWILIO_ACCOUNT_SID", "SK" + "0" * 32),
        ("TWILIO_ACCOUNT_SID", "AC123"),
        ("TWILIO_SANDBOX_NUMBER", "5145551234"),
        ("ZOOM_SENDER_NUMBER", "+0123456789"),
    ],
)
def test_a_value_that_is_none_is_refused_by_its_variable_without_being_repeated(variable: str, value: str) -> None:
    with pytest.raises(LocalError, match=f"^{variable} : écrivez") as refusal:
        provider_connections({variable: value})

    assert value not in str(refusal.value)


def test_a_provider_spoken_of_misses_what_it_cannot_send_without() -> None:
    missing = {provider.name: provider.missing({"ZOOM_CLIENT_ID": "client"}) for provider in PROVIDER_CONNECTIONS}

    assert missing == {
        "Ventis": [],
        "Twilio": [],
        "Zoom": ["ZOOM_CLIENT_SECRET", "ZOOM_ACCOUNT_ID", "ZOOM_SENDER_NUMBER"],
    }
