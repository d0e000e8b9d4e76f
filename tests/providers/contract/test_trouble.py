"""What every hook makes of what goes wrong: who may have the message, and that it received it once at most."""

import json
import ssl
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from relances_providers.errors import Misconfigured, OutcomeUnknown, ProviderError, Rejected, TryLater
from simulators.faults import Fault, Place
from tests.connexions import good_fields
from tests.providers.contract.cases import CASES, Case
from tests.providers.contract.line import TEXT, Line
from tests.providers.contract.rigged import Rigged, http, rigged
from tests.providers.misbehaving import OK, Ending, answer, answer_and_close, close, drip, reset, silence
from tests.providers.servers import Connect, Simulated

SOON_OVER = 0.5  # seconds that a call waits where no answer comes

# --- on the simulators ---

MEANINGS: dict[Fault, type[ProviderError]] = {
    Fault.RESET_BEFORE: OutcomeUnknown,
    Fault.RESET_AFTER: OutcomeUnknown,
    Fault.CLOSE_AFTER: OutcomeUnknown,
    Fault.HALF_ANSWER: OutcomeUnknown,
    Fault.TIMEOUT_BEFORE: OutcomeUnknown,
    Fault.TIMEOUT_AFTER: OutcomeUnknown,
    Fault.HTTP_500_BEFORE: OutcomeUnknown,
    Fault.HTTP_500_AFTER: OutcomeUnknown,
    Fault.HTTP_502_BEFORE: OutcomeUnknown,
    Fault.HTTP_502_AFTER: OutcomeUnknown,
    Fault.HTTP_503_BEFORE: OutcomeUnknown,
    Fault.HTTP_503_AFTER: OutcomeUnknown,
    Fault.HTTP_504_BEFORE: OutcomeUnknown,
    Fault.HTTP_504_AFTER: OutcomeUnknown,
    Fault.HTTP_429: TryLater,
    Fault.UNAUTHORIZED: Misconfigured,
    Fault.WRONG_SENDER: Misconfigured,
    Fault.INVALID_NUMBER: Rejected,
    Fault.GARBAGE_200: OutcomeUnknown,
    Fault.HTML_200: OutcomeUnknown,
    Fault.REDIRECT_307: OutcomeUnknown,
    Fault.REDIRECT_308: OutcomeUnknown,
    Fault.TOKEN_500: TryLater,
    Fault.TOKEN_TIMEOUT: TryLater,
    Fault.TOKEN_RESET: TryLater,
}
STRIKES = [
    pytest.param(case, fault, id=f"{case}-{fault}")
    for case in CASES
    for fault in MEANINGS
    if case.token or fault.place is not Place.TOKEN
]


def test_every_fault_that_can_befall_a_message_has_a_meaning() -> None:
    assert MEANINGS.keys() == {fault for fault in Fault if fault.place is not Place.LOOKUP}


def test_what_a_provider_may_have_is_always_doubt() -> None:
    assert {MEANINGS[fault] for fault in MEANINGS if fault.accepts} == {OutcomeUnknown}


@pytest.mark.parametrize(("case", "fault"), STRIKES, indirect=["case"])
async def test_a_fault_means_what_the_ledger_says(
    simulated: Simulated, connect: Connect, line: Line, fault: Fault
) -> None:
    connect(simulated.url, timeout=SOON_OVER if "timeout" in fault else 30)
    await simulated.fault(fault)
    assert type(await line.error()) is MEANINGS[fault]
    assert len(await simulated.ledger()) == fault.accepts


# --- down to the socket ---

