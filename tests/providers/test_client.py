"""The client of an open connection: each request once, over one transport, with its credentials and time-outs."""

from collections.abc import AsyncGenerator

import httpx
import pytest

from relances_providers.http.client import Client
from relances_providers.http.transport import AiohttpTransport
from tests.providers.misbehaving import OK, answer, misbehaving


class Renewed(httpx.Auth):
    """Asks for a token before the request, and once more when it was refused."""

    def __init__(self, token_url: str) -> None:
        self._token_url = token_url
        self.closed = False

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        try:
            for _ in range(2):
                token = yield httpx.Request("POST", self._token_url)
                request.headers["Authorization"] = f"Bearer {token.text}"
                if (yield request).status_code != 401:
                    return
        finally:
            self.closed = True


def client_of(answers: list[httpx.Response], auth: httpx.Auth | None = None) -> tuple[Client, list[httpx.Request]]:
    """A client whose requests get these answers in turn, and the requests it made."""
    made: list[httpx.Request] = []

    def next_answer(request: httpx.Request) -> httpx.Response:
        made.append(request)
        return answers.pop(0)

    return Client(httpx.MockTransport(next_answer), auth, timeout=5), made


async def test_a_request_is_sent_as_it_is_and_its_answer_returned() -> None:
    client, made = client_of([httpx.Response(503, text="plus tard")])
    request = httpx.Request("POST", "http://fournisseur/message", json={"to": "x"})
    answered = await client.send(request)
    assert (answered.status_code, answered.text, answered.request) == (503, "plus tard", request)
    assert made == [request]


async def test_the_time_outs_of_the_connection_apply_but_to_a_request_that_has_its_own() -> None:
    client, made = client_of([httpx.Response(200), httpx.Response(200)])
    await client.get("http://fournisseur/")
    await client.send(httpx.Request("GET", "http://fournisseur/", extensions={"timeout": {"read": 1}}))
    assert [request.extensions["timeout"]["read"] for request in made] == [5, 1]


async def test_authentication_may_ask_before_and_again_after_a_refusal() -> None:
    auth = Renewed("http://jetons/")
    answers = [httpx.Response(200, text="a"), httpx.Response(401), httpx.Response(200, text="b"), httpx.Response(200)]
    client, made = client_of(answers, auth)
    answered = await client.get("http://fournisseur/")
    assert answered.status_code == 200
    assert [request.url.host for request in made] == ["jetons", "fournisseur", "jetons", "fournisseur"]
    assert made[-1].headers["Authorization"] == "Bearer b"
    assert auth.closed


async def test_authentication_is_told_that_a_request_failed() -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    auth = Renewed("http://jetons/")
    with pytest.raises(httpx.ConnectError):
        await Client(httpx.MockTransport(fail), auth, timeout=5).get("http://fournisseur/")
    assert auth.closed


async def test_credentials_of_one_request_replace_those_of_the_connection() -> None:
    client, made = client_of([httpx.Response(200)], Renewed("http://jetons/"))
    await client.send(httpx.Request("GET", "http://fournisseur/"), httpx.BasicAuth("compte", "secret"))
    assert [request.headers["Authorization"][:6] for request in made] == ["Basic "]


async def test_a_cookie_is_not_kept() -> None:
    reply = b"HTTP/1.1 200 OK\r\nSet-Cookie: file=3; Path=/\r\nContent-Length: 0\r\n\r\n"
    async with misbehaving(answer(reply)) as server, Client(AiohttpTransport(), timeout=5) as client:
        await client.get(server.url)
        await client.get(server.url)
    assert len(server.heads) == 2
    assert "cookie" not in server.heads[1].lower()


async def test_a_redirection_is_an_answer() -> None:
    client, made = client_of([httpx.Response(307, headers={"Location": "http://ailleurs/"})])
    assert (await client.get("http://fournisseur/")).status_code == 307
    assert len(made) == 1


async def test_only_compressions_that_can_be_read_are_asked_for() -> None:
    async with misbehaving(answer(OK)) as server, Client(AiohttpTransport(), timeout=5) as client:
        await client.get(server.url)
    assert "accept-encoding: gzip, deflate\r\n" in server.heads[0].lower()
