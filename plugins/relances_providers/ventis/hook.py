"""Ventis Messaging: SMS to Gabonese numbers, one recipient per call, token from Keycloak.

Nothing public exists for batches, look-ups, delivery receipts or idempotency: a call whose answer was lost
cannot be cleared by asking.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import ClassVar, Final

import httpx

from relances_providers.connection_fields import ConnectionFields
from relances_providers.hook import MessagingHook
from relances_providers.http.client import Client, Wire
from relances_providers.http.token_auth import TokenAuth
from relances_providers.http.transport import NOT_AFTER
from relances_providers.keycloak.token import KeycloakAccount
from relances_providers.messaging import Capabilities, Finding, Limits, Message, Receipt, Sender, Verdict
from relances_providers.ventis.answers import read_answer, token_refused
from relances_providers.ventis.errors import TABLE

_LIMITS: Final = Limits(rate_per_second=5, max_in_flight=16, timeout=30)


@dataclass(frozen=True, slots=True)
class VentisSettings:
    """A ``ventis`` connection, checked. ``otp``: the value sent as ``isOTP`` (one client sends a text)."""

    url: str
    sender: str
    otp: bool | str
    account: KeycloakAccount
    wire: Wire

    @classmethod
    def of(cls, fields: ConnectionFields) -> "VentisSettings":
        """Raises Misconfigured, naming the field."""
        return cls(
            url=fields.url("host", "https://messaging.ventis.group/messaging/api/v1"),
            sender=fields.text("sender"),
            otp="false" if fields.flag("is_otp_as_text", default=False) else False,
            account=KeycloakAccount(
                conn_id=fields.conn_id,
                host=fields.url("keycloak_host", "https://signin.ventis.group"),
                realm=fields.text("realm", "Messaging"),
                client_id=fields.text("client_id", "api-messaging"),
                username=fields.text("login"),
                password=fields.text("password"),
                client_secret=fields.optional_text("client_secret"),
            ),
            wire=Wire.of(fields, "Ventis", "host et keycloak_host", _LIMITS),
        )


class VentisSender(Sender):
    """An open Ventis account: sends one SMS per call over a shared client."""

    def __init__(self, settings: VentisSettings, client: Client) -> None:
        self._settings = settings
        self._wire = settings.wire
        self._client = client
        self._url = httpx.URL(f"{settings.url}/message")  # parsed once, not for each message

    async def send(self, message: Message) -> Receipt:
        """``POST {host}/message``. Raises TryLater, Rejected, Misconfigured or OutcomeUnknown."""
        if len(message.text) > VentisHook.capabilities.max_characters:
            raise TABLE["trop_long"].error(self._wire.conn_id)
        body = {
            "to": message.to,
            "sender": self._settings.sender,
            "isOTP": self._settings.otp,
            "message": message.text,
        }
        request = httpx.Request("POST", self._url, json=body, extensions={NOT_AFTER: message.not_after})
        try:
            response = await self._client.send(request)
        except httpx.TransportError as error:
            raise self._wire.failure(error) from error
        return Receipt(read_answer(response, self._wire.conn_id))

    async def check(self) -> None:
        """Ask for a token and see that the host answers; sends nothing. Raises Misconfigured or TryLater."""
        try:
            response = await self._client.get(self._settings.url)
        except httpx.TransportError as error:
            raise self._wire.unreachable(error) from error
        # Nothing is published that a GET may ask for: 403 or 404 here does not tell that sending would fail.
        if response.status_code == httpx.codes.UNAUTHORIZED:
            raise token_refused(401, self._wire.conn_id)
        if response.is_server_error:
            raise TABLE["indisponible"].error(self._wire.conn_id, detail=f"HTTP {response.status_code}")

    async def diagnose(self) -> list[Finding]:
        """The sender's name, which Ventis checks at the first message only."""
        text = f"{self._settings.sender} : Ventis ne le vérifie qu'au premier message — checked at the first message"
        return [Finding("sender", Verdict.UNSEEN, text)]


class VentisHook(MessagingHook):
    """Opens a Ventis account from an Airflow connection of type ``ventis``."""

    default_conn_name = "ventis_default"
    conn_type = "ventis"
    hook_name = "Ventis Messaging (SMS)"
    capabilities: ClassVar[Capabilities] = Capabilities(
        can_find=False,
        can_follow=False,
        max_characters=1530,
        billed_by_segment=True,
        visibility_delay=0,
        default_limits=_LIMITS,
    )

    @property
    def limits(self) -> Limits:
        """Raises Misconfigured, naming the field."""
        return self._settings().wire.limits

    @property
    def addresses(self) -> dict[str, str]:
        """Raises Misconfigured, naming the field."""
        settings = self._settings()
        return {"host": settings.url, "keycloak_host": settings.account.host}

    @property
    def test_number(self) -> str | None:
        """Raises Misconfigured, naming the field."""
        return self._settings().wire.test_number

    @property
    def account(self) -> str:
        """Raises Misconfigured, naming the field."""
        return self._settings().account.username

    @asynccontextmanager
    async def open(self) -> AsyncIterator[VentisSender]:
        """An open account; raises Misconfigured, naming the field."""
        settings = self._settings()
        async with settings.wire.client(TokenAuth(settings.account)) as client:
            yield VentisSender(settings, client)

    def _settings(self) -> VentisSettings:
        return VentisSettings.of(self.fields)
