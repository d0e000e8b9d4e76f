"""The servers that the hook is tested on, each behind a real connection ``ventis_default``."""

import json
import ssl
from collections.abc import AsyncIterator

import httpx
import pytest
from aiohttp import web

from simulators import Settings, serve
from tests.providers.certificates import write_self_signed
from tests.providers.servers import API, TOKEN, Connect, Gateway, Simulated


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch) -> Connect:
    """Set ``ventis_default`` for a server that is both Ventis and Keycloak, with other fields than the good ones."""
    standard = {"host", "login", "password"}

    def set_connection(url: str, **changes: object) -> None:
        fields = {
            "host": f"{url}{API}",
            "login": "simulateur",
            "password": "simulateur",
            "sender": "VENTIS",
            "keycloak_host": url,
        } | changes
        connection = {
            "conn_type": "ventis",
            **{name: fields[name] for name in standard},
            "extra": {name: value for name, value in fields.items() if name not in standard},
        }
        monkeypatch.setenv("AIRFLOW_CONN_VENTIS_DEFAULT", json.dumps(connection))

    return set_connection


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
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    told.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    connect(told.url)
    yield told
    await runner.cleanup()


@pytest.fixture(scope="session")
def self_signed(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """A server's TLS with a certificate that no authority vouches for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(write_self_signed(tmp_path_factory.mktemp("tls") / "server.pem"))
    return context
