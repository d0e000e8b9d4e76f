"""What each answer of Ventis means for the message: sent, refused, later, to be mended, or in doubt."""

import json

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from relances_providers.errors import Fault, Misconfigured, OutcomeUnknown, ProviderError, Rejected, TryLater
from relances_providers.ventis.answers import read_answer

UUID = "6f1c2a34-0d4e-4f6a-9b1c-2d3e4f5a6b7c"


def read(status: int, text: str = "", **headers: str) -> str:
    return read_answer(httpx.Response(status, text=text, headers=headers), "ventis_default")


def error_of(status: int, text: str = "", **headers: str) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        read(status, text, **headers)
    return caught.value


def violation(message: str, code: object = 1003) -> str:
    error = {"error": "Violation de contrainte", "message": message, "path": "/message", "statusCode": code}
    return json.dumps([error])


SENDER = violation("Sender ID must be one of them [VENTIS]")
NUMBER = violation("Numéro invalide")


@pytest.mark.parametrize(
    "text",
    [
        f"+SUCCESS|{UUID}|2026-11-21T08:00:00.000",
        f"SUCCESS|{UUID}|1763712000",
        f"+Success|{UUID}|21/11/2026 08:00",
        f" +SUCCESS| {UUID} |2026-11-21 |de plus\n",
    ],
)
@pytest.mark.parametrize("status", [200, 201, 202])
def test_a_success_gives_its_id(status: int, text: str) -> None:
    assert read(status, text) == UUID


@pytest.mark.parametrize(
    "text",
    [
        "",
        "OK",
        "+SUCCESS",
        f"+SUCCESS|{UUID}",
        f"+SUCCESS|{UUID}|",
        "+SUCCESS||2026-11-21",
        "+SUCCESS| |2026-11-21",
        f"FAILURE|{UUID}|2026-11-21",
        "<html>Bienvenue</html>",
        '{"statusCode": 200, "message": "accepted"}',
        "[]",
        "{}",
        "null",
    ],
)
def test_a_success_that_cannot_be_read_is_doubt(text: str) -> None:
    error = error_of(200, text)
    assert isinstance(error, OutcomeUnknown)
    assert error.code == "408"


@pytest.mark.parametrize("status", [301, 302, 307, 308, 408, 500, 502, 503, 504])
@pytest.mark.parametrize("text", ["", f"+SUCCESS|{UUID}|2026-11-21", SENDER, NUMBER, "-ERROR|1005|Numéro invalide"])
def test_a_redirection_a_time_out_and_a_server_error_are_doubt_whatever_they_say(status: int, text: str) -> None:
    assert isinstance(error_of(status, text), OutcomeUnknown)


@pytest.mark.parametrize("status", [200, 400, 422])
def test_an_unknown_sender_is_mended_on_the_connection(status: int) -> None:
    error = error_of(status, SENDER)
    assert isinstance(error, Misconfigured)
    assert error.code == "1003"
    assert "Sender ID must be one of them [VENTIS]" in str(error)
    assert "mettez dans le champ sender de la connexion ventis_default un nom de la liste" in str(error)


@pytest.mark.parametrize("status", [200, 400, 422])
def test_1003_about_something_else_is_a_refusal(status: int) -> None:
    error = error_of(status, violation("Message must not be empty"))
    assert isinstance(error, Rejected)
    assert error.code == "1003"
    assert "Message must not be empty" in str(error)


def test_an_error_may_come_without_its_array() -> None:
    error = error_of(400, json.dumps({"statusCode": 1005, "error": "Violation", "message": "Numéro invalide"}))
    assert isinstance(error, Rejected)
    assert error.code == "1005"


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("-ERROR|1005|Numéro invalide", "1005"),
        ("-error| E7 |Numéro invalide", "E7"),
        ("-ERROR| |Numéro invalide", "inconnu"),
        ("-ERROR|1005|Numéro invalide|de plus", "1005"),
    ],
)
def test_an_error_in_pipes_is_a_refusal(status: int, text: str, code: str) -> None:
    error = error_of(status, text)
    assert isinstance(error, Rejected)
    assert error.code == code
    assert "Numéro invalide" in str(error)


def test_an_error_in_pipes_about_the_sender_is_mended_on_the_connection() -> None:
    assert isinstance(error_of(200, "-ERROR|1003|Unknown sender"), Misconfigured)


