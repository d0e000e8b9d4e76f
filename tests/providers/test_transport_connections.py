"""Which connection a call takes, what else may have come over it, and what leaves by it."""

import asyncio
import json
import socket
import ssl
import time

import httpx
import pytest

from relances_providers.http.client import Client
from relances_providers.http.json_post import json_post
from relances_providers.http.transport import SURELY_NOT_SENT, AiohttpTransport
from tests.providers.misbehaving import OK, Ending, Server, answer, answer_and_close, close, misbehaving, reset, silence

BODY = b'{"message":"Bonjour"}'
LATE = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlate"


def message(server: Server, body: bytes = BODY) -> httpx.Request:
    return httpx.Request("POST", server.url, content=body)


def client(*, verify: bool = True, timeout: float = 5) -> Client:
    return Client(AiohttpTransport(verify=verify), timeout=timeout)


async def test_a_connection_that_was_closed_while_it_was_idle_is_not_used_again() -> None:
    async with misbehaving(answer_and_close(OK)) as server, client() as http:
        for _ in range(3):
            assert (await http.send(message(server))).text == "ok"
            await asyncio.sleep(0.05)  # what closes reaches us
        assert server.connections == 3
        assert server.bodies == [BODY] * 3


async def test_nor_is_one_of_which_this_process_had_no_time_to_hear_that_it_was_closed() -> None:
    kept: list[socket.socket] = []

    async def keep(writer: asyncio.StreamWriter) -> None:
        kept.append(socket.socket(fileno=socket.dup(writer.get_extra_info("socket").fileno())))
        await answer(OK)(writer)

    async with misbehaving(keep) as server, client() as http:
        await asyncio.gather(*(http.send(message(server)) for _ in range(3)))
        for connection in kept:
            with connection:
                connection.shutdown(socket.SHUT_WR)
        # Nothing is awaited here: the loop has not seen the end of any connection.
        assert (await http.send(message(server))).text == "ok"
        assert server.connections == 4
        assert server.bodies == [BODY] * 4
        kept[-1].close()


async def test_an_answer_that_nobody_asked_for_is_not_that_of_the_next_message() -> None:
    async with misbehaving(answer(OK + LATE)) as server, client() as http:
        await http.send(message(server))
        server.ending = answer(OK)
        assert (await http.send(message(server))).text == "ok"
        assert server.bodies == [BODY] * 2


async def test_an_answer_that_comes_later_on_an_idle_connection_is_not_that_of_the_next_message() -> None:
    async with misbehaving(answer(OK)) as server, client() as http:
        came = asyncio.Event()

        async def twice(writer: asyncio.StreamWriter) -> None:
            await answer(OK)(writer)
            await asyncio.sleep(0.05)
            await answer(LATE)(writer)
            came.set()

        server.ending = twice
        await http.send(message(server))
        await came.wait()
        await asyncio.sleep(0.05)
        server.ending = answer(OK)
        assert (await http.send(message(server))).text == "ok"
        assert server.bodies == [BODY] * 2


async def test_what_answers_a_call_that_was_given_up_is_not_the_answer_of_the_next() -> None:
    came, given_up = asyncio.Event(), asyncio.Event()

    async def late(writer: asyncio.StreamWriter) -> None:
        came.set()
        await given_up.wait()
        await answer(LATE)(writer)

    async with misbehaving(late) as server, client() as http:
        calling = asyncio.create_task(http.send(message(server, b"given up")))
        await came.wait()
        calling.cancel()
        with pytest.raises(asyncio.CancelledError):
            await calling
        given_up.set()
        server.ending = answer(OK)
        assert (await http.send(message(server))).text == "ok"
        assert server.connections == 2
        assert server.bodies == [b"given up", BODY]


async def test_a_call_that_ran_out_of_time_takes_its_connection_with_it() -> None:
    async with misbehaving(silence) as server, client(timeout=0.2) as http:
        with pytest.raises(httpx.ReadTimeout):
            await http.send(message(server, b"no answer"))
        server.ending = answer(OK)
        assert (await http.send(message(server))).text == "ok"
        assert server.connections == 2
        assert server.bodies == [b"no answer", BODY]


@pytest.mark.parametrize("interim", [b"100 Continue", b"102 Processing", b"103 Early Hints\r\nLink: </a>"])
async def test_an_interim_answer_is_not_the_answer(interim: bytes) -> None:
    async with misbehaving(answer(b"HTTP/1.1 " + interim + b"\r\n\r\n" + OK)) as server, client() as http:
        for _ in range(2):
            answered = await http.send(message(server))
            assert (answered.status_code, answered.text) == (200, "ok")
        assert server.bodies == [BODY] * 2


async def test_a_connection_lost_while_the_body_leaves_is_doubt() -> None:
    async with misbehaving(reset, patient=False) as server, client() as http:
        with pytest.raises(httpx.NetworkError) as caught:
            await http.send(message(server, b"x" * 1_000_000))
        assert (server.connections, server.bodies) == (1, [])
    assert not isinstance(caught.value, SURELY_NOT_SENT)


async def garbage(writer: asyncio.StreamWriter) -> None:
    """Bytes that are no TLS, in the middle of it."""
    raw = socket.socket(fileno=socket.dup(writer.get_extra_info("socket").fileno()))
    with raw:
        raw.send(b"HTTP/1.1 200 OK\r\n\r\n")
    await asyncio.sleep(0.2)


@pytest.mark.parametrize("ending", [close, reset, answer_and_close(OK[:-1]), garbage])
async def test_trouble_under_tls_is_doubt_once_the_handshake_is_over(
    self_signed: ssl.SSLContext, ending: Ending
) -> None:
    async with misbehaving(ending, self_signed) as server, client(verify=False) as http:
        with pytest.raises(httpx.TransportError) as caught:
            await http.send(message(server))
        assert server.bodies == [BODY]
    assert not isinstance(caught.value, SURELY_NOT_SENT)


async def test_the_request_of_a_message_says_what_that_of_httpx_does() -> None:
    body = {"to": "24177123456", "isOTP": False, "message": "Réglez 15 000 FCFA « à échéance » : 𝟙"}
    async with misbehaving(answer(OK)) as server, client() as http:
        url = httpx.URL(f"{server.url}/message")
        usual, ours = httpx.Request("POST", url, json=body), json_post(url, body, time.monotonic() + 60)
        for request in (usual, ours):
            await http.send(request)
        assert ours.content == usual.content
        assert server.bodies == [usual.content] * 2
        assert json.loads(server.bodies[1]) == body
        assert sorted(server.heads[0].lower().split("\r\n")) == sorted(server.heads[1].lower().split("\r\n"))


async def test_an_answer_may_be_read_again_in_every_way_of_httpx() -> None:
    async with misbehaving(answer(OK)) as server, client() as http:
        answered = await http.send(message(server))
        assert (answered.read(), await answered.aread(), answered.content, answered.text) == (b"ok", b"ok", b"ok", "ok")
        assert answered.is_closed
