"""What the tests of the hook ask of their servers."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
from aiohttp import web

from simulators.faults import Fault

API = "/messaging/api/v1"
TOKEN = "/realms/{realm}/protocol/openid-connect/token"

Connect = Callable[..., None]


@dataclass(frozen=True, slots=True)
class Simulated:
    """Running simulators, and what they know."""

    url: str
    control: httpx.AsyncClient

    async def fault(self, fault: Fault, **particulars: object) -> None:
        """From now on, this goes wrong."""
        plan = {"rules": [{"fault": fault, **particulars}]}
        assert (await self.control.put("/faults", json=plan)).status_code == 200

    async def ledger(self) -> list[dict[str, str]]:
        """The messages accepted."""
        return list((await self.control.get("/ledger")).json()["entries"])

    async def requests(self) -> dict[str, int]:
        """How many requests each path received."""
        return dict((await self.control.get("/stats")).json()["requests"])

    async def token_requests(self) -> int:
        """How many times a token was asked for."""
        return int((await self.control.get("/stats")).json()["token_requests"])


@asynccontextmanager
async def listening(app: web.Application) -> AsyncIterator[str]:
    """The address of this server, on a free port of the loopback."""
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@dataclass
class Gateway:
    """Notes what it receives and gives one answer to all."""

    url: str = ""
    status: int = 200
    text: str = "+SUCCESS|6f1c2a34-0d4e-4f6a-9b1c-2d3e4f5a6b7c|2026-11-21T08:00:00"
    root_status: int = 404
    authorizations: list[str] = field(default_factory=list)
    bodies: list[dict[str, object]] = field(default_factory=list)

    async def token(self, _request: web.Request) -> web.Response:
        return web.json_response({"access_token": "jeton-de-test", "expires_in": 300})

    async def root(self, _request: web.Request) -> web.Response:
        return web.Response(status=self.root_status)

    async def message(self, request: web.Request) -> web.Response:
        self.authorizations.append(request.headers["Authorization"])
        self.bodies.append(await request.json())
        return web.Response(status=self.status, text=self.text)
