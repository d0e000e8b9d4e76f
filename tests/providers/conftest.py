"""The servers that the hook is tested on, each behind a real connection ``ventis_default``."""

import json
from collections.abc import AsyncIterator

import httpx
import pytest
from aiohttp import web
from tests.providers.servers import API, TOKEN, Connect, Gateway, Simulated

from simulators import Settings, serve


@pytest.fixture(autouse=True)
def no_proxy_around(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every provider test talks to the loopback, whatever proxy the machine that runs it is behind."""
    for name in ("http_proxy", "https_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


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
    app.add_routes([web.post(TOKEN, told.token), web.post(f"{API}/message", told.message)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    told.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    connect(told.url)
    yield told
    await runner.cleanup()
