"""The token of Keycloak: one for all calls, renewed early, renewed once when refused, never asked for in a storm.

What the flow decides is tested by handing it answers; what many calls at once make of it, on the simulators.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from urllib.parse import parse_qs

import httpx
import pytest

from relances_providers.errors import Misconfigured, TryLater
from relances_providers.http.client import Client
from relances_providers.http.token_auth import TOKEN_REQUEST, TokenAuth
from relances_providers.http.transport import AiohttpTransport
from relances_providers.keycloak.token import KeycloakAccount
from simulators import Settings, serve
from simulators.faults import Fault, Latency, Plan, Rule

Flow = AsyncGenerator[httpx.Request, httpx.Response]

ACCOUNT = KeycloakAccount(
    conn_id="ventis_default",
    host="https://keycloak.invalid",
    realm="Messaging",
    client_id="api-messaging",
    username="simulateur",
    password="simulateur",
)
OK = httpx.Response(200)
REFUSED = httpx.Response(401)
MESSAGE = {"to": "24166123456", "sender": "VENTIS", "isOTP": False, "message": "Bonjour"}


class Clock:
    """Monotonic seconds that pass when told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def auth(clock: Clock) -> TokenAuth:
    return TokenAuth(ACCOUNT, clock=clock)


def call(auth: TokenAuth) -> Flow:
    """The flow of one call to the API."""
    timeout = httpx.Timeout(7).as_dict()
    return auth.async_auth_flow(httpx.Request("POST", "https://api.invalid/message", extensions={"timeout": timeout}))


def token(value: str, **fields: object) -> httpx.Response:
    return httpx.Response(200, json={"access_token": value, "expires_in": 300} | fields)


def asks_for_token(request: httpx.Request) -> bool:
    return TOKEN_REQUEST in request.extensions


def bearer(request: httpx.Request) -> str:
    assert not asks_for_token(request)
    return request.headers["Authorization"]


async def ended(flow: Flow, last: httpx.Response) -> None:
    """The flow is content with this answer."""
    with pytest.raises(StopAsyncIteration):
        await flow.asend(last)


async def log_in(auth: TokenAuth, answer: httpx.Response) -> None:
    """One call that obtains a token and succeeds."""
    flow = call(auth)
    assert asks_for_token(await anext(flow))
    await flow.asend(answer)
    await ended(flow, OK)


async def next_bearer(auth: TokenAuth) -> str:
    """What a new call carries; it does not ask for a token."""
    flow = call(auth)
    carried = bearer(await anext(flow))
    await ended(flow, OK)
    return carried


# --- what is asked ---


async def test_the_first_call_asks_for_a_token_and_carries_it(auth: TokenAuth) -> None:
    flow = call(auth)
    request = await anext(flow)
    assert request.method == "POST"
    assert str(request.url) == "https://keycloak.invalid/realms/Messaging/protocol/openid-connect/token"
    assert parse_qs(request.content.decode()) == {
        "grant_type": ["password"],
        "client_id": ["api-messaging"],
        "username": ["simulateur"],
        "password": ["simulateur"],
    }
    assert bearer(await flow.asend(token("un"))) == "Bearer un"
    await ended(flow, OK)


async def test_the_secret_of_a_confidential_client_is_sent() -> None:
    flow = call(TokenAuth(replace(ACCOUNT, client_secret="s3cret")))
    form = parse_qs((await anext(flow)).content.decode())
    assert form["client_secret"] == ["s3cret"]
    await flow.aclose()


async def test_the_token_request_waits_as_long_as_the_call(auth: TokenAuth) -> None:
    flow = call(auth)
    assert (await anext(flow)).extensions["timeout"] == httpx.Timeout(7).as_dict()
    await flow.aclose()


def test_a_realm_is_quoted() -> None:
    assert replace(ACCOUNT, realm="Mes messages/2").token_url.endswith(
        "/realms/Mes%20messages%2F2/protocol/openid-connect/token"
    )


# --- how long a token serves ---


async def test_a_token_serves_until_90_percent_of_its_life(auth: TokenAuth, clock: Clock) -> None:
    await log_in(auth, token("un", expires_in=300))
    clock.now += 269.9
    assert await next_bearer(auth) == "Bearer un"


