"""Zoom Phone's SMS: a token for the account, then JSON in and out."""

import time
from collections.abc import Sequence

import msgspec
from aiohttp import web

from simulators import zoom_codes as codes
from simulators.desk import Desk, Submission
from simulators.endings import asked_seconds, retry_after
from simulators.entry import Entry
from simulators.exchange import basic, form_of, json_answer
from simulators.faults import Fault, Faults, Place, Rule
from simulators.mishap import exposed
from simulators.refusal import RefusedError, refusing
from simulators.settings import Settings
from simulators.tokens import Standing, Tokens
from simulators.zoom_body import read
from simulators.zoom_history import ZoomHistory, utc
from simulators.zoom_sessions import PROVIDER, session_of

TOKEN_PATH = "/oauth/token"  # noqa: S105 - an address
MESSAGES_PATH = "/v2/phone/sms/messages"
SESSIONS_PATH = "/v2/phone/sms/sessions"
SESSION_PATH = "/v2/phone/sms/sessions/{session}"
MESSAGE_PATH = "/v2/phone/sms/sessions/{session}/messages/{message}"

_WRITE = frozenset({"phone:write", "phone:write:admin", "phone_sms:write", "phone_sms:write:admin"})
_READ = frozenset({"phone:read", "phone:read:admin", "phone_sms:read", "phone_sms:read:admin"})


class Zoom:
    """One account, whose tokens open what its scopes allow."""

    name = PROVIDER

    def __init__(self, settings: Settings, history: ZoomHistory, desk: Desk) -> None:
        self._settings = settings
        self._history = history
        self._desk = desk
        self._tokens = Tokens(settings.zoom_token_seconds, 0)
        self._client = basic(settings.zoom_client_id, settings.zoom_client_secret)

    def routes(self, faults: Faults) -> list[web.RouteDef]:
        """Every endpoint."""
        return [
            web.post(TOKEN_PATH, exposed(faults, Place.TOKEN, self._token)),
            web.post(MESSAGES_PATH, refusing(self._post)),
            web.get(SESSIONS_PATH, exposed(faults, Place.LOOKUP, refusing(self._list))),
            web.get(SESSION_PATH, exposed(faults, Place.LOOKUP, refusing(self._session))),
            web.get(MESSAGE_PATH, exposed(faults, Place.LOOKUP, refusing(self._message))),
        ]

    def accepted(self, entries: Sequence[Entry]) -> web.Response:
        """The ids of the message and of its session."""
        first = entries[0]
        body = {"message_id": first.uuid, "session_id": session_of(entries), "date_time": utc(first.wall)}
        return json_answer(body, status=201)

    def refusal(self, rule: Rule, message: Submission) -> web.Response | None:
        """The refusals in Zoom's words."""
        match rule.fault:
            case Fault.UNAUTHORIZED:
                return codes.OLD_TOKEN.response()
            case Fault.WRONG_SENDER:
                return codes.NO_USER.about(message.sender).response()
            case Fault.INVALID_NUMBER:
                return codes.BAD_NUMBER.response()
            case Fault.HTTP_429:
                return _too_many(rule)
            case _:
                return None

    async def _token(self, request: web.Request) -> web.StreamResponse:
        form = await form_of(request)
        if request.headers.get("Authorization") != self._client:
            return _no_token("Invalid client_id or client_secret", "invalid_client")
        if form.get("grant_type") != "account_credentials":
            return _no_token("unsupported grant type", "unsupported_grant_type")
        if form.get("account_id") != self._settings.zoom_account_id:
            return _no_token("Bad Request", "invalid_request")
        if self._settings.zoom_one_token:
            self._tokens.revoke()
        return json_answer(
            {
                "access_token": self._tokens.issue().access,
                "token_type": "bearer",
                "expires_in": self._settings.zoom_token_seconds,
                "scope": " ".join(self._settings.zoom_scopes),
                "api_url": str(request.url.origin()),
            }
        )

    async def _post(self, request: web.Request) -> web.StreamResponse:
        self._allow(request, _WRITE)
        message = read(await request.read(), self._settings)
        return await self._desk.receive(request, message, self)

    async def _list(self, request: web.Request) -> web.StreamResponse:
        self._allow(request, _READ)
        return json_answer(self._history.sessions(request.query))

    async def _session(self, request: web.Request) -> web.StreamResponse:
        self._allow(request, _READ)
        return json_answer(self._history.session(request.match_info["session"], request.query))

    async def _message(self, request: web.Request) -> web.StreamResponse:
        self._allow(request, _READ)
        return json_answer(self._history.message(request.match_info["session"], request.match_info["message"]))

    def _allow(self, request: web.Request, scopes: frozenset[str]) -> None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        standing = self._tokens.access(token) if scheme.lower() == "bearer" else Standing.UNKNOWN
        if standing is not Standing.LIVE:
            raise RefusedError(codes.OLD_TOKEN if standing is Standing.EXPIRED else codes.NO_TOKEN)
        if not self._settings.zoom_phone:
            raise RefusedError(codes.NOT_SET_UP)
        if scopes.isdisjoint(self._settings.zoom_scopes):
            raise RefusedError(codes.NO_SCOPE.about(", ".join(sorted(scopes))))


def _no_token(reason: str, error: str) -> web.Response:
    return json_answer({"reason": reason, "error": error}, status=400)


def _too_many(rule: Rule) -> web.Response:
    daily = rule.daily and rule.retry_after is None
    written = msgspec.structs.replace(rule, retry_after="iso") if daily else rule
    headers = {
        "X-RateLimit-Category": "Medium",
        "X-RateLimit-Type": "Daily-limit" if rule.daily else "QPS",
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": str(int(time.time()) + asked_seconds(rule)),
    }
    return (codes.DAILY_LIMIT if rule.daily else codes.TOO_MANY).response(headers | retry_after(written))
