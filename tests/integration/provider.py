"""A running simulator, and a worker that sends to it."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx

from relances.rules.policy import load_policy
from relances.stages.sending import LotReport, LotSender, lease
from relances.store.sending import Lot, LotStore
from relances_providers.ventis_hook import VentisHook
from simulators import Settings, serve
from tests.integration.world import Row, request
from tests.support import wait_until


@dataclass(frozen=True, slots=True)
class Provider:
    """A running simulator, and the ways to ask it and to upset it."""

    url: str

    def connection(self, *, host: str | None = None, **extra: object) -> str:
        """An Airflow connection to it, as JSON."""
        settings = {"timeout": 5, "max_in_flight": 8, "rate_per_second": 5000, "sender": "VENTIS"}
        return json.dumps(
            {
                "conn_type": "ventis",
                "host": host or f"{self.url}/messaging/api/v1",
                "login": "simulateur",
                "password": "simulateur",
                "extra": settings | {"keycloak_host": self.url} | extra,
            }
        )

    def upset(self, *rules: dict[str, object], latency_ms: float = 0) -> None:
        """Set the faults, in place of those there were."""
        plan = {"rules": rules, "latency": {"min_ms": latency_ms}}
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
def running_provider() -> Iterator[Provider]:
    """A simulator on an event loop of its own: real HTTP, and nobody's blocking call holds it up."""
    started, stopped = threading.Event(), threading.Event()
    url = ""

    async def run() -> None:
        nonlocal url
        async with serve(Settings()) as served:
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


def lot(premier: int = 1, dernier: int = 10**9, *, reprise: bool = False) -> Lot:
    """A lot of the day's relances, all of them unless said otherwise."""
    return Lot(request().occasion, "ventis", premier, dernier, reprise)


async def send(url: str, what: Lot | None = None) -> LotReport:
    """Send a lot through the connection ``ventis_default``, as one worker does."""
    hook = VentisHook()
    async with hook.open() as sender, LotStore(url, what or lot(), lease(hook.limits)) as store:
        return await LotSender(store, sender, hook.limits, load_policy().envoi).run()


async def seen(condition: Callable[[], object], what: str) -> None:
    """Wait for the condition without holding up who sends; fail, saying what for, when it does not come true."""
    await asyncio.to_thread(wait_until, condition, what)
