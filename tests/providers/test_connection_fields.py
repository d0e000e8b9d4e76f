"""The fields of a connection: read from wherever they are, refused with the connection, the field and the cure."""

from collections.abc import Callable

import pytest
from airflow.sdk import Connection
from hypothesis import given
from hypothesis import strategies as st

from relances_providers.connection_fields import ConnectionFields
from relances_providers.errors import Misconfigured


def fields(**values: object) -> ConnectionFields:
    return ConnectionFields("ventis_default", values)


def of(
    host: str | None = None, login: str | None = None, password: str | None = None, extra: str | None = None
) -> ConnectionFields:
    return ConnectionFields.of(
        Connection(conn_id="ventis_default", host=host, login=login, password=password, extra=extra)
    )


def test_standard_and_extra_fields_are_read_alike() -> None:
    read = of(host="https://ventis.invalid", login="agent", password="s3cret", extra='{"sender": "VENTIS"}')
    assert [read.text(name) for name in ("login", "password", "sender")] == ["agent", "s3cret", "VENTIS"]
    assert read.url("host") == "https://ventis.invalid"


def test_a_standard_field_wins_over_its_namesake_in_extra() -> None:
    assert of(login="agent", extra='{"login": "autre"}').text("login") == "agent"


@pytest.mark.parametrize("extra", ["", "{}"])
def test_extra_may_be_empty(extra: str) -> None:
    assert of(extra=extra).optional_text("sender") is None


@pytest.mark.parametrize("extra", ["client_secret=s3cret", "[1]", '"texte"', "null", "{"])
def test_extra_that_is_no_json_object_is_refused_and_not_told(extra: str, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(Misconfigured, match="le champ extra doit être un objet JSON"):
        of(extra=extra)
    assert caplog.text == ""


def test_fields_never_show_what_they_hold() -> None:
    assert "s3cret" not in repr(fields(password="s3cret"))


# --- text ---


@pytest.mark.parametrize("value", [None, "", "  "])
def test_an_empty_text_is_its_default_or_refused(value: str | None) -> None:
    assert fields(realm=value).text("realm", "Messaging") == "Messaging"
    with pytest.raises(Misconfigured, match="le champ realm est vide"):
        fields(realm=value).text("realm")


def test_surrounding_spaces_are_dropped() -> None:
    assert fields(sender=" MAIRIE\n").text("sender") == "MAIRIE"


def test_a_number_typed_for_a_text_is_read_as_text() -> None:
    assert fields(login=12345).text("login") == "12345"


# --- addresses ---


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("https://ventis.invalid/messaging/api/v1/", "https://ventis.invalid/messaging/api/v1"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("https://[::1]:8443/", "https://[::1]:8443"),
        ("https://santé.invalid", "https://santé.invalid"),
    ],
)
def test_an_address_loses_its_final_slash(value: str, address: str) -> None:
    assert fields(host=value).url("host") == address


@pytest.mark.parametrize(
    "value",
    [
        "ventis.invalid",
        "ftp://ventis.invalid",
        "https://",
        "https:///api",
        "https://256.1.1.1",
        "https://ventis..invalid",
        f"https://{'a' * 64}.invalid",
        "https://ventis.invalid:99999",
        "https://ventis.invalid:port",
        "https://[::1",
        "https://agent:s3cret@ventis.invalid",
    ],
)
def test_what_no_client_could_call_is_refused(value: str) -> None:
    with pytest.raises(Misconfigured, match="le champ host doit être une adresse https://") as caught:
        fields(host=value).url("host")
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    "value",
    [
        "http://ventis.invalid",
        "http://10.0.0.7:8080/api",
        "http://127.0.0.1.invalid",
        "http://localhost.invalid",
        "http://simulateurs:8080",
        "HTTP://keycloak",
        "http://[2001:db8::1]",
    ],
)
def test_an_address_that_would_be_spoken_to_in_clear_is_refused(value: str) -> None:
    with pytest.raises(Misconfigured, match="le champ host doit commencer par https://"):
        fields(host=value).url("host")


@pytest.mark.parametrize("value", ["http://127.1.2.3:80", "http://localhost", "http://[::1]:80", "http://LOCALHOST"])
def test_what_never_leaves_the_machine_needs_no_encryption(value: str) -> None:
    assert fields(host=value).url("host") == value


def test_in_the_demonstration_its_look_alikes_need_none_either(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELANCES_DEMONSTRATION", "demo")
    assert fields(host="http://simulateurs:8080").url("host") == "http://simulateurs:8080"
    with pytest.raises(Misconfigured, match="doit commencer par https://"):
        fields(host="http://ventis.invalid").url("host")


def test_extra_nested_without_end_is_refused() -> None:
    with pytest.raises(Misconfigured, match="le champ extra doit être un objet JSON"):
        of(extra='{"a":' * 100_000)


@given(st.text())
def test_any_text_is_an_address_or_refused(value: str) -> None:
    for attempt in (value, f"https://{value}"):
        try:
            assert fields(host=attempt).url("host").startswith("http")
        except Misconfigured:
            continue


# --- numbers ---


@pytest.mark.parametrize(("value", "number"), [(None, 30), ("", 30), (5, 5), (0.5, 0.5), ("12", 12), (" 2.5 ", 2.5)])
def test_a_number_may_be_typed_as_text(value: object, number: float) -> None:
    assert fields(timeout=value).number("timeout", 30, minimum=0.1) == number


@pytest.mark.parametrize("value", ["vite", "5,5", 0, -1, "nan", "inf", True, [5]])
def test_anything_but_a_finite_number_above_the_minimum_is_refused(value: object) -> None:
    with pytest.raises(Misconfigured, match=r"le champ timeout doit être un nombre d'au moins 0\.1"):
        fields(timeout=value).number("timeout", 30, minimum=0.1)


# --- yes or no ---


@pytest.mark.parametrize("default", [True, False])
@pytest.mark.parametrize("value", [None, "", " "])
def test_an_empty_flag_is_its_default(value: object, *, default: bool) -> None:
    assert fields(debug=value).flag("debug", default=default) is default


@pytest.mark.parametrize("value", [True, "true", "True", "1", 1, "yes", "oui", " OUI "])
def test_a_flag_says_yes(value: object) -> None:
    assert fields(debug=value).flag("debug", default=False) is True


@pytest.mark.parametrize("value", [False, "false", "FALSE", "0", 0, "no", "non"])
def test_a_flag_says_no(value: object) -> None:
    assert fields(debug=value).flag("debug", default=True) is False


# --- the sentence ---

REFUSALS: dict[str, Callable[[ConnectionFields], object]] = {
    "champ": lambda read: read.text("champ"),
    "adresse": lambda read: read.url("adresse"),
    "nombre": lambda read: read.number("nombre", 1, minimum=1),
    "drapeau": lambda read: read.flag("drapeau", default=True),
}


@pytest.mark.parametrize(("name", "refuse"), REFUSALS.items(), ids=REFUSALS)
def test_a_refusal_is_one_sentence_naming_the_connection_the_field_and_the_cure(
    name: str, refuse: Callable[[ConnectionFields], object]
) -> None:
    with pytest.raises(Misconfigured) as caught:
        refuse(fields(adresse="x", nombre="x", drapeau="x"))
    message = str(caught.value)
    assert caught.value.code == "connexion"
    assert message.startswith(f"connexion ventis_default : le champ {name} ")
    assert "corrigez-le dans Admin → Connections — connection ventis_default: field" in message
    assert "\n" not in message