async def test_a_token_is_renewed_at_90_percent_of_its_life(auth: TokenAuth, clock: Clock) -> None:
    await log_in(auth, token("un", expires_in=300))
    clock.now += 270
    await log_in(auth, token("deux"))
    assert await next_bearer(auth) == "Bearer deux"


async def test_the_life_of_a_token_begins_when_it_is_asked_for(auth: TokenAuth, clock: Clock) -> None:
    flow = call(auth)
    await anext(flow)
    clock.now += 30  # a slow answer
    await flow.asend(token("un", expires_in=300))
    await ended(flow, OK)
    clock.now += 240
    await log_in(auth, token("deux"))


async def test_a_refused_token_is_renewed_once(auth: TokenAuth) -> None:
    await log_in(auth, token("un"))
    flow = call(auth)
    assert bearer(await anext(flow)) == "Bearer un"
    assert asks_for_token(await flow.asend(REFUSED))
    assert bearer(await flow.asend(token("deux"))) == "Bearer deux"
    await ended(flow, REFUSED)


async def test_a_refused_token_that_another_call_renewed_meanwhile_is_not_asked_for_again(auth: TokenAuth) -> None:
    await log_in(auth, token("un"))
    late = call(auth)
    await anext(late)
    first = call(auth)
    await anext(first)
    await first.asend(REFUSED)
    await first.asend(token("deux"))
    assert bearer(await late.asend(REFUSED)) == "Bearer deux"
    await ended(first, OK)
    await ended(late, OK)


# --- when there is none ---


async def failed(auth: TokenAuth, answer: httpx.Response) -> Exception:
    """How a call ends to which Keycloak gives this answer."""
    flow = call(auth)
    assert asks_for_token(await anext(flow))
    with pytest.raises((TryLater, Misconfigured)) as caught:
        await flow.asend(answer)
    return caught.value


async def test_a_failure_is_shared_for_five_seconds_then_asked_anew(auth: TokenAuth, clock: Clock) -> None:
    failure = await failed(auth, httpx.Response(503))
    clock.now += 4.9
    with pytest.raises(TryLater) as shared:
        await anext(call(auth))
    assert str(shared.value) == str(failure)
    clock.now += 0.1
    await log_in(auth, token("un"))
    assert await next_bearer(auth) == "Bearer un"


async def test_refused_credentials_are_never_sent_again(auth: TokenAuth, clock: Clock) -> None:
    await failed(auth, httpx.Response(401, json={"error": "invalid_grant"}))
    clock.now += 1e9
    with pytest.raises(Misconfigured):
        await anext(call(auth))


async def test_who_waited_out_a_slow_failure_shares_it(auth: TokenAuth, clock: Clock) -> None:
    """The five seconds begin when the failure is known: else each waiting call would wait for a time-out of its own."""
    asking = call(auth)
    await anext(asking)
    waiting = asyncio.ensure_future(anext(call(auth)))
    await asyncio.sleep(0)
    clock.now += 30
    await asking.aclose()  # as httpx does when the token request timed out
    with pytest.raises(TryLater, match=r"keycloak_host de la connexion ventis_default"):
        await waiting


async def test_a_shared_failure_does_not_grow_with_those_who_share_it(auth: TokenAuth) -> None:
    failure = await failed(auth, httpx.Response(503))
    depths = set()
    for _ in range(3):
        with pytest.raises(TryLater) as caught:
            await anext(call(auth))
        depths.add(len(caught.traceback))
    assert caught.value is failure
    assert len(depths) == 1


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, html="<html>Bienvenue</html>"),
        httpx.Response(200, json=["access_token"]),
        httpx.Response(200, json={"expires_in": 300}),
        token("un", expires_in="longtemps"),
        token("un", expires_in=None),
        token("un", expires_in=0),
        httpx.Response(200, content=b'{"access_token": "un", "expires_in": NaN}'),
        token("un\r\nX-Autre: 1"),
        httpx.Response(200, json={"access_token": None, "expires_in": 300}),
        httpx.Response(200, content=b"[" * 100_000),
    ],
    ids=["a page", "a list", "none", "life in words", "life null", "no life", "life nan", "two lines", "null", "deep"],
)
async def test_an_unreadable_token_is_asked_for_later(auth: TokenAuth, answer: httpx.Response) -> None:
    error = await failed(auth, answer)
    assert isinstance(error, TryLater)
    assert error.code == "keycloak_illisible"
    assert "keycloak_host de la connexion ventis_default" in str(error)


