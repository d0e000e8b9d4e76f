"""How the look-alikes are set up."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from simulators.faults import Plan

Generation = Literal["19", "20", "26"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One server: its Keycloak realm, its Ventis account, its ledger and the faults it starts with.

    `client_secret=None` makes the client public. `generation` is the Keycloak release that answers: 19
    refuses a client in other words than 20 and later. Durations are in seconds.
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
    ledger_file: Path | None = None
    plan: Plan = field(default_factory=Plan)
    control_token: str | None = field(default=None, repr=False)
