"""The Ventis SMS gateway: one recipient a call, plain text for a success, a JSON array for a refusal."""

import re
from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec
from aiohttp import web

from simulators.desk import Desk, Submission
from simulators.entry import Entry
from simulators.exchange import json_answer
from simulators.faults import Fault, Rule
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
    status_code: int
    path: str = MESSAGE_PATH
    error: str = "Violation de contrainte"


_INVALID_NUMBER = Violation("Numéro invalide", 1005)
_decode = msgspec.json.Decoder(Body).decode


class Ventis:
    """One account: whoever bears a live token may send, under the account's sender names."""

    name = "ventis"

    def __init__(self, settings: Settings, tokens: Tokens, desk: Desk) -> None:
        self._settings = settings
        self._tokens = tokens
        self._desk = desk

    async def message(self, request: web.Request) -> web.StreamResponse:
        """Answer `POST /message`."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or self._tokens.access(token) is not Standing.LIVE:
            return self._unauthorized(token_shown="Authorization" in request.headers)
        try:
            body = _decode(await request.read())
        except (msgspec.DecodeError, UnicodeDecodeError) as exc:
            return _refuse([Violation(str(exc), 1001)])
        if violations := self._violations(body):
            return _refuse(violations)
        return await self._desk.receive(request, Submission((body.to,), body.sender, body.message), self)

    def accepted(self, entries: Sequence[Entry]) -> web.Response:
        """`+SUCCESS|<uuid>|<timestamp>`."""
        [entry] = entries
        text = f"+SUCCESS|{entry.uuid}|{entry.wall.isoformat(timespec='milliseconds')}"
        return web.Response(body=text.encode(), headers={"Content-Type": "text/plain; charset=utf-8"})

    def refusal(self, rule: Rule, _message: Submission) -> web.Response | None:
        """The refusals that are only Ventis'."""
        match rule.fault:
            case Fault.UNAUTHORIZED:
                return self._unauthorized(token_shown=True)
            case Fault.WRONG_SENDER:
                return _refuse([self._wrong_sender()])
            case Fault.INVALID_NUMBER:
                return _refuse([_INVALID_NUMBER])
            case _:
                return None

    def _violations(self, body: Body) -> list[Violation]:
        found = []
        if body.sender not in self._settings.senders:
            found.append(self._wrong_sender())
        if _GABONESE.fullmatch(body.to) is None:
            found.append(_INVALID_NUMBER)
        return found

    def _unauthorized(self, *, token_shown: bool) -> web.Response:
        challenge = f'Bearer realm="{self._settings.realm}"'
        if token_shown:
            challenge += ', error="invalid_token", error_description="Token is not active"'
        return web.Response(status=401, headers={"WWW-Authenticate": challenge})

    def _wrong_sender(self) -> Violation:
        return Violation(f"Sender ID must be one of them [{', '.join(self._settings.senders)}]", 1003)


def _refuse(violations: list[Violation]) -> web.Response:
    return json_answer(violations, status=400)
