"""How the look-alikes are set up."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from simulators.faults import Plan

Generation = Literal["19", "20", "26"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One server: its Keycloak realm, its accounts at the providers, its ledger and the faults it starts with.

    `client_secret=None` makes the client public. `generation` is the Keycloak release that answers: 19
    refuses a client in other words than 20 and later. Numbers of senders are in E.164, with the sign. Durations are
    in seconds: `delivery_seconds` is each step of a message of Twilio or Zoom, `sandbox_seconds` the time between two
    messages of `sandbox_sender`. `zoom_one_token`: a new token of Zoom makes the older one die. `zoom_phone`: whether
    the Zoom account has Zoom Phone.
    """

    realm: str = "Messaging"
    client_id: str = "api-messaging"
    client_secret: str | None = field(default=None, repr=False)
    username: str = "simulateur"
    password: str = field(default="simulateur", repr=False)
    token_seconds: int = 300
    refresh_seconds: int = 1800
    generation: Generation = "20"
    senders: tuple[str, ...] = ("VENTIS",)
    twilio_account_sid: str = "AC" + "0" * 32
    twilio_auth_token: str = field(default="simulateur", repr=False)
    twilio_api_key: str = "SK" + "0" * 32
    twilio_api_secret: str = field(default="simulateur", repr=False)
    whatsapp_senders: tuple[str, ...] = ("+14155238886", "+24111000000")
    messaging_service_sid: str = "MG" + "0" * 32
    sandbox_sender: str = "+14155238886"
    sandbox_seconds: float = 3.0
    zoom_client_id: str = "simulateur"
    zoom_client_secret: str = field(default="simulateur", repr=False)
    zoom_account_id: str = "simulateur"
    zoom_senders: tuple[str, ...] = ("+15550100000",)
    zoom_scopes: tuple[str, ...] = ("phone_sms:write:admin", "phone_sms:read:admin")
    zoom_token_seconds: int = 3600
    zoom_one_token: bool = False
    zoom_phone: bool = True
    delivery_seconds: float = 1.0
    ledger_file: Path | None = None
    plan: Plan = field(default_factory=Plan)
    control_token: str | None = field(default=None, repr=False)
