"""Zoom Phone: SMS to numbers of the United States and Canada, one recipient per call, Server-to-Server OAuth.

A message's id here is ``<session_id>:<message_id>``: Zoom finds it by both.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import ClassVar, Final

import httpx

from relances_providers.connection_fields import ConnectionFields
from relances_providers.errors import ProviderError
from relances_providers.hook import MessagingHook
from relances_providers.http.client import Client, Wire
from relances_providers.http.token_auth import TokenAuth
from relances_providers.http.transport import NOT_AFTER
from relances_providers.messaging import (
    Candidate,
    Capabilities,
    Delivery,
    Finding,
    Limits,
    Message,
    Receipt,
    Sender,
    Sent,
    Sought,
)
from relances_providers.zoom.answers import read_receipt
from relances_providers.zoom.archive import ZoomArchive
from relances_providers.zoom.errors import TABLE
from relances_providers.zoom.findings import about_scopes, about_sender, sender_unseen
from relances_providers.zoom.token import ZoomAccount

logger = logging.getLogger(__name__)

# The rate of a Pro account for what Zoom labels "medium", sending and asking alike; Business has 20.
_LIMITS: Final = Limits(rate_per_second=10, max_in_flight=16, timeout=15)
_MOST_CHARACTERS: Final = 500  # the guides say 1600
_MOST_BYTES: Final = 2048


@dataclass(frozen=True, slots=True)
class ZoomSettings:
    """A ``zoom_sms`` connection, checked. ``sender``: in E.164."""

    url: str
    sender: str
    max_characters: int
    account: ZoomAccount
    wire: Wire

    @classmethod
    def of(cls, fields: ConnectionFields) -> "ZoomSettings":
        """Raises Misconfigured, naming the field."""
        return cls(
            url=fields.url("host", "https://api.zoom.us/v2"),
            sender=fields.phone("sender"),
            max_characters=int(fields.number("max_characters", _MOST_CHARACTERS, minimum=1)),
            account=ZoomAccount(
                conn_id=fields.conn_id,
                host=fields.url("oauth_host", "https://zoom.us"),
                account_id=fields.text("account_id"),
                client_id=fields.text("login"),
                client_secret=fields.text("password"),
            ),
            wire=Wire.of(fields, "Zoom", "host et oauth_host", _LIMITS),
        )


class ZoomSender(Sender):
    """An open Zoom account: sends one SMS per call over a shared client, and asks at the connection's rate."""

    def __init__(self, settings: ZoomSettings, client: Client, auth: TokenAuth) -> None:
        self._settings = settings
        self._wire = settings.wire
        self._conn_id = settings.wire.conn_id
        self._client = client
        self._auth = auth
        self._url = httpx.URL(f"{settings.url}/phone/sms/messages")  # parsed once, not for each message
        self._sender = {"phone_number": settings.sender}
        self._archive = ZoomArchive(settings.url, settings.wire, client)

    async def send(self, message: Message) -> Receipt:
        """``POST {host}/phone/sms/messages``. Raises TryLater, Rejected, Misconfigured or OutcomeUnknown."""
        self._refuse_too_long(message.text)
        # Never a second member: to several, Zoom sends a group message that shows each the others' numbers.
        members = [{"phone_number": f"+{message.to}"}]
        body = {"sender": self._sender, "to_members": members, "message": message.text}
        request = httpx.Request("POST", self._url, json=body, extensions={NOT_AFTER: message.not_after})
        try:
            response = await self._client.send(request)
        except httpx.TransportError as error:
            raise self._wire.failure(error) from error
        return Receipt(read_receipt(response, self._conn_id))

    async def check(self) -> None:
        """Ask for a token and for one conversation; sends nothing. Raises Misconfigured or TryLater."""
        await self._archive.check()

    async def diagnose(self) -> list[Finding]:
        """The scopes of the app, and whether the account has the sender's number."""
        sender = self._settings.sender
        try:
            of_sender = about_sender(sender, await self._archive.numbers(sender), self._conn_id)
        except ProviderError:  # once check has passed, it is the right to list numbers that may be missing
            of_sender = sender_unseen()
        return [*about_scopes(self._auth.scopes, self._conn_id), of_sender]

    async def fetch_status(self, sent: Sequence[Sent]) -> list[Delivery]:
        """``GET …/sessions/{session}/messages/{message}`` for each: Zoom has no list of statuses.

        The first failure ends the asking: what is known by then is returned, the rest is for the next time. It is
        raised (TryLater or Misconfigured) where nothing is known yet.
        """
        known: list[Delivery] = []
        failures: list[ProviderError] = []
        waiting = iter(sent)

        async def ask() -> None:
            for one in waiting:
                news = await self._archive.delivery(one)
                if news is not None:
                    known.append(news)

        try:
            async with asyncio.TaskGroup() as askers:
                for _ in range(min(len(sent), self._wire.limits.max_in_flight)):
                    askers.create_task(ask())
        except* ProviderError as failed:
            failures += [error for error in failed.exceptions if isinstance(error, ProviderError)]
        if failures and not known:
            raise failures[0]
        if failures:
            logger.warning("connexion %s : suivi interrompu : %s", self._conn_id, failures[0])
        return known

    async def find(self, sought: Sought) -> list[Candidate]:
        """The conversations with that number at that time, then what each holds. Raises TryLater or Misconfigured."""
        return await self._archive.candidates(sought)

    def _refuse_too_long(self, text: str) -> None:
        if len(text) > self._settings.max_characters:
            detail = f"{len(text)} caractères, {self._settings.max_characters} au plus"
            raise TABLE["trop_long"].error(self._conn_id, detail=detail)
        size = len(text.encode())
        if size > _MOST_BYTES:
            raise TABLE["trop_long"].error(self._conn_id, detail=f"{size} octets, {_MOST_BYTES} au plus")


class ZoomSmsHook(MessagingHook):
    """Opens a Zoom account from an Airflow connection of type ``zoom_sms``."""

    default_conn_name = "zoom_default"
    conn_type = "zoom_sms"
    hook_name = "Zoom Phone (SMS)"
    # Zoom says nothing of how soon its lists show a message: a minute is prudence, paid by in-doubt messages alone.
    capabilities: ClassVar[Capabilities] = Capabilities(
        can_find=True,
        can_follow=True,
        max_characters=_MOST_CHARACTERS,
        billed_by_segment=True,
        visibility_delay=60,
        default_limits=_LIMITS,
    )

    @property
    def limits(self) -> Limits:
        """Raises Misconfigured, naming the field."""
        return self._settings().wire.limits

    @property
    def max_characters(self) -> int:
        """Raises Misconfigured, naming the field."""
        return self._settings().max_characters

    @property
    def addresses(self) -> dict[str, str]:
        """Raises Misconfigured, naming the field."""
        settings = self._settings()
        return {"host": settings.url, "oauth_host": settings.account.host}

    @property
    def test_number(self) -> str | None:
        """Raises Misconfigured, naming the field."""
        return self._settings().wire.test_number

    @property
    def account(self) -> str:
        """Raises Misconfigured, naming the field."""
        return self._settings().account.account_id

    @asynccontextmanager
    async def open(self) -> AsyncIterator[ZoomSender]:
        """An open account; raises Misconfigured, naming the field."""
        settings = self._settings()
        auth = TokenAuth(settings.account)
        async with settings.wire.client(auth) as client:
            yield ZoomSender(settings, client, auth)

    def _settings(self) -> ZoomSettings:
        return ZoomSettings.of(self.fields)
