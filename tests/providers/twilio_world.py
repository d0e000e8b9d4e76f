"""Twilio for tests: a server that answers as told, or the simulators, behind the connection ``twilio_default``."""

import json
from base64 import b64encode
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import parse_qsl

import pytest
from aiohttp import web

from relances_providers.messaging import Message
from relances_providers.twilio.hook import TwilioWhatsAppHook
from tests.connexions import connect
from tests.providers.servers import listening

ACCOUNT = "AC" + "0" * 32
TOKEN = "simulateur"
KEY = "SK" + "0" * 32
SERVICE = "MG" + "0" * 32
SENDER = "+24111000000"
SANDBOX = "+14155238886"
NUMBER = "24177123456"
TEMPLATE = "HX" + "5" * 32
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)

ROOT = f"/2010-04-01/Accounts/{ACCOUNT}"
MESSAGES = f"{ROOT}/Messages.json"
SENDERS = "/v2/Channels/Senders"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request that came."""

    method: str
    path: str
    query: dict[str, str]
    form: dict[str, str]
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Told:
    """One answer."""

    status: int
    text: str
    headers: Mapping[str, str] | None = None


@dataclass
class TwilioGateway:
    """Notes what it receives; ``told``: what it answers, by method and path with its query."""

    url: str = ""
    told: dict[str, Told] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def tell(self, asked: str, body: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        """From now on, this for what is asked: ``GET /path``, or ``GET /path?query`` where the query matters."""
        self.told[asked] = Told(status, body if isinstance(body, str) else json.dumps(body), headers)

    def to(self, path: str, method: str = "GET") -> list[Asked]:
        """What was asked of that path."""
        return [asked for asked in self.asked if (asked.method, asked.path) == (method, path)]

    async def handle(self, request: web.Request) -> web.Response:
        form = dict(parse_qsl(await request.text(), keep_blank_values=True))
        self.asked.append(Asked(request.method, request.path, dict(request.query), form, request.headers))
        whole, path = f"{request.method} {request.path_qs}", f"{request.method} {request.path}"
        told = self.told.get(whole) or self.told.get(path) or Told(404, json.dumps(refusal(20404, "not found")))
        return web.Response(status=told.status, text=told.text, headers=told.headers)


@asynccontextmanager
async def twilio_gateway(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[TwilioGateway]:
    """The server, with an active account, accepting messages, behind the connection."""
    gateway = TwilioGateway()
    gateway.tell(f"GET {ROOT}.json", {"sid": ACCOUNT, "status": "active", "type": "Full"})
    gateway.tell(f"POST {MESSAGES}", record(1), status=201)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", gateway.handle)
    async with listening(app) as gateway.url:
        connect_twilio(monkeypatch, gateway.url)
        yield gateway


def connect_twilio(monkeypatch: pytest.MonkeyPatch, url: str, **changes: object) -> None:
    """Set ``twilio_default`` for this server, with other fields than the good ones."""
    connect(monkeypatch, "twilio", url, **{"timeout": 5, **changes})


async def send(message: Message) -> str:
    """The id of one message sent through the connection."""
    async with TwilioWhatsAppHook().open() as sender:
        return (await sender.send(message)).message_id


def basic(username: str, password: str) -> str:
    """The header of HTTP Basic authentication."""
    return f"Basic {b64encode(f'{username}:{password}'.encode()).decode()}"


def sid(number: int) -> str:
    """The id of the n-th message."""
    return f"SM{number:032x}"


def record(number: int, *, created: datetime | None = NOON, **changes: object) -> dict[str, object]:
    """A message as Twilio shows it, with what differs from the usual."""
    usual = {
        "sid": sid(number),
        "status": "queued",
        "direction": "outbound-api",
        "body": "Bonjour",
        "from": f"whatsapp:{SENDER}",
        "to": f"whatsapp:+{NUMBER}",
        "date_created": None if created is None else format_datetime(created),
        "date_sent": None,
        "error_code": None,
        "error_message": None,
    }
    return {**usual, **changes}


def page(records: Sequence[Mapping[str, object]], next_page_uri: str | None = None) -> dict[str, object]:
    """A page of a list of messages."""
    return {"messages": list(records), "next_page_uri": next_page_uri, "page_size": 1000}


def refusal(code: int, message: str, status: int = 400) -> dict[str, object]:
    """An error body of Twilio's."""
    return {
        "code": code,
        "message": message,
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": status,
    }
