"""What each answer of Twilio means, for a message that was sent and for a question."""

import json

import httpx
import pytest

from relances_providers.errors import Fault, Misconfigured, OutcomeUnknown, ProviderError, Rejected, TryLater
from relances_providers.twilio.answers import failure, read_receipt, read_resource
from tests.providers.twilio_world import NUMBER, record, refusal, sid
from tests.support import one_sentence

HOUR, DAY = 3_600.0, 86_400.0


def answer(status: int, body: object = "", **headers: str) -> httpx.Response:
    text = body if isinstance(body, str) else json.dumps(body)
    return httpx.Response(status, text=text, headers={name.replace("_", "-"): value for name, value in headers.items()})


def error_of(response: httpx.Response) -> ProviderError:
    """What it means for a message."""
    with pytest.raises(ProviderError) as caught:
        read_receipt(response, "twilio_default")
    one_sentence(caught.value)
    return caught.value


def error_of_question(response: httpx.Response) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        read_resource(response, "twilio_default")
    one_sentence(caught.value)
    return caught.value


# --- a message ---


@pytest.mark.parametrize("prefix", ["SM", "MM"])
def test_a_message_accepted_has_its_id(prefix: str) -> None:
    wanted = f"{prefix}{sid(7)[2:]}"
    assert read_receipt(answer(201, record(1, sid=wanted)), "twilio_default") == wanted


@pytest.mark.parametrize(
    "response",
    [
        answer(201),
        answer(201, "<html>"),
        answer(201, '{"sid": "SM'),
        answer(201, []),
        answer(201, {"status": "queued"}),
        answer(201, {"sid": None}),
        answer(201, {"sid": "bonjour"}),
        answer(200, {"sid": "AC" + "0" * 32}),
        answer(408, refusal(20408, "timeout")),
        answer(307, Location="https://ailleurs.test"),
        answer(500, refusal(20500, "Internal")),
        answer(503, refusal(20429, "Too Many Requests")),
    ],
)
def test_an_answer_that_does_not_tell_is_a_doubt(response: httpx.Response) -> None:
    error = error_of(response)
    assert isinstance(error, OutcomeUnknown)
    assert error.code == "408"


@pytest.mark.parametrize(
    ("response", "kind", "code"),
    [
        (answer(400, refusal(21617, "too long")), Rejected, "21617"),
        (answer(400, refusal(63018, "rate")), TryLater, "63018"),
        (answer(400, refusal(30001, "Queue overflow")), TryLater, "30001"),
        (answer(401, refusal(20003, "Authenticate", 401)), Misconfigured, "20003"),
        (answer(401, refusal(70051, "Authorization Failed", 401)), Misconfigured, "70051"),
        (answer(401, refusal(20999, "inconnu", 401)), Misconfigured, "20003"),
        (answer(401, "<html>"), Misconfigured, "20003"),
        (answer(403, "<html>"), Misconfigured, "20403"),
        (answer(404, "<html>"), Misconfigured, "20404"),
        (answer(405), Misconfigured, "20404"),
        (answer(404, refusal(20404, "not found", 404)), Misconfigured, "20404"),
        (answer(429), TryLater, "20429"),
        (answer(429, refusal(20429, "Too Many Requests", 429)), TryLater, "20429"),
        (answer(429, refusal(63038, "daily", 429)), TryLater, "63038"),
        (answer(429, refusal(21610, "STOP", 429)), TryLater, "20429"),
        (answer(400, refusal(21999, "nouveau")), TryLater, "21999"),
        (answer(403, refusal(21998, "nouveau", 403)), TryLater, "21998"),
        (answer(413, "<html>"), TryLater, "http_413"),
        (answer(400, {"code": "x" * 200, "message": "?"}), TryLater, "http_400"),
        (answer(400, {"code": True, "message": ["?"]}), TryLater, "http_400"),
    ],
)
def test_a_refusal_is_what_its_code_says_or_else_its_status(
    response: httpx.Response, kind: type[ProviderError], code: str
) -> None:
    error = error_of(response)
    assert isinstance(error, kind)
    assert error.code == code


def test_the_newer_form_of_errors_is_read_too() -> None:
    body = {"type": "https://…", "title": "Bad Request", "status": 400, "code": 21211, "detail": "invalid 'To'"}
    error = error_of(answer(400, body))
    assert error.code == "21211"
    assert "invalid 'To'" in str(error)


def test_what_twilio_says_is_repeated_without_the_number() -> None:
    said = str(error_of(answer(400, refusal(21211, f"The 'To' number whatsapp:+{NUMBER} is not valid"))))
    assert "is not valid" in said
    assert NUMBER not in said


@pytest.mark.parametrize(
    ("code", "header", "expected"),
    [
        (20429, None, None),
        (20429, "7", 7.0),
        (63018, None, 6 * HOUR),
        (63018, "7", 6 * HOUR),
        (63038, "1", DAY),
    ],
)
def test_a_limit_says_how_long_to_wait_and_the_longest_counts(
    code: int, header: str | None, expected: float | None
) -> None:
    headers = {} if header is None else {"Retry_After": header}
    error = error_of(answer(429, refusal(code, "limit", 429), **headers))
    assert isinstance(error, TryLater)
    assert error.retry_after == expected


# --- a question ---


def test_a_question_answered_is_read() -> None:
    assert read_resource(answer(200, {"status": "active"}), "twilio_default") == {"status": "active"}


@pytest.mark.parametrize(
    "response",
    [
        answer(200),
        answer(200, "<html>"),
        answer(200, []),
        answer(307, Location="https://ailleurs.test"),
        answer(400, refusal(20001, "Invalid parameter")),
        answer(408),
        answer(500),
        answer(429, refusal(20429, "Too Many Requests", 429)),
    ],
)
def test_a_question_without_an_answer_may_be_asked_again(response: httpx.Response) -> None:
    assert isinstance(error_of_question(response), TryLater)


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_question_that_may_not_be_asked_is_a_setting(status: int) -> None:
    assert isinstance(error_of_question(answer(status)), Misconfigured)


# --- later ---


def test_a_failure_of_a_code_that_is_unknown_keeps_it_and_blames_nobody() -> None:
    error = failure("30999", "failed", f"nouveau +{NUMBER}", "twilio_default")
    assert isinstance(error, TryLater)
    assert (error.code, error.fault) == ("30999", Fault.NOBODY)
    assert "code inconnu" in str(error)
    assert NUMBER not in one_sentence(error)


@pytest.mark.parametrize("code", [None, "30999"])
@pytest.mark.parametrize("status", ["failed", "undelivered"])
def test_what_nobody_explains_does_not_ask_to_check_the_number(code: str | None, status: str) -> None:
    error = failure(code, status, "", "twilio_default")
    assert error.fault is Fault.NOBODY
    assert "rifiez le numéro" not in str(error)


def test_a_failure_without_a_code_has_that_of_its_status() -> None:
    assert failure(None, "undelivered", "", "twilio_default").code == "undelivered"


def test_what_somebody_called_off_is_not_sent_again() -> None:
    error = failure(None, "canceled", "", "twilio_default")
    assert isinstance(error, Rejected)
    assert (error.code, error.fault) == ("canceled", Fault.TEXT)
