"""A server that answers as Zoom when told what, behind the connection ``zoom_default``."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiohttp import web

from relances_providers.messaging import Message
from relances_providers.zoom.hook import ZoomSmsHook
from tests.connexions import connect
from tests.providers.servers import listening

SENDER = "+15550100000"
NUMBER = "15145551234"
MESSAGES = "/v2/phone/sms/messages"
SESSIONS = "/v2/phone/sms/sessions"
SCOPES = "phone_sms:write:admin phone_sms:read:admin phone:read:list_numbers:admin"
ACCEPTED = {"message_id": "IQ-cRH5P5EiTWCwpNzScnECJw", "session_id": "d39fc7e1", "date_time": "2026-11-21T08:00:00Z"}

Answer = Callable[[web.Request], Awaitable[web.Response]]


@dataclass(frozen=True, slots=True)
class Asked:
    """One request that came."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: str


@dataclass
class ZoomGateway:
    """Notes what it receives; ``told``: what it answers, by path."""

    url: str = ""
    told: dict[str, Answer] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def tell(self, path: str, *answers: object, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        """From now on, these bodies for that path, one after the other, the last for ever."""
        left = list(answers)

        async def answer(_request: web.Request) -> web.Response:
            body = left.pop(0) if len(left) > 1 else left[0]
            if isinstance(body, web.Response):
                return web.Response(status=body.status, body=body.body, headers=body.headers)
            text = body if isinstance(body, str) else json.dumps(body)
            return web.Response(status=status, text=text, headers=headers)

        self.told[path] = answer

    def to(self, path: str) -> list[Asked]:
        """What was asked of that path."""
        return [asked for asked in self.asked if asked.path == path]

    async def handle(self, request: web.Request) -> web.Response:
        body = await request.text()
        self.asked.append(Asked(request.method, request.path, dict(request.query), dict(request.headers), body))
        return await self.told[request.path](request) if request.path in self.told else web.Response(status=404)


def refusal(code: int, message: str = "", field: str = "", *, status: int = 400) -> web.Response:
    """An error of Zoom's."""
    errors = {"errors": [{"field": field, "message": "Invalid field."}]} if field else {}
    return web.json_response({"code": code, "message": message, **errors}, status=status)


@asynccontextmanager
async def zoom_gateway(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ZoomGateway]:
    """The server, giving tokens and accepting messages, behind the connection."""
    gateway = ZoomGateway()
    gateway.tell("/oauth/token", {"access_token": "jeton", "token_type": "bearer", "expires_in": 3600, "scope": SCOPES})
    gateway.tell(MESSAGES, ACCEPTED, status=201)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", gateway.handle)
    async with listening(app) as gateway.url:
        connect_zoom(monkeypatch, gateway.url)
        yield gateway


def connect_zoom(monkeypatch: pytest.MonkeyPatch, url: str, **changes: object) -> None:
    """Set ``zoom_default`` for this server, with other fields than the good ones."""
    account = {"login": "client", "password": "s3cret", "account_id": "compte"}  # none is another's
    connect(monkeypatch, "zoom", url, **{**account, "rate_per_second": 10_000, "timeout": 5, **changes})


async def send(message: Message) -> str:
    """The id of one message sent through the connection."""
    async with ZoomSmsHook().open() as sender:
        return (await sender.send(message)).message_id
