"""What a real Keycloak answers, and what becomes of it: one token for all calls, or the sentence that says the cure."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import httpx
import pytest

from relances_providers.errors import Misconfigured
from relances_providers.http.client import Client
from relances_providers.http.token_auth import TokenAuth
from relances_providers.http.transport import AiohttpTransport
from relances_providers.keycloak.token import KeycloakAccount
from relances_providers.messaging import Message
from relances_providers.ventis.hook import VentisHook
from simulators.keycloak import DISABLED, INCOMPLETE, NO_DIRECT_ACCESS
from tests.keycloak.front import Front
from tests.keycloak.realms import PUBLIC_REALM, SECRET, SHORT_LIVED, SWITCHED_OFF, TOKEN_SECONDS
from tests.providers.servers import API, Connect, Simulated
from tests.support import one_sentence, wait_until

NUMBER = "24166123456"
ACCOUNT = KeycloakAccount(
    conn_id="ventis_default",
    host="",
    realm="Messaging",
    client_id="api-messaging",
    username="simulateur",
    password="simulateur",
    client_secret=SECRET,
)


async def send(*texts: str) -> None:
    """Send by the connection, all at once."""
    async with VentisHook().open() as sender:
        await asyncio.gather(*(sender.send(Message(NUMBER, text)) for text in texts))


async def ask(account: KeycloakAccount) -> httpx.Response:
    """Keycloak's answer to one token request."""
    async with httpx.AsyncClient(timeout=30) as client:
        return await client.send(account.request())


# --- a token ---


async def test_a_token_is_given_for_good_credentials(front: Front, keycloak: str) -> None:
    granted = ACCOUNT.read(await ask(replace(ACCOUNT, host=keycloak)))
    claims = await front.claims(granted.value)
    assert claims["azp"] == "api-messaging"
    assert TOKEN_SECONDS - 30 < granted.seconds <= TOKEN_SECONDS
    assert "email" in granted.scopes


@pytest.mark.parametrize("client_secret", ["", "superflu"])
async def test_a_public_client_needs_no_secret(front: Front, connect: Connect, client_secret: str) -> None:
    connect(front.url, realm=PUBLIC_REALM, client_secret=client_secret)
    async with VentisHook().open() as sender:
        await sender.check()
    assert front.token_requests == 1


# --- a refusal ---

REFUSALS = {
    "no secret": ({"client_secret": None}, "keycloak_secret_faux", "renseignez client_secret dans la connexion"),
    "wrong secret": ({"client_secret": "faux"}, "keycloak_secret_faux", "renseignez client_secret dans la connexion"),
    "unknown client": ({"client_id": "inconnu"}, "keycloak_client_inconnu", "vérifiez client_id"),
    "password grant off": (
        {"client_id": NO_DIRECT_ACCESS},
        "keycloak_direct_access",
        "activez « Direct access grants »",
    ),
    "unknown user": ({"login": "inconnu"}, "keycloak_identifiants", "vérifiez login et password"),
    "wrong password": ({"password": "faux"}, "keycloak_identifiants", "vérifiez login et password"),
    "account disabled": ({"login": DISABLED}, "keycloak_identifiants", "puis le compte dans Keycloak"),
    "account not set up": ({"login": INCOMPLETE}, "keycloak_identifiants", "puis le compte dans Keycloak"),
    "client switched off": ({"client_id": SWITCHED_OFF}, "keycloak_client_inconnu", "vérifiez client_id"),
    "unknown realm": ({"realm": "Autre"}, "keycloak_realm", "vérifiez realm et keycloak_host"),
}


@pytest.mark.parametrize(("changes", "code", "cure"), REFUSALS.values(), ids=REFUSALS)
async def test_a_refusal_names_the_connection_and_the_cure(
    front: Front, connect: Connect, changes: dict[str, object], code: str, cure: str
) -> None:
    connect(front.url, **{"client_secret": SECRET} | changes)
    with pytest.raises(Misconfigured) as caught:
        await send("Bonjour")
    assert caught.value.code == code
    assert cure in one_sentence(caught.value)
    assert "connexion ventis_default" in str(caught.value)
    assert SECRET not in str(caught.value)


async def test_an_address_that_is_not_keycloaks_names_its_field(front: Front, connect: Connect) -> None:
    connect(front.url, keycloak_host=f"{front.url}/auth", client_secret=SECRET)
    with pytest.raises(Misconfigured, match="vérifiez realm et keycloak_host"):
        await send("Bonjour")


async def test_a_password_is_sent_once_however_many_calls_wait(front: Front, connect: Connect) -> None:
    connect(front.url, client_secret=SECRET, password="faux")
    async with VentisHook().open() as sender:
        calls = (sender.send(Message(NUMBER, "Bonjour")) for _ in range(64))
        outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {Misconfigured}
    assert front.token_requests == 1


# --- sending ---


async def test_a_message_is_accepted_by_the_gateway_on_the_token_of_keycloak(
    front: Front, connect: Connect, simulated: Simulated
) -> None:
    connect(front.url, client_secret=SECRET)
    await send("Échéance dépassée")
    assert [(entry["to"], entry["text"]) for entry in await simulated.ledger()] == [(NUMBER, "Échéance dépassée")]
    assert front.refused == []


async def test_64_first_calls_make_one_token_request(front: Front, connect: Connect, simulated: Simulated) -> None:
    connect(front.url, client_secret=SECRET)
    texts = [f"Bonjour {n}" for n in range(64)]
    await send(*texts)
    assert sorted(entry["text"] for entry in await simulated.ledger()) == sorted(texts)
    assert front.token_requests == 1


# --- renewal ---


@asynccontextmanager
async def api(front: Front, auth: TokenAuth) -> AsyncIterator[Callable[[str], Awaitable[None]]]:
    """Sends a text through the gateway, which takes it."""
    async with Client(AiohttpTransport(), auth, timeout=30) as client:

        async def post(text: str) -> None:
            message = {"to": NUMBER, "sender": "VENTIS", "isOTP": False, "message": text}
            request = httpx.Request("POST", f"{front.url}{API}/message", json=message)
            assert (await client.send(request)).status_code == 200

        yield post


async def test_a_token_is_renewed_early(front: Front, simulated: Simulated) -> None:
    now = 0.0
    async with api(front, TokenAuth(replace(ACCOUNT, host=front.url), clock=lambda: now)) as post:
        await post("un")
        now = 0.9 * TOKEN_SECONDS
        await post("deux")
    assert [entry["text"] for entry in await simulated.ledger()] == ["un", "deux"]
    assert front.refused == []
    assert front.token_requests == 2


async def test_an_expired_token_is_renewed_once_when_it_is_refused(front: Front, simulated: Simulated) -> None:
    account = replace(ACCOUNT, host=front.url, client_id=SHORT_LIVED)
    async with api(front, TokenAuth(account, clock=lambda: 0.0)) as post:  # a clock by which no token ever expires
        await post("un")
        [claims] = front.accepted
        wait_until(lambda: time.time() > float(str(claims["exp"])), "the end of the token's life")
        await post("deux")
    assert [entry["text"] for entry in await simulated.ledger()] == ["un", "deux"]
    assert front.refused == ["ExpiredSignatureError"]
    assert front.token_requests == 2
