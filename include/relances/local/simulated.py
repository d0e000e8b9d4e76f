"""The demo world: invented taxpayers, and look-alikes of the providers that send nothing to anyone.

Importing this module raises LocalError where they are not: a clone and its image have them, an installed wheel has not.
"""

import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import httpx
import msgspec

from relances.local.connections import Connection, Value
from relances.local.errors import LocalError
from relances.local.state import LOOPBACK, StateFolder
from relances.local.supervisor import Supervisor
from relances.rules.fenetre import LIBREVILLE

try:
    from demo import DatabaseNotEmptyError, add_collections, create_base_fictive
    from simulators.settings import Settings as Account
except ModuleNotFoundError:
    raise LocalError(
        "La démonstration et la base fictive ne sont pas dans cette installation : prenez-les d'un clone du dépôt, ou "
        "de son image. — The demonstration comes with a clone of the repository or its image only."
    ) from None

_ACCOUNT = Account()
_FAST: Final[dict[str, Value]] = {"timeout": 3, "max_in_flight": 32, "rate_per_second": 200}


class _Count(msgspec.Struct, frozen=True):
    count: int


class _Duplicates(msgspec.Struct, frozen=True):
    duplicates: list[object]


@dataclass(frozen=True, slots=True)
class Simulators:
    """The simulators of the providers, at one address."""

    url: str

    def connections(self) -> list[Connection]:
        """What makes the pipeline send to them, fast: they have no limits to respect."""
        return [self._ventis(), self._twilio(), self._zoom()]

    def _ventis(self) -> Connection:
        return Connection(
            "ventis_default",
            "ventis",
            host=f"{self.url}/messaging/api/v1",
            login=_ACCOUNT.username,
            password=_ACCOUNT.password,
            extra={
                "sender": _ACCOUNT.senders[0],
                "keycloak_host": self.url,
                "realm": _ACCOUNT.realm,
                "client_id": _ACCOUNT.client_id,
                **_FAST,
            },
        )

    def _twilio(self) -> Connection:
        # Not the sandbox's number, which would hold the sending to one message in three seconds.
        return Connection(
            "twilio_default",
            "twilio_whatsapp",
            host=self.url,
            login=_ACCOUNT.twilio_account_sid,
            password=_ACCOUNT.twilio_auth_token,
            extra={"sender": _ACCOUNT.whatsapp_senders[-1], **_FAST},
        )

    def _zoom(self) -> Connection:
        return Connection(
            "zoom_default",
            "zoom_sms",
            host=f"{self.url}/v2",
            login=_ACCOUNT.zoom_client_id,
            password=_ACCOUNT.zoom_client_secret,
            extra={
                "sender": _ACCOUNT.zoom_senders[0],
                "account_id": _ACCOUNT.zoom_account_id,
                "oauth_host": self.url,
                **_FAST,
            },
        )

    def accepted(self) -> int:
        """How many messages they have accepted since the state folder exists."""
        return msgspec.json.decode(self._get("/ledger/count"), type=_Count).count

    def duplicates(self) -> int:
        """How many messages they accepted more than once."""
        return len(msgspec.json.decode(self._get("/ledger/duplicates"), type=_Duplicates).duplicates)

    def _get(self, path: str) -> bytes:
        return httpx.get(f"{self.url}{path}", trust_env=False).raise_for_status().content


def start_simulators(supervisor: Supervisor, state: StateFolder) -> Simulators:
    """Start them on their own port, the same each time; returns once they answer."""
    port, ready = state.port("simulateurs"), state.path / "simulateurs.port"
    ready.unlink(missing_ok=True)
    command = [sys.executable, "-m", "simulators", "--port", str(port), "--port-file", str(ready)]
    ledger = ["--ledger", str(state.path / "messages.jsonl")]
    supervisor.start("simulateurs", command + ledger, os.environ)
    supervisor.wait_for(ready.exists, 30, "Les simulateurs ne répondent pas ; voyez logs/simulateurs.log.")
    return Simulators(f"http://{LOOPBACK}:{port}")


def fill_etaxe(url: str, contribuables: int) -> None:
    """Fill a tax database as of today in Libreville, unless it was before: one sample serves all demos.

    It goes on being fed: each day that it serves has its collections, else a run would hold it for stale.
    """
    now = datetime.now(LIBREVILLE)
    with suppress(DatabaseNotEmptyError):
        create_base_fictive(url, contribuables=contribuables, date_reference=now.date())
    add_collections(url, now)
