"""From variables to connections."""

import json

import pytest

from relances.local.connections import PROVIDER_VARIABLES, database_connection, provider_connections
from relances.local.errors import LocalError

ALL = {
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


def test_every_variable_of_ventis_reaches_its_field() -> None:
    [connection] = provider_connections(ALL)

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


def test_the_variables_above_are_all_there_are() -> None:
    assert ALL.keys() == PROVIDER_VARIABLES


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


def test_any_other_word_is_refused_by_its_variable() -> None:
    with pytest.raises(LocalError, match="KEYCLOAK_VERIFY_SSL vaut « peut-être »"):
        provider_connections({"KEYCLOAK_VERIFY_SSL": "peut-être"})


def test_secrets_do_not_show_in_a_traceback() -> None:
    [connection] = provider_connections(ALL)

    assert ALL["KEYCLOAK_MESSAGING_PASSWORD"] not in repr(connection)
    assert ALL["KEYCLOAK_MESSAGING_CLIENT_SECRET"] not in repr(connection)


def test_a_database_url_is_taken_apart() -> None:
    url = "postgresql://agent:m%40t%20de%20passe@bd.example:6543/collecte?sslmode=require&application_name=relances"

    connection = database_connection("etaxe_db", "ETAXE_URL", url)

    assert (connection.host, connection.port, connection.schema) == ("bd.example", 6543, "collecte")
    assert (connection.login, connection.password) == ("agent", "m@t de passe")
    assert connection.extra == {"sslmode": "require", "application_name": "relances"}


def test_a_socket_folder_is_a_host() -> None:
    connection = database_connection("relances_db", "relances", "postgresql://postgres@/relances?host=%2Frun%2Fpg")

    assert (connection.host, connection.port) == ("/run/pg", 5432)


@pytest.mark.parametrize(
    "url",
    [
        "mysql://agent:motdepasse@bd/base",
        "host=bd password=motdepasse",
        "postgresql://agent:motdepasse@bd:port/base",
        "postgresql://agent:motdepasse@bd1:5432,bd2:5433/base",
        "postgresql://agent:motdepasse@bd/base?inconnu=1",
        "motdepasse",
    ],
)
def test_what_is_not_a_database_url_is_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(LocalError, match="ETAXE_URL n'est pas une URL PostgreSQL") as refusal:
        database_connection("etaxe_db", "ETAXE_URL", url)

    assert "motdepasse@bd" not in str(refusal.value)
    assert refusal.value.__cause__ is None
