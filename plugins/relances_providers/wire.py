"""How an open connection talks HTTP: its client, and what a failure of the network means for a message."""

import logging
from dataclasses import dataclass

import aiohttp
import httpx

from relances_providers.connection_fields import ConnectionFields
from relances_providers.discretion import log_request, log_response
from relances_providers.errors import Misconfigured, OutcomeUnknown, ProviderError, TryLater
from relances_providers.messaging import Limits
from relances_providers.token_auth import TOKEN_REQUEST
from relances_providers.transport import SURELY_NOT_SENT, AiohttpTransport

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Wire:
    """The settings that all providers share. ``provider``: its name in messages; ``address_fields``: what to mend."""

    provider: str
    conn_id: str
    address_fields: str
    verify_ssl: bool
    debug: bool
    limits: Limits

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
        )

    def client(self, auth: httpx.Auth | None = None) -> httpx.AsyncClient:
        """A client for many calls at once, which sends each request once and follows no redirect."""
        if not self.verify_ssl:
            logger.warning("connexion %s : vérification TLS désactivée (verify_ssl=false)", self.conn_id)
        return httpx.AsyncClient(
            transport=AiohttpTransport(verify=self.verify_ssl),
            auth=auth,
            timeout=self.limits.timeout,
            event_hooks={"request": [log_request], "response": [log_response]} if self.debug else {},
        )

    def failure(self, error: httpx.TransportError) -> ProviderError:
        """What a failed call means: nothing was sent, or nobody knows."""
        if isinstance(error, httpx.PoolTimeout):
            return TryLater("envoi abandonné : il commençait trop tard — too late to start, not sent", code="trop_tard")
        if TOKEN_REQUEST in error.request.extensions or isinstance(error, SURELY_NOT_SENT):
            return self.unreachable(error)
        return OutcomeUnknown(
            f"{self.provider} n'a pas répondu ({type(error).__name__}) : le message est peut-être parti "
            "— no answer, the message may have been sent",
            code="408",
        )

    def unreachable(self, error: httpx.TransportError) -> ProviderError:
        """What a failed call means where nothing can have been sent, such as for a look-up."""
        if isinstance(error.__cause__, aiohttp.ClientConnectorCertificateError):
            return Misconfigured(
                f"{error.request.url.host} : certificat TLS refusé ; vérifiez l'adresse dans la connexion "
                f"{self.conn_id}, ou faites connaître l'autorité du certificat (SSL_CERT_FILE) "
                "— the TLS certificate is not trusted",
                code="certificat",
            )
        return TryLater(
            f"{error.request.url.host} est injoignable ({_reason(error)}) : vérifiez {self.address_fields} de la "
            f"connexion {self.conn_id}, le réseau et le certificat — out of reach, nothing was sent",
            code="injoignable",
        )


def _reason(error: httpx.TransportError) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
