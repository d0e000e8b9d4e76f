"""The Ventis SMS gateway: one recipient a call, plain text for a success, a JSON array for a refusal."""

import re
from collections.abc import Callable, Mapping
from typing import Annotated, Literal

import msgspec
from aiohttp import web

from simulators.desk import Desk, Submission
from simulators.entry import Entry
from simulators.faults import Fault
from simulators.settings import Settings
from simulators.tokens import Standing, Tokens

MESSAGE_PATH = "/messaging/api/v1/message"
_GABONESE = re.compile(r"241[0-9]{8}")


class Body(msgspec.Struct, frozen=True):
    """What a client sends. Some clients send `isOTP` as a string."""

    to: str
    sender: str
    message: Annotated[str, msgspec.Meta(min_length=1)]
    is_otp: bool | Literal["true", "false"] = msgspec.field(name="isOTP")


class Violation(msgspec.Struct, frozen=True, rename="camel"):
    """One reason of a refusal. `status_code` is the gateway's own; of the real ones only 1003 is known."""

    message: str
    path: str
    status_code: int
    error: str = "Violation de contrainte"


_decode = msgspec.json.Decoder(Body).decode


class Ventis:
    """One account: whoever bears a live token may send, under the account's sender names."""

    name = "ventis"

    def __init__(self, settings: Settings, tokens: Tokens, desk: Desk) -> None:
        self._settings = settings
        self._tokens = tokens
        self._desk = desk
        self.refusals: Mapping[Fault, Callable[[web.Request], web.Response]] = {
            Fault.UNAUTHORIZED: self._unauthorized,
            Fault.WRONG_SENDER: lambda request: _refuse([self._wrong_sender(request.path)]),
            Fault.INVALID_NUMBER: lambda request: _refuse([_invalid_number(request.path)]),
        }

    async def message(self, request: web.Request) -> web.StreamResponse:
        """Answer `POST /message`."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or self._tokens.access(token) is not Standing.LIVE:
            return self._unauthorized(request)
        try:
            body = _decode(await request.read())
        except (msgspec.DecodeError, UnicodeDecodeError) as exc:
            return _refuse([Violation(str(exc), request.path, 1001)])
        if violations := self._violations(body, request.path):
            return _refuse(violations)
        return await self._desk.receive(request, Submission(body.to, body.sender, body.message), self)

    def accepted(self, entry: Entry) -> web.Response:
        """`+SUCCESS|<uuid>|<timestamp>`."""
        text = f"+SUCCESS|{entry.uuid}|{entry.wall.isoformat(timespec='milliseconds')}"
        return web.Response(body=text.encode(), headers={"Content-Type": "text/plain; charset=utf-8"})

    def _violations(self, body: Body, path: str) -> list[Violation]:
        found = []
        if body.sender not in self._settings.senders:
            found.append(self._wrong_sender(path))
        if _GABONESE.fullmatch(body.to) is None:
            found.append(_invalid_number(path))
        return found

    def _unauthorized(self, request: web.Request) -> web.Response:
        challenge = f'Bearer realm="{self._settings.realm}"'
        if "Authorization" in request.headers:
            challenge += ', error="invalid_token", error_description="Token is not active"'
        return web.Response(status=401, headers={"WWW-Authenticate": challenge})

    def _wrong_sender(self, path: str) -> Violation:
        return Violation(f"Sender ID must be one of them [{', '.join(self._settings.senders)}]", path, 1003)


def _invalid_number(path: str) -> Violation:
    return Violation("Numéro invalide", path, 1005)


def _refuse(violations: list[Violation]) -> web.Response:
    return web.Response(status=400, body=msgspec.json.encode(violations), content_type="application/json")
