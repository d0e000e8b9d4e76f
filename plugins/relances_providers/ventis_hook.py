"""Ventis Messaging: SMS to Gabonese numbers, one recipient per call, token from Keycloak.

``POST {host}/message`` with ``{"to", "sender", "isOTP", "message"}``. A success is not JSON but
``+SUCCESS|<uuid>|<timestamp>``. Nothing is published for looking a message up, for receipts or for limits:
an unknown outcome cannot be cleared by asking, and the rate is a setting of the connection.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import ClassVar

import aiohttp
import httpx
from airflow.sdk.exceptions import AirflowNotFoundException

from relances_providers.connection_fields import ConnectionFields
from relances_providers.errors import Misconfigured, OutcomeUnknown, ProviderError, Rejected, TryLater
from relances_providers.messaging import Capabilities, Limits, Message, MessagingHook, Receipt, mask
from relances_providers.token_auth import TOKEN_REQUEST, KeycloakAccount, KeycloakAuth
from relances_providers.transport import NOT_AFTER, SURELY_NOT_SENT, AiohttpTransport
from relances_providers.ventis_answers import read_answer, token_refused

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class VentisSettings:
    """A ``ventis`` connection, checked. ``otp``: the value sent as ``isOTP`` (one client sends a text)."""

    conn_id: str
    url: str
    sender: str
    otp: bool | str
    account: KeycloakAccount
    verify_ssl: bool
    debug: bool
    limits: Limits

    @classmethod
    def of(cls, fields: ConnectionFields) -> "VentisSettings":
        """Raises Misconfigured, naming the field."""
        return cls(
            conn_id=fields.conn_id,
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
            verify_ssl=fields.flag("verify_ssl", default=True),
            debug=fields.flag("debug", default=False),
            limits=Limits(
                rate_per_second=fields.number("rate_per_second", 5, minimum=0.01),
                max_in_flight=int(fields.number("max_in_flight", 16, minimum=1)),
                timeout=fields.number("timeout", 30, minimum=0.1),
            ),
        )


class VentisSender:
    """An open Ventis account: sends one SMS per call over a shared client."""

    def __init__(self, settings: VentisSettings, client: httpx.AsyncClient) -> None:
        self._settings = settings
        self._client = client
        self._url = f"{settings.url}/message"

    async def send(self, message: Message) -> Receipt:
        """Raises TryLater, Rejected, Misconfigured or OutcomeUnknown."""
        if len(message.text) > VentisHook.capabilities.max_characters:
            raise Rejected("message trop long pour Ventis — text too long", code="trop_long")
        body = {
            "to": message.to,
            "sender": self._settings.sender,
            "isOTP": self._settings.otp,
            "message": message.text,
        }
        try:
            response = await self._client.post(self._url, json=body, extensions={NOT_AFTER: message.not_after})
        except httpx.TransportError as error:
            raise self._translate(error) from error
        if self._settings.debug:
            logger.info("POST %s to=%s -> HTTP %s", self._url, mask(message.to), response.status_code)
        return Receipt(read_answer(response, self._settings.conn_id))

    async def check(self) -> None:
        """Ask for a token and see that the host answers; sends nothing. Raises Misconfigured or TryLater."""
        try:
            response = await self._client.get(self._settings.url)
        except httpx.TransportError as error:
            raise self._unreachable(error) from error
        # Nothing is published that a GET may ask for: 403 or 404 here does not tell that sending would fail.
        if response.status_code == httpx.codes.UNAUTHORIZED:
            raise token_refused(401, self._settings.conn_id)
        if response.is_server_error:
            raise TryLater(f"Ventis répond {response.status_code} — Ventis is unavailable", code="indisponible")

    def _translate(self, error: httpx.TransportError) -> ProviderError:
        if isinstance(error, httpx.PoolTimeout):
            return TryLater("envoi abandonné : il commençait trop tard — too late to start, not sent", code="trop_tard")
        asked_for_token = TOKEN_REQUEST in error.request.extensions
        if asked_for_token or isinstance(error, SURELY_NOT_SENT):
            return self._unreachable(error)
        return OutcomeUnknown(
            f"Ventis n'a pas répondu ({type(error).__name__}) : le message est peut-être parti "
            "— no answer, the message may have been sent",
            code="408",
        )

    def _unreachable(self, error: httpx.TransportError) -> ProviderError:
        if isinstance(error.__cause__, aiohttp.ClientConnectorCertificateError):
            return Misconfigured(
                f"{error.request.url.host} : certificat TLS refusé ; vérifiez l'adresse dans la connexion "
                f"{self._settings.conn_id}, ou faites connaître l'autorité du certificat (SSL_CERT_FILE) "
                "— the TLS certificate is not trusted",
                code="certificat",
            )
        return TryLater(
            f"{error.request.url.host} est injoignable ({_reason(error)}) : vérifiez host et keycloak_host de la "
            f"connexion {self._settings.conn_id}, le réseau et le certificat — out of reach, nothing was sent",
            code="injoignable",
        )


class VentisHook(MessagingHook):
    """Opens a Ventis account from an Airflow connection of type ``ventis``."""

    conn_name_attr = "ventis_conn_id"
    default_conn_name = "ventis_default"
    conn_type = "ventis"
    hook_name = "Ventis Messaging (SMS)"
    capabilities: ClassVar[Capabilities] = Capabilities(can_look_up=False, max_characters=1530, visibility_delay=0)

    def __init__(self, ventis_conn_id: str = default_conn_name) -> None:
        super().__init__()
        self.ventis_conn_id = ventis_conn_id

    @property
    def limits(self) -> Limits:
        """Raises Misconfigured, naming the field."""
        return self._settings().limits

    @asynccontextmanager
    async def open(self) -> AsyncIterator[VentisSender]:
        """An open account; raises Misconfigured, naming the field."""
        settings = self._settings()
        if not settings.verify_ssl:
            logger.warning("connexion %s : vérification TLS désactivée (verify_ssl=false)", settings.conn_id)
        async with httpx.AsyncClient(
            transport=AiohttpTransport(verify=settings.verify_ssl),
            auth=KeycloakAuth(settings.account),
            timeout=settings.limits.timeout,
        ) as client:
            yield VentisSender(settings, client)

    def test_connection(self) -> tuple[bool, str]:
        """What the "Test" button of Airflow's connection form runs; sends nothing."""
        try:
            asyncio.run(self._check())
        except ProviderError as error:
            return False, str(error)
        return True, "Ventis répond et Keycloak a donné un jeton — connection works"

    async def _check(self) -> None:
        async with self.open() as sender:
            await sender.check()

    def _settings(self) -> VentisSettings:
        try:
            connection = self.get_connection(self.ventis_conn_id)
        except AirflowNotFoundException as error:
            raise Misconfigured(
                f"la connexion {self.ventis_conn_id} n'existe pas ; créez-la dans Admin → Connections, type "
                f"{self.hook_name} — the connection does not exist",
                code="connexion",
            ) from error
        return VentisSettings.of(ConnectionFields.of(connection))


def _reason(error: httpx.TransportError) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
