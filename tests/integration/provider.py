"""A running simulator, and a worker that sends to it."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from relances.orchestration.connections import hook_of
from relances.policy.politique import load_policy
from relances.rules.fenetre import TOUJOURS
from relances.sending.worker import LotReport, LotSender, lease
from relances.store.sending import Lot, LotStore
from relances_providers.provider_info import PROVIDERS
from simulators import Settings, serve
from tests.integration.world import Row, request
from tests.support import wait_until


@dataclass(frozen=True, slots=True)
class Provider:
    """Running simulators of all the providers, and the ways to ask them and to upset them."""

    url: str

    def connection(self, fournisseur: str = "ventis", *, host: str | None = None, **extra: object) -> str:
        """An Airflow connection to it, as JSON."""
        settings = {"timeout": 5, "max_in_flight": 8, "rate_per_second": 5000}
        known = {"login": "simulateur", "password": "simulateur"}
        own: dict[str, object]
        match fournisseur:
            case "ventis":
                path, own = "/messaging/api/v1", {"sender": "VENTIS", "keycloak_host": self.url}
            case "zoom":
                path = "/v2"
                own = {"sender": "+15550100000", "account_id": "simulateur", "oauth_host": self.url}
            case _:
                path, own = "", {"sender": "+24111000000"}
                known["login"] = "AC" + "0" * 32
        conn_type = {provider.name: provider.connection_type for provider in PROVIDERS}[fournisseur]
        extra = settings | own | extra
        return json.dumps({"conn_type": conn_type, "host": host or f"{self.url}{path}", **known, "extra": extra})

    def upset(self, *rules: dict[str, object], latency_ms: float = 0, later: dict[str, str] | None = None) -> None:
        """Set the faults, in place of those there were. ``later``: how what a fournisseur accepts fails afterwards."""
        plan = {"rules": rules, "latency": {"min_ms": latency_ms}, "later": later or {}}
        httpx.put(f"{self.url}/faults", json=plan).raise_for_status()

    def ledger(self) -> list[Row]:
        """Every message it accepted, in order."""
        return list(httpx.get(f"{self.url}/ledger").json()["entries"])

    def stats(self) -> Row:
        return dict(httpx.get(f"{self.url}/stats").json())

    def requests(self) -> int:
        """How many messages reached it, accepted or not."""
        return sum(count for path, count in self.stats()["requests"].items() if path.endswith("/message"))


@contextmanager
def running_provider(delivery_seconds: float = 0, ledger_file: Path | None = None) -> Iterator[Provider]:
    """A simulator on an event loop of its own: real HTTP, and nobody's blocking call holds it up.

    What it accepts is on the phone after ``delivery_seconds``, or has failed. ``ledger_file``: what it accepted before.
    """
    started, stopped = threading.Event(), threading.Event()
    url = ""

    async def run() -> None:
        nonlocal url
        async with serve(Settings(delivery_seconds=delivery_seconds, ledger_file=ledger_file)) as served:
            url = served
            started.set()
            await asyncio.to_thread(stopped.wait)

    server = threading.Thread(target=asyncio.run, args=(run(),))
    server.start()
    try:
        assert started.wait(timeout=20)
        yield Provider(url)
    finally:
        stopped.set()
        server.join()


def lot(premier: int = 1, dernier: int = 10**9, *, fournisseur: str = "ventis", reprise: bool = False) -> Lot:
    """A lot of the day's relances, all those of the fournisseur unless said otherwise."""
    return Lot("collecte_taxe", request().occasion, fournisseur, premier, dernier, reprise)


async def send(url: str, what: Lot | None = None) -> LotReport:
    """Send a lot through its fournisseur's connection, as one worker does."""
    part = what or lot()
    hook, envoi = hook_of(part.fournisseur), load_policy().envoi
    store = LotStore(url, part, lease(hook.limits), hook.account, envoi.expiration_heures)
    async with hook.open() as sender, store:
        return await LotSender(store, sender, hook.limits, envoi, TOUJOURS).run()


async def seen(condition: Callable[[], object], what: str) -> None:
    """Wait for the condition without holding up who sends; fail, saying what for, when it does not come true."""
    await asyncio.to_thread(wait_until, condition, what)