# --- many calls at once ---


class Api:
    """The simulators, and a client whose calls share one TokenAuth."""

    def __init__(self, url: str, auth: TokenAuth) -> None:
        self.auth = auth
        self._url = url
        self._client = Client(AiohttpTransport(), timeout=10)

    async def send(self, *, read: float = 10) -> int | type[Exception]:
        """The status of one call, or its error."""
        limits = {"timeout": httpx.Timeout(10, read=read).as_dict()}
        request = httpx.Request("POST", f"{self._url}/messaging/api/v1/message", json=MESSAGE, extensions=limits)
        try:
            answer = await self._client.send(request, self.auth)
        except (TryLater, Misconfigured, httpx.TransportError) as error:
            return type(error)
        return answer.status_code

    async def send_64(self, *, read: float = 10) -> list[int | type[Exception]]:
        return await asyncio.gather(*(self.send(read=read) for _ in range(64)))

    async def token_requests(self) -> int:
        return int((await self._client.get(f"{self._url}/stats")).json()["token_requests"])

    async def aclose(self) -> None:
        await self._client.__aexit__(None, None, None)


@asynccontextmanager
async def api(*rules: Rule, account: KeycloakAccount = ACCOUNT, clock: Clock | None = None) -> AsyncIterator[Api]:
    plan = Plan(latency=Latency(min_ms=20), rules=rules)
    async with serve(Settings(plan=plan)) as url:
        opened = Api(url, TokenAuth(replace(account, host=url), clock=clock or time.monotonic))
        try:
            yield opened
        finally:
            await opened.aclose()


async def test_64_first_calls_ask_for_one_token() -> None:
    async with api() as opened:
        assert await opened.send_64() == [200] * 64
        assert await opened.token_requests() == 1


async def test_64_refused_calls_ask_for_one_new_token_and_succeed() -> None:
    async with api() as opened:
        await log_in(opened.auth, token("revoked"))
        assert await opened.send_64() == [200] * 64
        assert await opened.token_requests() == 1


async def test_refused_credentials_are_sent_once_however_many_calls_wait() -> None:
    async with api(account=replace(ACCOUNT, password="faux")) as opened:
        assert await opened.send_64() == [Misconfigured] * 64
        assert await opened.send() is Misconfigured
        assert await opened.token_requests() == 1


async def test_64_calls_share_one_failure_of_keycloak() -> None:
    async with api(Rule(fault=Fault.TOKEN_500)) as opened:
        assert await opened.send_64() == [TryLater] * 64
        assert await opened.token_requests() == 1


@pytest.mark.parametrize(
    ("fault", "error"), [(Fault.TOKEN_TIMEOUT, httpx.ReadTimeout), (Fault.TOKEN_RESET, httpx.ReadError)]
)
async def test_63_calls_share_the_time_out_or_the_reset_of_the_one_that_asked(
    fault: Fault, error: type[Exception]
) -> None:
    async with api(Rule(fault=fault)) as opened:
        outcomes = await opened.send_64(read=0.2)
        assert (outcomes.count(error), outcomes.count(TryLater)) == (1, 63)
        assert await opened.token_requests() == 1


async def test_calls_go_on_once_keycloak_is_back(clock: Clock) -> None:
    async with api(Rule(fault=Fault.TOKEN_500, count=1), clock=clock) as opened:
        assert await opened.send_64() == [TryLater] * 64
        clock.now += 5
        assert await opened.send_64() == [200] * 64
        assert await opened.token_requests() == 2


# --- discretion ---


def test_secrets_are_in_no_repr() -> None:
    account = replace(ACCOUNT, password="mot-de-passe", client_secret="s3cret")
    shown = repr(account)
    assert "simulateur" in shown
    assert "mot-de-passe" not in shown
    assert "s3cret" not in shown
