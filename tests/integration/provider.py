"""A running simulator, and a worker that sends to it."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from relances.orchestration.connections import hook_of
from relances.policy.politique import load_policy
from relances.sending.worker import LotReport, LotSender, lease
from relances.store.sending import Lot, LotStore
from simulators import Settings, serve
from tests.connexions import variables
from tests.integration.world import Row, request
from tests.support import wait_until


@dataclass(frozen=True, slots=True)
class Provider:
    """Running simulators of all the providers, and the ways to ask them and to upset them."""

    url: str

    def variables(self, fournisseur: str = "ventis", **changes: object) -> dict[str, str]:
        """What makes Airflow's connection to it, which may send fast."""
        limits = {"timeout": 5, "max_in_flight": 8, "rate_per_second": 5000}
        return variables(fournisseur, self.url, **{**limits, **changes})

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
        return await LotSender(store, sender, hook.limits, envoi).run()


async def seen(condition: Callable[[], object], what: str) -> None:
    """Wait for the condition without holding up who sends; fail, saying what for, when it does not come true."""
    await asyncio.to_thread(wait_until, condition, what)
