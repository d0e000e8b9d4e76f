"""What the transport says of a POST to a server that misbehaves, and how often the server received its body."""

import asyncio
import gzip
import socket
import ssl
import time
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

import simulators
from relances_providers.http.transport import MOST, NOT_AFTER, SURELY_NOT_SENT, AiohttpTransport
from tests.providers.misbehaving import (
    OK,
    Ending,
    answer,
    answer_and_close,
    close,
    drip,
    misbehaving,
    reset,
    silence,
)

BODY = b'{"message":"Bonjour"}'
NUMBER = "24177123456"


@asynccontextmanager
async def client(*, verify: bool = True, timeout: float = 5) -> AsyncIterator[httpx.AsyncClient]:  # noqa: ASYNC109
    async with httpx.AsyncClient(transport=AiohttpTransport(verify=verify), timeout=timeout) as http:
        yield http


async def post(url: str, **options: object) -> httpx.Response:
    """One POST by a client of its own."""
    async with client() as http:
        return await http.post(url, content=BODY, **options)  # type: ignore[arg-type]


def compressed(body: bytes) -> bytes:
    return f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def chunked(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body


TOO_MUCH = b"x" * (MOST + 1)
NEVER_A_PLAIN_ANSWER = {
    "closed": (close, httpx.RemoteProtocolError),
    "reset": (reset, httpx.ReadError),
    "half a head": (answer_and_close(OK[:20]), httpx.RemoteProtocolError),
    "half a body": (answer_and_close(OK[:-1]), httpx.RemoteProtocolError),
    "half a chunk": (answer_and_close(chunked(b"5\r\nok")), httpx.RemoteProtocolError),
    "no last chunk": (answer_and_close(chunked(b"2\r\nok\r\n")), httpx.RemoteProtocolError),
    "no size of a chunk": (answer(chunked(b"deux\r\nok\r\n0\r\n\r\n")), httpx.RemoteProtocolError),
    "longer than its chunk": (answer(chunked(b"2\r\nokok\r\n0\r\n\r\n")), httpx.RemoteProtocolError),
    "half a header": (answer_and_close(OK[:28]), httpx.RemoteProtocolError),
    "two lengths": (answer(OK.replace(b"\r\n\r\n", b"\r\nContent-Length: 1\r\n\r\n")), httpx.RemoteProtocolError),
    "too much": (
        answer(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(TOO_MUCH) + TOO_MUCH),
        httpx.RemoteProtocolError,
    ),
    "too much by chunks": (answer(chunked(b"%x\r\n" % len(TOO_MUCH) + TOO_MUCH)), httpx.RemoteProtocolError),
    "only an interim answer": (answer_and_close(b"HTTP/1.1 100 Continue\r\n\r\n"), httpx.RemoteProtocolError),
    "not HTTP": (answer_and_close(b"SSH-2.0-OpenSSH_9.6\r\n\r\n"), httpx.RemoteProtocolError),
    "not gzip": (answer(compressed(b"not gzip at all")), httpx.RemoteProtocolError),
}


@pytest.mark.parametrize(("ending", "error"), NEVER_A_PLAIN_ANSWER.values(), ids=NEVER_A_PLAIN_ANSWER.keys())
async def test_trouble_after_the_request_is_doubt_and_the_body_was_received_once(
    ending: Ending, error: type[httpx.TransportError]
) -> None:
    async with misbehaving(ending) as server:
        with pytest.raises(error) as caught:
            await post(server.url)
        assert server.bodies == [BODY]
    assert not isinstance(caught.value, SURELY_NOT_SENT)


async def test_silence_is_a_read_timeout_and_the_body_was_received_once() -> None:
    async with misbehaving(silence) as server:
        began = time.monotonic()
        with pytest.raises(httpx.ReadTimeout):
            await post(server.url, timeout=httpx.Timeout(60, read=0.1))
        assert 0.1 <= time.monotonic() - began < 30
        assert server.bodies == [BODY]


async def test_a_dripping_server_is_cut_at_connect_plus_read() -> None:
    async with misbehaving(drip) as server:
        began = time.monotonic()
        with pytest.raises(httpx.ReadTimeout):
            await post(server.url, timeout=httpx.Timeout(5, connect=0.2, read=0.3))
        assert 0.5 <= time.monotonic() - began < 2
        assert server.bodies == [BODY]


TROUBLE = [("http", ending) for ending, _ in NEVER_A_PLAIN_ANSWER.values()]


@pytest.mark.parametrize(("scheme", "ending"), [*TROUBLE, ("http", silence), ("https", silence), ("ftp", silence)])
async def test_no_traceback_shows_the_address_which_may_hold_a_phone_number(scheme: str, ending: Ending) -> None:
    async with misbehaving(ending) as server:
        url = server.url.replace("http:", f"{scheme}:")
        with pytest.raises(httpx.TransportError) as caught:
            await post(f"{url}/?To={NUMBER}", timeout=httpx.Timeout(5, connect=0.2, read=0.2))
    assert NUMBER not in "".join(traceback.format_exception(caught.value))


async def test_a_kept_connection_that_dies_is_doubt_and_nothing_is_sent_again() -> None:
    async with misbehaving(answer(OK)) as server, client() as http:
        await http.post(server.url, content=b"first")
        server.ending = close
        with pytest.raises(httpx.RemoteProtocolError):
            await http.post(server.url, content=BODY)
        assert server.connections == 1
        assert server.bodies == [b"first", BODY]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirection_is_handed_over_not_followed(status: int) -> None:
    redirection = f"HTTP/1.1 {status} Moved\r\nLocation: /message\r\nContent-Length: 0\r\n\r\n".encode()
    async with misbehaving(answer(redirection)) as server:
        response = await post(server.url)
        assert response.status_code == status
        assert server.bodies == [BODY]


async def test_a_refused_connection_was_surely_not_sent() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with pytest.raises(httpx.ConnectError):
            await post(f"http://127.0.0.1:{unused.getsockname()[1]}/")


async def test_an_unknown_host_was_surely_not_sent() -> None:
    with pytest.raises(httpx.ConnectError):
        await post("http://nowhere.invalid/")


async def test_a_server_that_speaks_no_tls_was_surely_not_sent() -> None:
    async with simulators.serve(simulators.Settings()) as url:
        with pytest.raises(httpx.ConnectError):
            await post(url.replace("http:", "https:"))


async def test_a_tls_handshake_that_never_ends_is_a_connect_timeout() -> None:
    async with misbehaving(silence) as server:
        with pytest.raises(httpx.ConnectTimeout):
            await post(server.url.replace("http:", "https:"), timeout=httpx.Timeout(5, connect=0.1))
        assert server.connections == 1
        assert server.bodies == []


async def test_another_protocol_was_surely_not_sent() -> None:
    with pytest.raises(httpx.UnsupportedProtocol):
        await post("ftp://127.0.0.1/")


async def test_an_untrusted_certificate_was_surely_not_sent(self_signed: ssl.SSLContext) -> None:
    async with misbehaving(answer(OK), self_signed) as server:
        with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            await post(server.url)
        assert server.bodies == []


async def test_an_untrusted_certificate_is_accepted_when_told_so(self_signed: ssl.SSLContext) -> None:
    async with misbehaving(answer(OK), self_signed) as server, client(verify=False) as http:
        assert (await http.post(server.url, content=BODY)).text == "ok"
        assert server.bodies == [BODY]


async def test_a_request_past_its_time_is_never_sent() -> None:
    async with misbehaving(answer(OK)) as server:
        with pytest.raises(httpx.PoolTimeout) as caught:
            await post(server.url, extensions={NOT_AFTER: time.monotonic() - 0.001})
        assert server.connections == 0
    assert isinstance(caught.value, SURELY_NOT_SENT)


async def test_a_process_held_up_while_it_connects_sends_nothing_once_its_time_is_over() -> None:
    async with misbehaving(answer(OK)) as server:
        calling = asyncio.create_task(post(server.url, extensions={NOT_AFTER: time.monotonic() + 1}))
        await asyncio.sleep(0)
        time.sleep(1.1)  # noqa: ASYNC251 - the whole process, as SIGSTOP does
        with pytest.raises(httpx.PoolTimeout):
            await calling
        assert (server.connections, server.bodies) == (1, [])


@pytest.mark.parametrize("seconds", [None, 60.0])
async def test_a_request_in_time_is_sent(seconds: float | None) -> None:
    not_after = None if seconds is None else time.monotonic() + seconds
    async with misbehaving(answer(OK)) as server:
        assert (await post(server.url, extensions={NOT_AFTER: not_after})).text == "ok"
        assert server.bodies == [BODY]


async def test_a_compressed_answer_is_decoded() -> None:
    async with misbehaving(answer(compressed(gzip.compress(b"Re\xc3\xa7u")))) as server:
        assert (await post(server.url)).text == "Reçu"
        assert "gzip" in server.heads[0].lower()


async def test_64_calls_at_once_use_64_connections_and_the_next_64_use_them_again() -> None:
    full = asyncio.Barrier(64)  # answers leave only once 64 requests have come

    async def together(writer: asyncio.StreamWriter) -> None:
        await full.wait()
        await answer(OK)(writer)

    async with misbehaving(together) as server, client() as http:
        for _ in range(2):
            await asyncio.gather(*(http.post(server.url, content=BODY) for _ in range(64)))
        assert server.connections == 64
        assert server.bodies == [BODY] * 128


async def test_the_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async with misbehaving(answer(OK)) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url.replace("http://", "http://user:s3cret@"))
        assert (await post("http://provider.invalid/message")).text == "ok"
        assert proxy.heads[0].startswith("POST http://provider.invalid/message ")
        assert "\r\nproxy-authorization: basic dXNlcjpzM2NyZXQ=\r\n".lower() in proxy.heads[0].lower()


async def test_an_address_that_needs_no_proxy_goes_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.invalid:3128")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    async with misbehaving(answer(OK)) as server:
        assert (await post(server.url)).text == "ok"


async def test_a_proxy_that_refuses_was_surely_not_sent_and_its_password_is_not_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with misbehaving(answer(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url.replace("http://", "http://user:s3cret@"))
        with pytest.raises(httpx.ConnectError, match="the proxy answers 407") as caught:
            await post("https://provider.invalid/message")
        assert proxy.heads[0].startswith("CONNECT provider.invalid:443 ")
        assert proxy.bodies == []
    assert "s3cret" not in str(caught.value)


async def test_a_password_in_netrc_does_not_replace_the_token(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login someone password s3cret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    async with misbehaving(answer(OK)) as server:
        await post(server.url, headers={"Authorization": "Bearer token"})
        assert "\r\nauthorization: bearer token\r\n" in server.heads[0].lower()
