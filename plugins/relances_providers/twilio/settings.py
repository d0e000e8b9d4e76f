"""The fields of a ``twilio_whatsapp`` connection, checked."""

import re
from dataclasses import dataclass, replace
from typing import Final

from relances_providers.connection_fields import ConnectionFields
from relances_providers.errors import Misconfigured
from relances_providers.http.wire import Wire
from relances_providers.messaging import Limits
from relances_providers.twilio.sdk import Credentials

SANDBOX: Final = "+14155238886"  # the one number of Twilio's WhatsApp sandbox
SANDBOX_RATE: Final = 1 / 3  # messages per second
LIMITS: Final = Limits(rate_per_second=80, max_in_flight=16, timeout=10)


@dataclass(frozen=True, slots=True)
class TwilioSettings:
    """``sender``: None where a Messaging Service sends in its place. ``origin``: what says so in a message.

    ``api_key``: None where the account itself logs in.
    """

    host: str
    account_sid: str
    api_key: str | None
    credentials: Credentials
    sender: str | None
    origin: dict[str, str]
    wire: Wire

    @classmethod
    def of(cls, fields: ConnectionFields) -> "TwilioSettings":
        """Raises Misconfigured, naming the field."""
        account_sid = _sid(fields, "login", "AC")
        api_key = _sid(fields, "api_key", "SK") if fields.optional_text("api_key") else None
        service = _sid(fields, "messaging_service_sid", "MG") if fields.optional_text("messaging_service_sid") else None
        sender = None if service else fields.phone("sender")
        return cls(
            host=fields.url("host", "https://api.twilio.com"),
            account_sid=account_sid,
            api_key=api_key,
            credentials=Credentials(api_key or account_sid, fields.text("password")),
            sender=sender,
            origin={"MessagingServiceSid": service} if service else {"From": address_of(sender or "")},
            wire=_paced(Wire.of(fields, "Twilio", "host", LIMITS), sender),
        )

    @property
    def account_path(self) -> str:
        return f"/2010-04-01/Accounts/{self.account_sid}"

    @property
    def senders_host(self) -> str:
        """Where Twilio answers for WhatsApp senders: another host than for messages."""
        return self.host.replace("://api.", "://messaging.", 1)

    @property
    def list_filters(self) -> dict[str, str]:
        """What sets most of this connection's messages apart in the account's list: all but those of another sender.

        A Messaging Service has several.
        """
        return {name: value for name, value in self.origin.items() if name == "From"}


def address_of(number: str) -> str:
    """The WhatsApp address of a number in E.164, with its sign."""
    return f"whatsapp:{number}"


def _paced(wire: Wire, sender: str | None) -> Wire:
    if sender != SANDBOX:
        return wire
    slow = min(wire.limits.rate_per_second, SANDBOX_RATE)
    return replace(wire, limits=replace(wire.limits, rate_per_second=slow))


def _sid(fields: ConnectionFields, name: str, prefix: str) -> str:
    value = fields.text(name)
    if re.fullmatch(rf"{prefix}[0-9a-fA-F]{{32}}", value):
        return value
    raise Misconfigured(
        f"connexion {fields.conn_id} : le champ {name} doit être {prefix} suivi de 32 chiffres ou lettres a-f ; "
        "copiez-le de la console Twilio "
        f"— connection {fields.conn_id}: field {name} must be {prefix} and 32 hexadecimal digits",
        code="connexion",
    )
