"""How an exchange ends badly, down to the socket."""

import asyncio
import math
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http import HTTPStatus
from typing import TypeAlias

from aiohttp import web

from simulators.faults import Fault, Rule

Ending: TypeAlias = Callable[[web.Request, Rule, web.Response], Awaitable[web.StreamResponse]]
"""Takes the request, the rule, and the answer to a message accepted all the same (else an empty one)."""

ENDING = web.RequestKey("ending", str)
"""Set on a request whose client gets no whole answer: what it got instead."""

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
_LOOK_SECONDS = 0.02


def asked_seconds(rule: Rule) -> int:
    """How long an HTTP 429 asks to wait."""
    return 1 if rule.seconds is None else math.ceil(rule.seconds)


def retry_after(rule: Rule) -> dict[str, str]:
    """The header of an HTTP 429, written as the rule says."""
    seconds = asked_seconds(rule)
    moment = datetime.now(UTC) + timedelta(seconds=seconds)
    match rule.retry_after:
        case "absent":
            return {}
        case "http-date":
            return {"Retry-After": format_datetime(moment, usegmt=True)}
        case "iso":
            return {"Retry-After": f"{moment:%Y-%m-%dT%H:%M:%SZ}"}
        case "seconds" | None:
            return {"Retry-After": str(seconds)}


async def _reset(request: web.Request, _rule: Rule, _answer: web.Response) -> web.StreamResponse:
    request[ENDING] = "reset"
    if request.transport is not None:
        connection: socket.socket = request.transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        request.transport.abort()
    return web.Response()


async def _close(request: web.Request, _rule: Rule, _answer: web.Response) -> web.StreamResponse:
    request[ENDING] = "closed"
    if request.transport is not None:
        request.transport.close()
    return web.Response()


async def _half(request: web.Request, _rule: Rule, answer: web.Response) -> web.StreamResponse:
    body = (answer.text or "").encode()
    part = web.StreamResponse(status=answer.status, headers=answer.headers)
    part.content_length = len(body)
    await part.prepare(request)
    await part.write(body[: len(body) // 2])
    await _close(request, _rule, answer)
    request[ENDING] = "half"
    return part


async def _silence(request: web.Request, rule: Rule, answer: web.Response) -> web.StreamResponse:
    clock = asyncio.get_running_loop().time
    until = clock() + (math.inf if rule.seconds is None else rule.seconds)
    # aiohttp tells a handler that its client left only by cancelling it: late acceptances would be lost.
    while request.transport is not None and clock() < until:  # noqa: ASYNC110
        await asyncio.sleep(_LOOK_SECONDS)
    await _close(request, rule, answer)
    request[ENDING] = "silence"
    return web.Response()


def _status(code: HTTPStatus) -> Ending:
    async def ending(_request: web.Request, _rule: Rule, _answer: web.Response) -> web.StreamResponse:
        page = f"<html><body><h1>{code.value} {code.phrase}</h1></body></html>"
        return web.Response(status=code, text=page, content_type="text/html")

    return ending


def _redirect(code: HTTPStatus) -> Ending:
    async def ending(request: web.Request, _rule: Rule, _answer: web.Response) -> web.StreamResponse:
        return web.Response(status=code, headers={"Location": str(request.url)})

    return ending


async def _too_many(_request: web.Request, rule: Rule, _answer: web.Response) -> web.StreamResponse:
    return web.Response(status=429, headers=retry_after(rule))


async def _garbage(_request: web.Request, _rule: Rule, _answer: web.Response) -> web.StreamResponse:
    return web.Response(body=b"\xff\xfe\x00\x9d|\xc3\x28\x00", headers={"Content-Type": "text/plain; charset=utf-8"})


ENDINGS: Mapping[Fault, Ending] = {
    Fault.RESET_BEFORE: _reset,
    Fault.RESET_AFTER: _reset,
    Fault.CLOSE_AFTER: _close,
    Fault.HALF_ANSWER: _half,
    Fault.TIMEOUT_BEFORE: _silence,
    Fault.TIMEOUT_AFTER: _silence,
    Fault.HTTP_500_BEFORE: _status(HTTPStatus.INTERNAL_SERVER_ERROR),
    Fault.HTTP_500_AFTER: _status(HTTPStatus.INTERNAL_SERVER_ERROR),
    Fault.HTTP_502_BEFORE: _status(HTTPStatus.BAD_GATEWAY),
    Fault.HTTP_502_AFTER: _status(HTTPStatus.BAD_GATEWAY),
    Fault.HTTP_503_BEFORE: _status(HTTPStatus.SERVICE_UNAVAILABLE),
    Fault.HTTP_503_AFTER: _status(HTTPStatus.SERVICE_UNAVAILABLE),
    Fault.HTTP_504_BEFORE: _status(HTTPStatus.GATEWAY_TIMEOUT),
    Fault.HTTP_504_AFTER: _status(HTTPStatus.GATEWAY_TIMEOUT),
    Fault.HTTP_429: _too_many,
    Fault.GARBAGE_200: _garbage,
    Fault.HTML_200: _status(HTTPStatus.OK),
    Fault.REDIRECT_307: _redirect(HTTPStatus.TEMPORARY_REDIRECT),
    Fault.REDIRECT_308: _redirect(HTTPStatus.PERMANENT_REDIRECT),
    Fault.TOKEN_500: _status(HTTPStatus.INTERNAL_SERVER_ERROR),
    Fault.TOKEN_TIMEOUT: _silence,
    Fault.TOKEN_RESET: _reset,
    Fault.LOOKUP_500: _status(HTTPStatus.INTERNAL_SERVER_ERROR),
    Fault.LOOKUP_TIMEOUT: _silence,
}
"""The faults that sound the same at every provider; the others are worded by each, see `desk.Dialect`."""