@pytest.mark.parametrize("status", [400, 402, 409, 413, 422])
@pytest.mark.parametrize("text", ["", "<h1>Bad Request</h1>", "null"])
def test_another_client_error_is_a_refusal_that_nobody_explains(status: int, text: str) -> None:
    error = error_of(status, text)
    assert isinstance(error, TryLater)
    assert (error.code, error.fault) == (f"http_{status}", Fault.NOBODY)


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("Numéro invalide", Fault.NUMBER),
        ("Invalid phone", Fault.NUMBER),
        ("The recipient must match ^241", Fault.NUMBER),
        ("Message must not be empty", Fault.TEXT),
        ("Texte trop long", Fault.TEXT),
        ("The number of messages is over your quota", Fault.NOBODY),
        ("Solde insuffisant", Fault.NOBODY),
        ("Erreur", Fault.NOBODY),
    ],
)
def test_what_a_refusal_is_about_is_told_by_its_words_and_else_by_nobody(said: str, fault: Fault) -> None:
    error = error_of(400, violation(said, 1042))
    assert (error.code, error.fault) == ("1042", fault)
    assert isinstance(error, TryLater if fault is Fault.NOBODY else Rejected)


def test_a_code_that_nobody_knows_does_not_ask_to_check_the_number() -> None:
    said = str(error_of(400, "-ERROR|1042|Erreur"))
    assert "code inconnu" in said
    assert "rifiez le numéro" not in said


@pytest.mark.parametrize("status", [404, 405])
@pytest.mark.parametrize("text", ["", "<h1>Not Found</h1>", NUMBER])
def test_no_such_address_is_mended_on_the_connection(status: int, text: str) -> None:
    error = error_of(status, text)
    assert isinstance(error, Misconfigured)
    assert error.code == "ENDPOINT_NOT_FOUND"
    assert "ENDPOINT_NOT_FOUND" in str(error)
    assert "le champ host de la connexion ventis_default doit finir par /messaging/api/v1" in str(error)


@pytest.mark.parametrize("status", [401, 403])
def test_a_token_that_opens_nothing_is_mended_on_the_account(status: int) -> None:
    error = error_of(status)
    assert isinstance(error, Misconfigured)
    assert "le compte de la connexion ventis_default" in str(error)


@pytest.mark.parametrize(("value", "seconds"), [("7", 7.0), ("2020-01-01T00:00:00Z", 0.0), ("soon", None)])
def test_too_many_requests_is_later(value: str, seconds: float | None) -> None:
    error = error_of(429, **{"Retry-After": value})
    assert isinstance(error, TryLater)
    assert error.code == "429"
    assert error.retry_after == seconds


@pytest.mark.parametrize("number", ["24166123456", "+241 66 12 34 56", "066-12-34-56", "66.12.34.56", "066123456"])
@pytest.mark.parametrize("form", ["-ERROR|1005|Numéro {} invalide", violation("Numéro {} invalide", 1005)])
def test_a_number_in_the_words_of_ventis_is_masked(form: str, number: str) -> None:
    error = error_of(400, form.replace("{}", number))
    assert "•••• invalide" in str(error)
    assert number not in str(error)


def test_a_long_story_is_cut() -> None:
    assert str(error_of(400, f"-ERROR|1005|{'bla ' * 1000}")).count("bla") == 50


FIELDS = st.sampled_from(["error", "message", "statusCode"])
JSON = st.recursive(
    st.none() | st.text() | st.integers(), lambda part: st.lists(part) | st.dictionaries(FIELDS, part)
).map(json.dumps)
PIPES = st.from_regex(r"[+-]?(SUCCESS|ERROR)\|.*\|.*")


def test_an_error_too_deep_to_be_read_is_a_refusal() -> None:
    assert error_of(400, "[" * 100_000).code == "http_400"


@given(status=st.integers(200, 599), content=st.binary() | st.one_of(st.text(), PIPES, JSON).map(str.encode))
def test_any_answer_is_an_id_or_one_of_the_four_errors(status: int, content: bytes) -> None:
    try:
        assert read_answer(httpx.Response(status, content=content), "ventis_default").strip()
    except (TryLater, Rejected, Misconfigured, OutcomeUnknown) as error:
        assert error.code  # noqa: PT017 - either end is fine
