"""The Ventis hook from its Airflow connection to the wire, on the simulators and on a gateway that answers as told."""

import asyncio
import json
import socket
import ssl
import time
from collections.abc import Iterator

import pytest

from relances_providers.errors import Misconfigured, OutcomeUnknown, ProviderError, Rejected, TryLater
from relances_providers.messaging import Limits, Message
from relances_providers.ventis_hook import VentisHook
from simulators.faults import Fault
from tests.providers.misbehaving import answer, misbehaving
from tests.providers.servers import API, TOKEN, Connect, Gateway, Simulated
from tests.support import one_sentence

NUMBER = "24166123456"
BONJOUR = Message(NUMBER, "Bonjour")
MESSAGE = f"{API}/message"
TOKEN_GIVEN = b'HTTP/1.1 200 OK\r\nContent-Length: 38\r\n\r\n{"access_token":"un","expires_in":300}'


@pytest.fixture
def closed_port() -> Iterator[str]:
    """An address that refuses connections."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"


async def send(message: Message = BONJOUR) -> str:
    """The id of one message sent through the connection."""
    async with VentisHook().open() as sender:
        return (await sender.send(message)).message_id


async def error_of(message: Message = BONJOUR) -> ProviderError:
    """How sending it fails."""
    with pytest.raises(ProviderError) as caught:
        await send(message)
    one_sentence(caught.value)
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


async def test_all_messages_of_an_open_account_share_one_token(simulated: Simulated) -> None:
    async with VentisHook().open() as sender:
        await asyncio.gather(*(sender.send(Message(NUMBER, f"Bonjour {n}")) for n in range(16)))
    assert len(await simulated.ledger()) == 16
    assert await simulated.requests() == {TOKEN: 1, MESSAGE: 16}


async def test_a_token_refused_once_is_renewed_and_the_message_sent_once(simulated: Simulated) -> None:
    await simulated.fault(Fault.UNAUTHORIZED, count=1)
    receipt = await send()
    assert [entry["uuid"] for entry in await simulated.ledger()] == [receipt]


async def test_a_text_too_long_is_refused_without_a_call(simulated: Simulated) -> None:
    longest = VentisHook.capabilities.max_characters
    error = await error_of(Message(NUMBER, "a" * (longest + 1)))
    assert isinstance(error, Rejected)
    assert error.code == "trop_long"
    assert await simulated.requests() == {}


async def test_the_longest_text_is_sent(simulated: Simulated) -> None:
    assert await send(Message(NUMBER, "a" * VentisHook.capabilities.max_characters))
    assert len(await simulated.ledger()) == 1


async def test_a_call_past_its_time_is_not_made(simulated: Simulated) -> None:
    error = await error_of(Message(NUMBER, "Bonjour", not_after=time.monotonic() - 1))
    assert isinstance(error, TryLater)
    assert error.code == "trop_tard"
    assert MESSAGE not in await simulated.requests()


async def test_the_body_is_what_ventis_documents(gateway: Gateway) -> None:
    await send()
    assert gateway.bodies == [{"to": NUMBER, "sender": "VENTIS", "isOTP": False, "message": "Bonjour"}]
    assert gateway.authorizations == ["Bearer jeton-de-test"]


async def test_is_otp_is_a_text_when_the_connection_says_so(gateway: Gateway, connect: Connect) -> None:
    connect(gateway.url, is_otp_as_text=True)
    await send()
    assert [body["isOTP"] for body in gateway.bodies] == ["false"]


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


@pytest.mark.parametrize("fault", list(Fault))
async def test_a_fault_means_what_the_ledger_says(simulated: Simulated, connect: Connect, fault: Fault) -> None:
    connect(simulated.url, timeout=0.2 if "timeout" in fault else 30)
    await simulated.fault(fault)
    error = await error_of()
    assert type(error) is MEANINGS[fault]
    assert len(await simulated.ledger()) == fault.accepts


@pytest.mark.parametrize(("form", "least", "most"), [("seconds", 90, 90), ("http-date", 80, 90)])
async def test_429_says_when_to_come_back(simulated: Simulated, form: str, least: float, most: float) -> None:
    await simulated.fault(Fault.HTTP_429, seconds=90, retry_after=form)
    error = await error_of()
    assert isinstance(error, TryLater)
    assert error.retry_after is not None
    assert least <= error.retry_after <= most


async def test_429_may_not_say_when_to_come_back(simulated: Simulated) -> None:
    await simulated.fault(Fault.HTTP_429, retry_after="absent")
    error = await error_of()
    assert isinstance(error, TryLater)
    assert error.retry_after is None


async def test_a_keycloak_that_is_down_is_tried_later(simulated: Simulated, connect: Connect, closed_port: str) -> None:
    connect(simulated.url, keycloak_host=closed_port)
    error = await error_of()
    assert isinstance(error, TryLater)
    assert error.code == "injoignable"
    assert "vérifiez host et keycloak_host de la connexion ventis_default" in str(error)


async def test_a_gateway_that_is_down_is_tried_later(simulated: Simulated, connect: Connect, closed_port: str) -> None:
    connect(simulated.url, host=closed_port)
    error = await error_of()
    assert isinstance(error, TryLater)
    assert error.code == "injoignable"
    assert "vérifiez host et keycloak_host de la connexion ventis_default" in str(error)


async def test_a_call_waits_no_longer_than_the_connection_says(simulated: Simulated, connect: Connect) -> None:
    connect(simulated.url, timeout=0.2)
    await simulated.fault(Fault.TIMEOUT_AFTER)
    began = time.monotonic()
    await error_of()
    assert time.monotonic() - began < 2


async def test_an_untrusted_certificate_is_for_a_person_to_mend(connect: Connect, self_signed: ssl.SSLContext) -> None:
    async with misbehaving(answer(TOKEN_GIVEN), self_signed) as server:
        connect(server.url)
        error = await error_of()
        assert server.bodies == []
    assert isinstance(error, Misconfigured)
    assert "certificat TLS refusé" in str(error)


async def test_an_untrusted_certificate_is_accepted_without_verify_ssl(
    connect: Connect, self_signed: ssl.SSLContext
) -> None:
    async with misbehaving(answer(TOKEN_GIVEN), self_signed) as server:
        connect(server.url, verify_ssl=False)
        async with VentisHook().open() as sender:
            await sender.check()


async def test_a_wrong_path_is_endpoint_not_found(simulated: Simulated, connect: Connect) -> None:
    connect(simulated.url, host=f"{simulated.url}/api")
    error = await error_of()
    assert isinstance(error, Misconfigured)
    assert error.code == "ENDPOINT_NOT_FOUND"
    assert "le champ host de la connexion ventis_default doit finir par /messaging/api/v1" in str(error)


async def test_a_sender_off_the_list_is_mended_on_the_connection(simulated: Simulated, connect: Connect) -> None:
    connect(simulated.url, sender="INCONNU")
    error = await error_of()
    assert isinstance(error, Misconfigured)
    assert error.code == "1003"
    assert "Sender ID must be one of them [VENTIS]" in str(error)
    assert "mettez dans le champ sender de la connexion ventis_default un nom de la liste" in str(error)


async def test_an_invalid_number_is_refused_and_the_next_message_goes_on(simulated: Simulated) -> None:
    async with VentisHook().open() as sender:
        with pytest.raises(Rejected) as caught:
            await sender.send(Message("24101", "Bonjour"))
        await sender.send(BONJOUR)
    assert caught.value.code == "1005"
    assert [entry["to"] for entry in await simulated.ledger()] == [NUMBER]


async def test_1003_about_something_else_is_a_refusal(gateway: Gateway) -> None:
    gateway.status = 400
    gateway.text = json.dumps([{"error": "Violation de contrainte", "message": "Texte vide", "statusCode": 1003}])
    error = await error_of()
    assert isinstance(error, Rejected)
    assert error.code == "1003"
    assert "Texte vide" in str(error)


async def test_an_error_in_pipes_is_a_refusal(gateway: Gateway) -> None:
    gateway.text = "-ERROR|1005|Numéro invalide"
    error = await error_of()
    assert isinstance(error, Rejected)
    assert error.code == "1005"
    assert "Numéro invalide" in str(error)


# --- the connection ---


def test_limits_are_those_of_the_connection(connect: Connect) -> None:
    connect("https://ventis.invalid", rate_per_second=0.5, max_in_flight=4, timeout=10)
    assert VentisHook().limits == Limits(rate_per_second=0.5, max_in_flight=4, timeout=10)


def test_limits_are_prudent_by_default(connect: Connect) -> None:
    connect("https://ventis.invalid")
    assert VentisHook().limits == Limits(rate_per_second=5, max_in_flight=16, timeout=30)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("host", "messaging.ventis.invalid"),
        ("host", "https://agent:s3cret@ventis.invalid"),
        ("keycloak_host", "ftp://keycloak.invalid"),
        ("sender", None),
        ("sender", " "),
        ("login", None),
        ("password", ""),
        ("is_otp_as_text", "parfois"),
        ("verify_ssl", "peut-être"),
        ("debug", "beaucoup"),
        ("timeout", "vite"),
        ("timeout", 0),
        ("timeout", "inf"),
        ("max_in_flight", 0),
        ("max_in_flight", "inf"),
        ("rate_per_second", 0),
        ("rate_per_second", "nan"),
    ],
)
def test_a_wrong_field_is_told_in_one_sentence(connect: Connect, name: str, value: object) -> None:
    connect("https://ventis.invalid", **{name: value})
    with pytest.raises(Misconfigured) as caught:
        _ = VentisHook().limits
    sentence = one_sentence(caught.value)
    assert sentence.startswith(f"connexion ventis_default : le champ {name} ")
    assert "corrigez-le dans Admin → Connections" in sentence
    assert "s3cret" not in sentence


@pytest.mark.parametrize("name", ["host", "keycloak_host", "realm", "client_id", "client_secret", "timeout"])
def test_a_field_left_empty_has_a_default(connect: Connect, name: str) -> None:
    connect("https://ventis.invalid", **{name: ""})
    assert VentisHook().limits.timeout == 30


def test_another_connection_may_be_named(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_VENTIS_MAIRIE", json.dumps({"conn_type": "ventis", "host": "rien"}))
    with pytest.raises(Misconfigured, match="connexion ventis_mairie : le champ host"):
        _ = VentisHook("ventis_mairie").limits


# --- the "Test" button ---


async def press_test() -> tuple[bool, str]:
    """As Airflow does: from a thread that has no event loop."""
    return await asyncio.to_thread(VentisHook().test_connection)


async def test_the_test_button_asks_for_a_token_and_sends_nothing(simulated: Simulated) -> None:
    assert await press_test() == (True, "Ventis Messaging (SMS) : la connexion fonctionne — connection works")
    assert (await simulated.requests())[TOKEN] == 1
    assert await simulated.ledger() == []


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"password": "faux"}, "vérifiez login et password de la connexion ventis_default"),
        ({"realm": "Autre"}, "vérifiez realm et keycloak_host dans la connexion ventis_default"),
        ({"sender": ""}, "connexion ventis_default : le champ sender est vide"),
    ],
)
async def test_the_test_button_says_what_to_mend(
    simulated: Simulated, connect: Connect, changes: dict[str, str], reason: str
) -> None:
    connect(simulated.url, **changes)
    works, message = await press_test()
    assert not works
    assert reason in message


async def test_the_test_button_says_what_is_out_of_reach(
    simulated: Simulated, connect: Connect, closed_port: str
) -> None:
    connect(simulated.url, host=closed_port)
    works, message = await press_test()
    assert not works
    assert "127.0.0.1 est injoignable" in message
