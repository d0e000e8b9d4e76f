"""What a connection logs: in debug every request and answer, discreetly; otherwise nothing."""

import logging

import httpx
import pytest

from relances_providers.connection_fields import ConnectionFields
from relances_providers.http.wire import Wire
from relances_providers.messaging import Limits
from tests.providers.misbehaving import OK, answer, misbehaving

NUMBER = "24166123456"
TEXT = 'Échéance dépassée : « à régler » & "vite" avant le 30'
LOGGER = "relances_providers.http.traffic_log"
TWILIO = {"To": f"whatsapp:+{NUMBER}", "Body": TEXT}
VENTIS = {"to": NUMBER, "message": TEXT}
TOKEN = {"grant_type": "password", "username": "agent", "password": "mot-de-passe", "client_secret": "s3cret"}


def wire(**values: object) -> Wire:
    fields = ConnectionFields("ventis_default", values)
    return Wire.of(fields, "Ventis", "host", Limits(rate_per_second=5, max_in_flight=16, timeout=5))


def answered(body: str) -> bytes:
    content = body.encode()
    return f"HTTP/1.1 200 OK\r\nContent-Length: {len(content)}\r\n\r\n".encode() + content


async def logged(
    caplog: pytest.LogCaptureFixture, reply: bytes = OK, auth: httpx.Auth | None = None, **request: object
) -> list[str]:
    """What a POST leaves in the log of a connection in debug; the address of the server left out."""
    caplog.set_level(logging.DEBUG)
    async with misbehaving(answer(reply)) as server, wire(debug=True).client() as client:
        asked = httpx.Request("POST", f"{server.url}/message", **request)  # type: ignore[arg-type]
        await client.send(asked, auth)
        assert NUMBER not in caplog.text
        return [message.replace(server.url, "") for name, _, message in caplog.record_tuples if name == LOGGER]


async def test_a_request_and_its_answer_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    assert await logged(caplog, answered(f"-ERROR|1005|{NUMBER} refusé"), json=VENTIS) == [
        f'→ POST /message {{"to": "+241••••3456", "message": "<{len(TEXT)} caractères>"}}',
        "← 200 /message -ERROR|1005|•••• refusé",
    ]


async def test_a_form_is_logged_by_its_fields(caplog: pytest.LogCaptureFixture) -> None:
    request, _ = await logged(caplog, data=TWILIO)
    assert request == f'→ POST /message {{"To": "whatsapp:+241••••3456", "Body": "<{len(TEXT)} caractères>"}}'


async def test_a_token_request_is_logged_without_what_opens(caplog: pytest.LogCaptureFixture) -> None:
    request, given = await logged(caplog, answered('{"access_token":"un-jeton","expires_in":300}'), data=TOKEN)
    assert '"username": "agent", "password": "••••", "client_secret": "••••"' in request
    assert given == '← 200 /message {"access_token": "••••", "expires_in": 300}'


async def test_a_query_is_logged_without_its_number(caplog: pytest.LogCaptureFixture) -> None:
    request, _ = await logged(caplog, params={"To": f"whatsapp:+{NUMBER}", "PageSize": "1000"})
    assert request == "→ POST /message?To=whatsapp:+241••••3456&PageSize=1000 "


@pytest.mark.parametrize(
    "written",
    [
        TEXT,
        TEXT.replace('"', '\\"'),
        TEXT.replace('"', "&quot;").replace("&", "&amp;", 1),
        TEXT.encode("ascii", "backslashreplace").decode().replace("\\x", "\\u00").replace('"', '\\"'),
    ],
    ids=["as it is", "in JSON", "in a page", "in ASCII JSON"],
)
async def test_a_text_that_the_provider_repeats_is_hidden(caplog: pytest.LogCaptureFixture, written: str) -> None:
    _, given = await logged(caplog, answered(f"-ERROR|1001|Refusé : {written}"), json=VENTIS)
    assert given == "← 200 /message -ERROR|1001|Refusé : ••••"


async def test_headers_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    lines = await logged(
        caplog, headers={"Authorization": "Bearer un-jeton"}, auth=httpx.BasicAuth("agent", "mot-de-passe")
    )
    assert "Bearer" not in caplog.text
    assert "Basic" not in caplog.text
    assert len(lines) == 2


async def test_without_debug_nothing_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    async with misbehaving(answer(OK)) as server, wire().client() as client:
        await client.get(f"{server.url}/Messages.json", {"To": f"whatsapp:+{NUMBER}"})
    assert caplog.records == []


async def test_tls_left_unverified_is_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    async with wire(verify_ssl=False).client():
        pass
    [warning] = caplog.records
    assert warning.levelno == logging.WARNING
    assert "connexion ventis_default : vérification TLS désactivée (verify_ssl=false)" in warning.getMessage()


async def test_tls_verified_is_nothing_to_log(caplog: pytest.LogCaptureFixture) -> None:
    async with wire().client():
        pass
    assert caplog.records == []
