"""The Ventis hook from its Airflow connection to the wire, on the simulators and on a gateway that answers as told."""

import asyncio
import json
import logging
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
import pytest
from aiohttp import web

from relances_providers.errors import Misconfigured, OutcomeUnknown, ProviderError, Rejected, TryLater
from relances_providers.messaging import Limits, Message
from relances_providers.ventis_hook import VentisHook
from simulators import Settings, serve
from simulators.faults import Fault

NUMBER = "24166123456"
BONJOUR = Message(NUMBER, "Bonjour")
PATH = "/messaging/api/v1"

Connect = Callable[..., None]


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch) -> Connect:
    """Set the connection ``ventis_default`` for a server, with these extra fields."""

    def set_connection(url: str, *, host: str | None = None, password: str = "simulateur", **extra: object) -> None:  # noqa: S107
        connection = {
            "conn_type": "ventis",
            "host": f"{url}{PATH}" if host is None else host,
            "login": "simulateur",
            "password": password,
            "extra": {"sender": "VENTIS", "keycloak_host": url, **extra},
        }
        monkeypatch.setenv("AIRFLOW_CONN_VENTIS_DEFAULT", json.dumps(connection))

    return set_connection


@dataclass(frozen=True, slots=True)
class Simulated:
    """Running simulators, and what they know."""

    url: str
    control: httpx.AsyncClient

    async def fault(self, fault: Fault, **particulars: object) -> None:
        plan = {"rules": [{"fault": fault, **particulars}]}
        assert (await self.control.put("/faults", json=plan)).status_code == 200

    async def ledger(self) -> list[dict[str, str]]:
        return list((await self.control.get("/ledger")).json()["entries"])

    async def requests(self) -> dict[str, int]:
        return dict((await self.control.get("/stats")).json()["requests"])


@pytest.fixture
async def simulated(connect: Connect) -> AsyncIterator[Simulated]:
    """The simulators, behind the connection ``ventis_default``."""
    async with serve(Settings()) as url, httpx.AsyncClient(base_url=url) as control:
        connect(url)
        yield Simulated(url, control)


async def send(message: Message = BONJOUR) -> str:
    """The id of one message sent through the connection."""
    async with VentisHook().open() as sender:
        return (await sender.send(message)).message_id


async def error_of(message: Message = BONJOUR) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        await send(message)
    return caught.value


# --- sending ---


async def test_a_message_sent_is_in_the_ledger_under_its_receipt(simulated: Simulated) -> None:
    receipt = await send()
    [entry] = await simulated.ledger()
    assert (entry["uuid"], entry["to"], entry["sender"], entry["text"]) == (receipt, NUMBER, "VENTIS", "Bonjour")


async def test_accents_and_signs_arrive_intact(simulated: Simulated) -> None:
    text = "Échéance dépassée : 15\u202f000\u00a0F CFA – « à régler » avant le 1ᵉʳ août 😀\nMairie"
    await send(Message(NUMBER, text))
    assert [entry["text"] for entry in await simulated.ledger()] == [text]


async def test_a_text_too_long_is_refused_without_a_call(simulated: Simulated) -> None:
    longest = VentisHook.capabilities.max_characters
    error = await error_of(Message(NUMBER, "a" * (longest + 1)))
    assert isinstance(error, Rejected)
    assert error.code == "trop_long"
    assert await simulated.requests() == {}
    assert await send(Message(NUMBER, "a" * longest))


async def test_a_call_past_its_time_is_not_made(simulated: Simulated) -> None:
    error = await error_of(Message(NUMBER, "Bonjour", not_after=time.monotonic() - 1))
    assert isinstance(error, TryLater)
    assert error.code == "trop_tard"
    assert f"{PATH}/message" not in await simulated.requests()


async def test_messages_of_one_account_share_one_token(simulated: Simulated) -> None:
    async with VentisHook().open() as sender:
        await asyncio.gather(*(sender.send(Message(NUMBER, f"Bonjour {n}")) for n in range(16)))
    assert sum(await simulated.requests().__await__() if False else (await simulated.requests()).values()) == 17


async def test_an_expired_token_is_renewed_and_the_message_sent_once(simulated: Simulated) -> None:
    await simulated.fault(Fault.UNAUTHORIZED, count=1)
    assert [entry["uuid"] for entry in await simulated.ledger()] == []
    receipt = await send()
    assert [entry["uuid"] for entry in await simulated.ledger()] == [receipt]


