"""Twilio's messages over WhatsApp: forms in, JSON out, Basic authentication."""

import time
from collections.abc import Sequence

from aiohttp import web

from simulators import twilio_codes as codes
from simulators.desk import Desk, Submission
from simulators.endings import retry_after
from simulators.entry import Entry
from simulators.exchange import basic, form_of, json_answer
from simulators.faults import Fault, Faults, Place, Rule
from simulators.mishap import exposed
from simulators.refusal import RefusedError, refusing
from simulators.settings import Settings
from simulators.twilio_form import read
from simulators.twilio_messages import PROVIDER, TwilioMessages
from simulators.twilio_resource import address

ACCOUNT_PATH = "/2010-04-01/Accounts/{account}.json"
MESSAGES_PATH = "/2010-04-01/Accounts/{account}/Messages.json"
MESSAGE_PATH = "/2010-04-01/Accounts/{account}/Messages/{sid}.json"

_TOLERANCE = 0.9  # of two messages sent at the right pace, the second may be quicker on its way


class Twilio:
    """One account with its WhatsApp senders; its token opens it, and so does an API key."""

    name = PROVIDER

    def __init__(self, settings: Settings, messages: TwilioMessages, desk: Desk) -> None:
        self._settings = settings
        self._messages = messages
        self._desk = desk
        self._pace = Pace(settings.sandbox_seconds * _TOLERANCE)
        self._token = basic(settings.twilio_account_sid, settings.twilio_auth_token)
        self._key = basic(settings.twilio_api_key, settings.twilio_api_secret)

    def routes(self, faults: Faults) -> list[web.RouteDef]:
        """Every endpoint."""
        return [
            web.post(MESSAGES_PATH, refusing(self._create)),
            web.get(MESSAGES_PATH, exposed(faults, Place.LOOKUP, refusing(self._list))),
            web.get(MESSAGE_PATH, exposed(faults, Place.LOOKUP, refusing(self._fetch))),
            web.get(ACCOUNT_PATH, exposed(faults, Place.LOOKUP, refusing(self._account))),
        ]

    def accepted(self, entries: Sequence[Entry]) -> web.Response:
        """The message as it is now."""
        [entry] = entries
        return json_answer(self._messages.created(entry), status=201)

    def refusal(self, rule: Rule, message: Submission) -> web.Response | None:
        """The refusals in Twilio's words."""
        match rule.fault:
            case Fault.UNAUTHORIZED:
                return codes.AUTHENTICATE.response()
            case Fault.WRONG_SENDER:
                return codes.NO_CHANNEL.response()
            case Fault.INVALID_NUMBER:
                return codes.INVALID_NUMBER.about(address(message.recipients[0])).response()
            case Fault.HTTP_429:
                return (codes.DAILY_LIMIT if rule.daily else codes.TOO_MANY).response(retry_after(rule))
            case _:
                return None

    async def _create(self, request: web.Request) -> web.StreamResponse:
        self._recognize(request)
        message = read(await form_of(request), self._settings)
        if message.sender == self._settings.sandbox_sender and not self._pace.allows():
            raise RefusedError(codes.TOO_FAST.about(self._settings.twilio_account_sid))
        return await self._desk.receive(request, message, self)

    async def _list(self, request: web.Request) -> web.StreamResponse:
        self._recognize(request)
        return json_answer(self._messages.page(request.query))

    async def _fetch(self, request: web.Request) -> web.StreamResponse:
        self._recognize(request)
        return json_answer(self._messages.one(request.match_info["sid"], request.path))

    async def _account(self, request: web.Request) -> web.StreamResponse:
        self._recognize(request)
        if request.headers["Authorization"] == self._key:  # a standard key opens messages, not accounts
            raise RefusedError(codes.KEY_TOO_WEAK)
        sid = self._settings.twilio_account_sid
        return json_answer({"sid": sid, "friendly_name": "Simulateur", "status": "active", "type": "Full"})

    def _recognize(self, request: web.Request) -> None:
        shown = request.headers.get("Authorization", "")
        if shown not in {self._token, self._key} or request.match_info["account"] != self._settings.twilio_account_sid:
            raise RefusedError(codes.AUTHENTICATE)


class Pace:
    """Allows one message in so many seconds."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._next = 0.0

    def allows(self) -> bool:
        """Whether a message may pass now; those after it wait."""
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + self._seconds
        return True
