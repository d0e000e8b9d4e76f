"""No secret, no text and no whole phone number reaches a log, an error or a repr, whatever happens in a session."""

import json
import logging
import traceback

import pytest

from relances_providers.errors import ProviderError
from relances_providers.messaging import Message
from relances_providers.ventis_hook import VentisHook
from simulators import Settings, serve
from simulators.faults import Fault, Plan, Rule
from tests.providers.servers import Connect, Gateway

NUMBER = "24166123456"
TEXT = "Texte confidentiel"
PASSWORD = "mot-de-passe-confidentiel"
SECRET = "secret-du-client"
TOKEN = "jeton-confidentiel"
HIDDEN = [NUMBER, NUMBER[3:], "66 12 34 56", TEXT, PASSWORD, SECRET, TOKEN]


class Session:
    """Sends through the connection and keeps all that is let out."""

    def __init__(self, caplog: pytest.LogCaptureFixture) -> None:
        self._caplog = caplog
        self._told: list[str] = []
        self.failures = 0

    async def send(self) -> None:
        message = Message(NUMBER, TEXT)
        try:
            async with VentisHook().open() as sender:
                self._told.append(f"{message!r} {vars(sender)}")
                await sender.send(message)
        except ProviderError as error:
            self.failures += 1
            self._told.append("".join(traceback.format_exception(error)))

    def leaks(self) -> list[str]:
        """What was told and should not have been."""
        told = "\n".join([self._caplog.text, *self._told])
        return [hidden for hidden in HIDDEN if hidden in told]


@pytest.fixture
def session(caplog: pytest.LogCaptureFixture) -> Session:
    caplog.set_level(logging.DEBUG)
    return Session(caplog)


async def test_a_success_tells_nothing_even_in_debug(
    session: Session, gateway: Gateway, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    gateway.access_token = TOKEN
    connect(gateway.url, password=PASSWORD, client_secret=SECRET, debug=True)
    await session.send()
    assert gateway.authorizations == [f"Bearer {TOKEN}"]
    assert "+241••••3456" in caplog.text
    assert session.leaks() == []


@pytest.mark.parametrize("fault", list(Fault))
async def test_no_fault_makes_it_tell(session: Session, connect: Connect, fault: Fault) -> None:
    settings = Settings(password=PASSWORD, client_secret=SECRET, plan=Plan(rules=(Rule(fault=fault),)))
    async with serve(settings) as url:
        connect(url, password=PASSWORD, client_secret=SECRET, timeout=0.2 if "timeout" in fault else 30)
        await session.send()
    assert session.failures == 1
    assert session.leaks() == []


@pytest.mark.parametrize("status", [200, 400, 404, 500])
@pytest.mark.parametrize("number", [NUMBER, "+241 66 12 34 56"])
async def test_a_provider_that_repeats_the_number_is_not_repeated(
    session: Session, gateway: Gateway, status: int, number: str
) -> None:
    violation = {"error": "Violation", "message": f"Numéro {number} invalide", "statusCode": 1005}
    for text in (f"-ERROR|1005|Numéro {number} invalide", json.dumps([violation]), f"Numéro {number} invalide"):
        gateway.status, gateway.text = status, text
        await session.send()
    assert session.failures == 3
    assert session.leaks() == []


@pytest.mark.parametrize(
    "changes",
    [
        {"login": "inconnu"},
        {"realm": "Autre"},
        {"client_id": "inconnu"},
        {"host": "http://127.0.0.1:1"},
        {"keycloak_host": "http://127.0.0.1:1"},
        {"host": f"https://agent:{SECRET}@ventis.invalid"},
        {"timeout": "vite"},
        {"client_secret": None},
    ],
    ids=str,
)
async def test_a_wrong_connection_tells_no_secret(
    session: Session, connect: Connect, changes: dict[str, str | None]
) -> None:
    async with serve(Settings(password=PASSWORD, client_secret=SECRET)) as url:
        connect(url, **{"password": PASSWORD, "client_secret": SECRET} | changes)
        await session.send()
    assert session.failures == 1
    assert session.leaks() == []
