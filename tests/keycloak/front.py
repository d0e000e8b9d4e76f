"""What stands before a real Keycloak: counts token requests, and lets into Ventis' simulator who has a real token."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
import jwt
from aiohttp import web

from tests.providers.servers import API, TOKEN, listening


@dataclass
class Front:
    """Tokens are Keycloak's own, checked as Ventis would: signature, realm, client's claim, end of life.

    The simulator behind knows its own tokens only: it is called with one of those.
    """

    keycloak: httpx.AsyncClient
    simulators: httpx.AsyncClient
    simulator_token: str
    url: str = ""
    token_requests: int = 0
    accepted: list[dict[str, object]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    async def token(self, request: web.Request) -> web.Response:
        """Keycloak's answer, as it is."""
        self.token_requests += 1
        headers = {"Content-Type": request.headers["Content-Type"]}
        answer = await self.keycloak.post(request.path, content=await request.read(), headers=headers)
        return _handed_on(answer)

    async def message(self, request: web.Request) -> web.Response:
        """The simulator's answer to who bears a token of the realm; 401 to others."""
        try:
            claims = await self.claims(request.headers.get("Authorization", "").removeprefix("Bearer "))
        except jwt.InvalidTokenError as error:
            self.refused.append(type(error).__name__)
            return web.Response(status=401)
        self.accepted.append(claims)
        headers = {"Content-Type": request.headers["Content-Type"], "Authorization": f"Bearer {self.simulator_token}"}
        return _handed_on(await self.simulators.post(request.path, content=await request.read(), headers=headers))

    async def claims(self, token: str) -> dict[str, object]:
        """What a token says; raises jwt.InvalidTokenError where the realm's key did not sign it, or it has expired."""
        realm = "/realms/Messaging"
        keys = jwt.PyJWKSet.from_dict((await self.keycloak.get(f"{realm}/protocol/openid-connect/certs")).json())
        key = keys[jwt.get_unverified_header(token)["kid"]]
        return dict(
            jwt.decode(
                token,
                key,
                algorithms=["RS256"],
                issuer=f"{str(self.keycloak.base_url).rstrip('/')}{realm}",
                options={"verify_aud": False, "require": ["exp", "azp"]},
            )
        )


def _handed_on(answer: httpx.Response) -> web.Response:
    return web.Response(
        status=answer.status_code, body=answer.content, headers={"Content-Type": answer.headers.get("Content-Type", "")}
    )


@asynccontextmanager
async def before(keycloak_url: str, simulators_url: str) -> AsyncIterator[Front]:
    """A front on a free port of the loopback."""
    async with (
        httpx.AsyncClient(base_url=keycloak_url, timeout=30) as keycloak,
        httpx.AsyncClient(base_url=simulators_url, timeout=30) as simulators,
    ):
        form = {
            "grant_type": "password",
            "client_id": "api-messaging",
            "username": "simulateur",
            "password": "simulateur",
        }
        answer = await simulators.post(TOKEN.format(realm="Messaging"), data=form)
        front = Front(keycloak, simulators, answer.json()["access_token"])
        app = web.Application()
        app.add_routes([web.post(TOKEN, front.token), web.post(f"{API}/message", front.message)])
        async with listening(app) as front.url:
            yield front
