"""What is Ventis' own in its hook, from the Airflow connection to the wire; the rest is the contract's."""

import asyncio
import json

import pytest

from relances_providers.errors import Misconfigured, ProviderError, Rejected, TryLater
from relances_providers.messaging import Limits, Message, Verdict
from relances_providers.ventis.hook import VentisHook
from tests.providers.servers import Connect, Gateway, Simulated
from tests.support import one_sentence

NUMBER = "24166123456"
BONJOUR = Message(NUMBER, "Bonjour")


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


# --- on the wire ---


async def test_a_message_is_in_the_ledger_under_its_receipt(simulated: Simulated) -> None:
    receipt = await send()
    [entry] = await simulated.ledger()
    assert (entry["uuid"], entry["to"], entry["sender"], entry["text"]) == (receipt, NUMBER, "VENTIS", "Bonjour")


async def test_the_body_is_what_ventis_documents(gateway: Gateway) -> None:
    await send()
    assert gateway.bodies == [{"to": NUMBER, "sender": "VENTIS", "isOTP": False, "message": "Bonjour"}]
    assert gateway.authorizations == ["Bearer jeton-de-test"]


async def test_is_otp_is_a_text_when_the_connection_says_so(gateway: Gateway, connect: Connect) -> None:
    connect(gateway.url, is_otp_as_text=True)
    await send()
    assert [body["isOTP"] for body in gateway.bodies] == ["false"]


# --- refusals ---


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


def test_limits_are_prudent_by_default(connect: Connect) -> None:
    connect("https://ventis.invalid")
    assert VentisHook().limits == Limits(rate_per_second=5, max_in_flight=16, timeout=30)


@pytest.mark.parametrize(
    ("name", "value"), [("keycloak_host", "ftp://keycloak.invalid"), ("is_otp_as_text", "parfois"), ("sender", None)]
)
def test_a_wrong_field_is_told_in_one_sentence(connect: Connect, name: str, value: object) -> None:
    connect("https://ventis.invalid", **{name: value})
    with pytest.raises(Misconfigured) as caught:
        _ = VentisHook().limits
    assert one_sentence(caught.value).startswith(f"connexion ventis_default : le champ {name} ")


@pytest.mark.parametrize("name", ["host", "keycloak_host", "realm", "client_id", "client_secret", "timeout"])
def test_a_field_left_empty_has_a_default(connect: Connect, name: str) -> None:
    connect("https://ventis.invalid", **{name: ""})
    assert VentisHook().limits.timeout == 30


# --- checking it ---


async def test_a_wrong_realm_is_told_with_its_cure(simulated: Simulated, connect: Connect) -> None:
    connect(simulated.url, realm="Autre")
    works, said = await asyncio.to_thread(VentisHook().test_connection)
    assert not works
    assert "vérifiez realm et keycloak_host dans la connexion ventis_default" in said


@pytest.mark.parametrize(("status", "kind", "code"), [(401, Misconfigured, "401"), (503, TryLater, "indisponible")])
async def test_a_gateway_that_would_take_no_message_does_not_pass(
    gateway: Gateway, status: int, kind: type[ProviderError], code: str
) -> None:
    gateway.root_status = status
    async with VentisHook().open() as sender:
        with pytest.raises(kind) as caught:
            await sender.check()
    assert caught.value.code == code


@pytest.mark.parametrize("status", [200, 403, 404, 405])
async def test_what_a_gateway_answers_where_nothing_is_published_tells_nothing(gateway: Gateway, status: int) -> None:
    gateway.root_status = status
    async with VentisHook().open() as sender:
        await sender.check()


async def test_the_sender_is_seen_at_the_first_message_only(simulated: Simulated) -> None:
    async with VentisHook().open() as sender:
        [finding] = await sender.diagnose()
    assert (finding.part, finding.verdict) == ("sender", Verdict.UNSEEN)
    assert "VENTIS" in finding.text
    assert await simulated.requests() == {}
