"""The servers that the hook is tested on, each behind a real connection ``ventis_default``."""

import ssl
from collections.abc import AsyncIterator
from functools import partial

import httpx
import pytest
from aiohttp import web

from simulators import Settings, serve
from tests import connexions
from tests.providers.certificates import write_self_signed
from tests.providers.servers import API, TOKEN, Connect, Gateway, Simulated, listening
from tests.providers.twilio_world import TwilioGateway, twilio_gateway
from tests.providers.zoom_gateway import ZoomGateway, zoom_gateway


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch) -> Connect:
    """Set ``ventis_default`` for a server that is both Ventis and Keycloak, with other fields than the good ones."""
    return partial(connexions.connect, monkeypatch, "ventis")


@pytest.fixture
async def simulated(connect: Connect) -> AsyncIterator[Simulated]:
    """The simulators, behind the connection."""
    async with serve(Settings()) as url, httpx.AsyncClient(base_url=url) as control:
        connect(url)
        yield Simulated(url, control)


@pytest.fixture
async def gateway(connect: Connect) -> AsyncIterator[Gateway]:
    """A gateway that answers as told, behind the connection."""
    told = Gateway()
    app = web.Application()
    app.add_routes([web.post(TOKEN, told.token), web.post(f"{API}/message", told.message), web.get(API, told.root)])
    async with listening(app) as told.url:
        connect(told.url)
        yield told


@pytest.fixture
async def twilio(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[TwilioGateway]:
    """Twilio as a server that answers as told, behind the connection."""
    async with twilio_gateway(monkeypatch) as gateway:
        yield gateway


@pytest.fixture
async def zoom(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ZoomGateway]:
    """Zoom as a server that answers as told, behind the connection."""
    async with zoom_gateway(monkeypatch) as gateway:
        yield gateway


@pytest.fixture(scope="session")
def self_signed(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """A server's TLS with a certificate that no authority vouches for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(write_self_signed(tmp_path_factory.mktemp("tls") / "server.pem"))
    return context