# --- what goes wrong ---

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


def test_every_fault_has_a_meaning() -> None:
    assert MEANINGS.keys() == set(Fault)


def test_what_the_provider_may_have_is_always_doubt() -> None:
    assert {MEANINGS[fault] for fault in Fault if fault.accepts} == {OutcomeUnknown}


@pytest.mark.parametrize("fault", Fault)
async def test_a_fault_means_what_the_ledger_says(simulated: Simulated, connect: Connect, fault: Fault) -> None:
    connect(simulated.url, timeout=0.2 if "timeout" in fault else 30)
    await simulated.fault(fault)
    error = await error_of()
    assert type(error) is MEANINGS[fault]
    assert len(await simulated.ledger()) == fault.accepts


@pytest.mark.parametrize(
    ("form", "least", "most"), [("seconds", 90, 90), ("http-date", 80, 90), ("absent", None, None)]
)
async def test_429_says_when_to_come_back(
    simulated: Simulated, form: str, least: float | None, most: float | None
) -> None:
    await simulated.fault(Fault.HTTP_429, seconds=90, retry_after=form)
    error = await error_of()
    assert isinstance(error, TryLater)
    if least is None or most is None:
        assert error.retry_after is None
    else:
        assert error.retry_after is not None
        assert least <= error.retry_after <= most


async def test_a_server_that_is_down_is_tried_later_naming_both_addresses(connect: Connect) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        connect(f"http://127.0.0.1:{unused.getsockname()[1]}")
        error = await error_of()
    assert isinstance(error, TryLater)
    assert error.code == "injoignable"
    assert "vérifiez host et keycloak_host de la connexion ventis_default" in str(error)


async def test_a_gateway_that_is_down_is_tried_later(simulated: Simulated, connect: Connect) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        connect(simulated.url, host=f"http://127.0.0.1:{unused.getsockname()[1]}")
        assert isinstance(await error_of(), TryLater)


async def test_a_wrong_path_is_named_endpoint_not_found(simulated: Simulated, connect: Connect) -> None:
    connect(simulated.url, host=f"{simulated.url}/api")
    error = await error_of()
    assert isinstance(error, Misconfigured)
    assert "ENDPOINT_NOT_FOUND" in str(error)
    assert "host de la connexion ventis_default" in str(error)


async def test_a_sender_off_the_list_is_mended_on_the_connection(simulated: Simulated, connect: Connect) -> None:
    connect(simulated.url, sender="INCONNU")
    error = await error_of()
    assert isinstance(error, Misconfigured)
    assert error.code == "1003"
    assert "Sender ID must be one of them [VENTIS]" in str(error)
    assert "corrigez sender dans la connexion ventis_default" in str(error)


async def test_an_invalid_number_is_refused_and_the_next_message_goes_on(simulated: Simulated) -> None:
    async with VentisHook().open() as sender:
        with pytest.raises(Rejected) as caught:
            await sender.send(Message("24101", "Bonjour"))
        await sender.send(BONJOUR)
    assert caught.value.code == "1005"
    assert [entry["to"] for entry in await simulated.ledger()] == [NUMBER]


# --- on the wire ---


@dataclass
class Gateway:
    """A Ventis and a Keycloak that answer as told and note what they receive."""

    status: int = 200
    text: str = "+SUCCESS|6f1c2a34-0d4e-4f6a-9b1c-2d3e4f5a6b7c|2026-11-21T08:00:00"
    received: list[web.Request] = field(default_factory=list)
    bodies: list[object] = field(default_factory=list)

    async def token(self, _request: web.Request) -> web.Response:
        return web.json_response({"access_token": "jeton-de-test", "expires_in": 300})

    async def message(self, request: web.Request) -> web.Response:
        self.received.append(request)
        self.bodies.append(await request.json())
        return web.Response(status=self.status, text=self.text)


@pytest.fixture
async def gateway(connect: Connect) -> AsyncIterator[Gateway]:
    told = Gateway()
    app = web.Application()
    app.router.add_post("/realms/Messaging/protocol/openid-connect/token", told.token)
    app.router.add_post(f"{PATH}/message", told.message)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    connect(f"http://127.0.0.1:{runner.addresses[0][1]}")
    yield told
    await runner.cleanup()
