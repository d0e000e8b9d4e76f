"""A provider down to the socket: gives tokens, and ends each message's exchange as told."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus

from tests.providers.contract.cases import Case
from tests.providers.misbehaving import Ending, Server, answer, misbehaving

TOKEN = "jeton-confidentiel"


def http(status: int, body: str | bytes, **headers: str) -> bytes:
    """A whole answer, as it is on the wire."""
    content = body if isinstance(body, bytes) else body.encode()
    head = {"Content-Length": str(len(content)), **{name.replace("_", "-"): text for name, text in headers.items()}}
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", *(f"{name}: {text}" for name, text in head.items())]
    return "\r\n".join([*lines, "", ""]).encode() + content


@dataclass
class Rigged:
    """What it received, and how it ends the next exchange of a message. ``refused``: tokens that open nothing.

    ``token_ending``: how it ends that of a token; None: by giving one.
    """

    case: Case
    server: Server
    ending: Ending
    token_ending: Ending | None = None
    token_requests: int = 0
    refused: set[str] = field(default_factory=set)
    asked_for_a_token: asyncio.Event = field(default_factory=asyncio.Event)
    may_give_tokens: asyncio.Event = field(default_factory=asyncio.Event)
    messages: int = 0
    accepted: int = 0

    @property
    def url(self) -> str:
        return self.server.url

    async def serve(self, writer: asyncio.StreamWriter) -> None:
        request, *headers = self.server.heads[-1].split("\r\n")  # the one this ends: nothing was awaited since
        _, path, _ = request.split(" ")
        if path == self.case.token:
            self.token_requests += 1
            self.asked_for_a_token.set()
            await self.may_give_tokens.wait()
            if self.token_ending is not None:
                await self.token_ending(writer)
                return
            token = f"{TOKEN}-{self.token_requests}"
            await answer(http(200, json.dumps({"access_token": token, "expires_in": 300})))(writer)
            return
        self.messages += 1
        if any(header.endswith(f"Bearer {token}") for token in self.refused for header in headers):
            await answer(http(401, ""))(writer)
            return
        self.accepted += 1
        await self.ending(writer)


@asynccontextmanager
async def rigged(case: Case, tls: ssl.SSLContext | None = None) -> AsyncIterator[Rigged]:
    """The provider, on a free port of the loopback, taking messages until told otherwise."""
    takes = answer(http(*case.accepted))
    async with misbehaving(takes, tls) as server:
        provider = Rigged(case, server, takes)
        provider.may_give_tokens.set()
        server.ending = provider.serve
        yield provider