DOUBTS: dict[str, Ending] = {
    "closed": close,
    "reset": reset,
    "half a head": answer_and_close(OK[:20]),
    "half a body": answer_and_close(http(201, TEXT)[:-1]),
    "half a chunk": answer_and_close(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nok"),
    "not HTTP": answer_and_close(b"SSH-2.0-OpenSSH_9.6\r\n\r\n"),
    "not gzip": answer(http(200, b"not gzip at all", Content_Encoding="gzip")),
    "not text": answer(http(200, b"\xff\xfe\x00", Content_Type="text/plain; charset=utf-16")),
    "nothing": answer(http(200, "")),
    "no content": answer(b"HTTP/1.1 204 No Content\r\n\r\n"),
    "half an object": answer(http(201, '{"sid":')),
    "a list": answer(http(201, "[]")),
    "null": answer(http(201, "null")),
    "an object of nulls": answer(http(201, '{"sid":null,"message_id":null,"session_id":null}')),
    "too deep": answer(http(201, "[" * 100_000)),
    "half a pipe": answer(http(200, "+SUCCESS|")),
    "a page": answer(http(200, "<html>Bienvenue</html>")),
    **{str(status): answer(http(status, "")) for status in (300, 408, 500, 502, 503, 504)},
    **{f"to /{status}": answer(http(status, "", Location=f"/{status}")) for status in (301, 302, 303, 307, 308)},
}


@pytest.mark.parametrize("ending", DOUBTS.values(), ids=DOUBTS)
async def test_an_answer_that_tells_nothing_is_doubt_and_the_message_was_received_once(
    provider: Rigged, line: Line, ending: Ending
) -> None:
    provider.ending = ending
    error = await line.error()
    assert type(error) is OutcomeUnknown
    assert error.code == "408"
    assert provider.messages == 1


@pytest.mark.parametrize("ending", [silence, drip], ids=["silence", "drip"])
async def test_a_call_waits_no_longer_than_the_connection_says(
    provider: Rigged, connect: Connect, line: Line, ending: Ending
) -> None:
    connect(provider.url, timeout=SOON_OVER)
    provider.ending = ending
    assert type(await line.error()) is OutcomeUnknown
    assert provider.messages == 1


async def test_the_next_message_goes_on_after_a_doubt(provider: Rigged, line: Line) -> None:
    takes = provider.ending
    async with line.case.hook().open() as sender:
        provider.ending = reset
        with pytest.raises(OutcomeUnknown):
            await sender.send(line.message)
        provider.ending = takes
        await sender.send(line.message)
    assert provider.messages == 2


async def test_a_server_that_is_down_is_tried_later_whichever_it_is(
    provider: Rigged, connect: Connect, line: Line, closed_port: str
) -> None:
    for field in line.case.hook().addresses:
        connect(provider.url, **{field: good_fields(line.case.name, closed_port)[field]})
        error = await line.error()
        assert type(error) is TryLater
        assert error.code == "injoignable"
        assert field in str(error)
        assert f"connexion {line.case.hook.default_conn_name}" in str(error)
    assert provider.messages == 0


# --- certificates ---


async def test_an_untrusted_certificate_is_for_a_person_to_mend(
    case: Case, connect: Connect, line: Line, self_signed: ssl.SSLContext
) -> None:
    async with rigged(case, self_signed) as provider:
        connect(provider.url)
        error = await line.error()
        assert provider.server.heads == []
    assert type(error) is Misconfigured
    assert error.code == "certificat"


async def test_an_untrusted_certificate_is_accepted_by_choice_and_the_choice_is_logged(
    case: Case, connect: Connect, line: Line, told: list[str], self_signed: ssl.SSLContext
) -> None:
    async with rigged(case, self_signed) as provider:
        connect(provider.url, verify_ssl=False)
        await line.send()
        assert provider.accepted == 1
    assert any(f"connexion {case.hook.default_conn_name} : vérification TLS désactivée" in said for said in told)


# --- 429 ---


def date(form: str) -> str:
    moment = datetime.now(UTC) + timedelta(seconds=90)
    return format_datetime(moment, usegmt=True) if form == "http-date" else moment.isoformat()


@pytest.mark.parametrize("form", ["seconds", "http-date", "iso"])
async def test_too_many_requests_says_when_to_come_back(provider: Rigged, line: Line, form: str) -> None:
    provider.ending = answer(http(429, "", Retry_After="90" if form == "seconds" else date(form)))
    error = await line.error()
    assert isinstance(error, TryLater)
    assert error.retry_after is not None
    assert 60 < error.retry_after <= 90
    assert provider.messages == 1


@pytest.mark.parametrize("headers", [{}, {"Retry_After": "soon"}], ids=["none", "words"])
async def test_too_many_requests_may_not_say_when_to_come_back(
    provider: Rigged, line: Line, headers: dict[str, str]
) -> None:
    provider.ending = answer(http(429, "", **headers))
    error = await line.error()
    assert isinstance(error, TryLater)
    assert error.retry_after is None


# --- refusals ---

UNREADABLE = [
    "",
    "{",
    "null",
    "[[]]",
    "[" * 100_000,
    '{"code": "trois", "message": 7}',
    "-ERROR|",
    "<h1>Bad Request</h1>",
]


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, TryLater),
        (401, Misconfigured),
        (403, Misconfigured),
        (404, Misconfigured),
        (422, TryLater),
        (429, TryLater),
    ],
)
async def test_a_refusal_that_cannot_be_read_is_known_by_its_status(
    provider: Rigged, line: Line, status: int, kind: type[ProviderError]
) -> None:
    async with line.case.hook().open() as sender:
        for body in UNREADABLE:
            provider.ending = answer(http(status, body))
            with pytest.raises(kind):
                await sender.send(line.message)


@pytest.mark.parametrize("shape", ["pipes", "list", "object", "words"])
async def test_a_provider_that_repeats_the_number_and_the_text_is_not_repeated(
    provider: Rigged, line: Line, shape: str
) -> None:
    number = line.case.number
    said = f"numéro +{number} ({number[:3]} {number[3:5]} {number[5:7]} {number[7:9]} {number[9:]}) invalide"
    body = {"error": "Violation", "message": said, "code": 7999, "statusCode": 1005, "echo": {"message": TEXT}}
    shapes = {
        "pipes": f"-ERROR|1005|{said}",
        "list": json.dumps([body]),
        "object": json.dumps(body, ensure_ascii=False),
        "words": f"<p>{said} : {TEXT}</p>",
    }
    for status in (200, 400, 403, 404, 409, 429, 500):
        provider.ending = answer(http(status, shapes[shape]))
        await line.error()
