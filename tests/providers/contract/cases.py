"""The providers that the contract is tested on: a new one is one more line of CASES."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from relances_providers.hook import MessagingHook
from relances_providers.twilio.hook import TwilioWhatsAppHook
from relances_providers.ventis.hook import VentisHook
from relances_providers.zoom.hook import ZoomSmsHook
from simulators import Settings

PASSWORD = "mot-de-passe-confidentiel"
SECRET = "secret-du-client"
SETTINGS: dict[str, object] = {
    "password": PASSWORD,
    "client_secret": SECRET,
    "twilio_auth_token": PASSWORD,
    "zoom_client_secret": PASSWORD,
    "delivery_seconds": 0,
}
"""Of the simulators: the secrets are those of the connections below, and no others of the same words."""

_ACCOUNT = Settings().twilio_account_sid
_UUID = "6f1c2a34-0d4e-4f6a-9b1c-2d3e4f5a6b7c"


@dataclass(frozen=True, slots=True)
class Case:
    """One provider. ``told``: its connection besides what a good one is told; ``number``: one that it takes.

    ``message``, ``token``: the paths it calls, None where it asks for no token. ``accepted``: the status and the body
    by which it takes a message.
    """

    name: str
    hook: type[MessagingHook]
    number: str
    told: Mapping[str, object]
    message: str
    token: str | None
    accepted: tuple[int, str]

    def __str__(self) -> str:
        return self.name


CASES = (
    Case(
        "ventis",
        VentisHook,
        "24166123456",
        {"client_secret": SECRET},
        "/messaging/api/v1/message",
        "/realms/Messaging/protocol/openid-connect/token",
        (200, f"+SUCCESS|{_UUID}|2026-11-21T08:00:00"),
    ),
    Case(
        "zoom",
        ZoomSmsHook,
        "15145551234",
        {"rate_per_second": 1_000},
        "/v2/phone/sms/messages",
        "/oauth/token",
        (201, json.dumps({"message_id": "IQ-cRH5P5EiTWCwpNzScnECJw", "session_id": "d39fc7e1"})),
    ),
    Case(
        "twilio",
        TwilioWhatsAppHook,
        "24177123456",
        {},
        f"/2010-04-01/Accounts/{_ACCOUNT}/Messages.json",
        None,
        (201, json.dumps({"sid": f"SM{'5' * 32}", "status": "queued"})),
    ),
)
WITH_TOKEN = tuple(case for case in CASES if case.token)
