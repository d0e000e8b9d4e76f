"""How an open connection talks HTTP: its client, and what a failure of the network means for a message."""

import logging
from dataclasses import dataclass, field, replace

import aiohttp
import httpx

from relances_providers.connection_fields import ConnectionFields
from relances_providers.errors import ProviderError
from relances_providers.form import TEST_NUMBER
from relances_providers.http.client import Client
from relances_providers.http.errors import TABLE
from relances_providers.http.token_auth import TOKEN_REQUEST
from relances_providers.http.transport import SURELY_NOT_SENT, AiohttpTransport
from relances_providers.messaging import Limits
from relances_providers.quotation import plain

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Wire:
    """The settings that all providers share. ``provider``: its name in messages; ``address_fields``: what to mend.

    ``test_number``: who gets the test messages that name no number.
    """

    provider: str
    conn_id: str
    address_fields: str
    verify_ssl: bool
    debug: bool
    limits: Limits
    test_number: str | None = field(default=None, repr=False)

    @classmethod
    def of(cls, fields: ConnectionFields, provider: str, address_fields: str, defaults: Limits) -> "Wire":
        """Raises Misconfigured, naming the field."""
        return cls(
            provider=provider,
            conn_id=fields.conn_id,
            address_fields=address_fields,
            verify_ssl=fields.flag("verify_ssl", default=True),
            debug=fields.flag("debug", default=False),
            limits=Limits(
                rate_per_second=fields.number("rate_per_second", defaults.rate_per_second, minimum=0.01),
                max_in_flight=int(fields.number("max_in_flight", defaults.max_in_flight, minimum=1)),
                timeout=fields.number("timeout", defaults.timeout, minimum=0.1),
            ),
            test_number=fields.optional_text(TEST_NUMBER),
        )

    def client(self, auth: httpx.Auth | None = None) -> Client:
        """Who sends by this connection: with its time-out and its TLS, logging in debug."""
        if not self.verify_ssl:
            logger.warning(
                "connexion %s : vérification TLS désactivée (verify_ssl=false) — TLS certificates are not verified",
                self.conn_id,
            )
        transport = AiohttpTransport(verify=self.verify_ssl)
        return Client(transport, auth, timeout=self.limits.timeout, debug=self.debug)

    def failure(self, error: httpx.TransportError) -> ProviderError:
        """What a failed call means: nothing was sent, or nobody knows."""
        if isinstance(error, httpx.PoolTimeout):
            return self._error("trop_tard")
        if TOKEN_REQUEST in error.request.extensions or isinstance(error, SURELY_NOT_SENT):
            return self.unreachable(error)
        return self._error("408", f"{self.provider}, {type(error).__name__}")

    def unreachable(self, error: httpx.TransportError) -> ProviderError:
        """What a failed call means where nothing can have been sent, such as for a look-up."""
        host = error.request.url.host
        if isinstance(error.__cause__, aiohttp.ClientConnectorCertificateError):
            return self._error("certificat", host)
        said = plain(f"{type(error).__name__} {error}")
        return self._error("injoignable", f"{host}, {said}")

    def _error(self, code: str, detail: str = "") -> ProviderError:
        row = TABLE[code]
        cure = row.cure.replace("{adresses}", self.address_fields)
        return replace(row, cure=cure).error(self.conn_id, detail=detail)
