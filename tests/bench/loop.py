"""The claim–call–settle loop beside a bare client, in turns: ``python -m tests.bench.loop <measure as JSON>``.

Both post the same bodies over the same transport to the same server, as many at once. The bare client only posts, with
a token at hand; the loop claims, calls through the Ventis hook and settles, its start and its probes included. Turns
alternate, and figures are medians: what else the machine does weighs on both alike. A process of its own, on a core of
its own.
"""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Awaitable
from dataclasses import asdict, dataclass
from statistics import median
from typing import NamedTuple

import httpx

from relances.policy.politique import load_policy
from relances.rules.models import Statut
from relances.sending.memory import rare_collections
from relances.sending.worker import LotSender, lease
from relances.store.sending import Lot, LotStore
from relances_providers.http.transport import AiohttpTransport
from relances_providers.ventis.hook import VentisHook
from tests.bench.connections import ventis
from tests.bench.machine import measured_core, pin
from tests.bench.staged import TEXT, stage
from tests.bench.transactions import transactions
from tests.support import JAMAIS


@dataclass(frozen=True, slots=True)
class Measure:
    """What to compare: so many calls at once, answers that take so long, so many messages in each of the turns."""

    relances_url: str
    server: str
    in_flight: int
    latency_ms: int
    messages: int
    turns: int


class Turn(NamedTuple):
    """Messages per second, and processor time of this process per message, in microseconds."""

    rate: float
    cpu: float


@dataclass(frozen=True, slots=True)
class Compared:
    """Medians of the turns. ``ratio``: of the rates, in each pair. ``round_trips``: to the database, for a message."""

    in_flight: int
    latency_ms: int
    bare: Turn
    loop: Turn
    ratio: float
    round_trips: float


def compare(measure: Measure) -> Compared:
    """The same in a process of its own."""
    command = [sys.executable, "-W", "ignore", "-m", "tests.bench.loop", json.dumps(asdict(measure))]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    said = json.loads(done.stdout)
    return Compared(**{**said, "bare": Turn(*said["bare"]), "loop": Turn(*said["loop"])})


async def take_turns(measure: Measure) -> Compared:
    lots = iter(stage(measure.relances_url, measure.turns, measure.messages))
    bare, loop, round_trips = list[Turn](), list[Turn](), list[float]()
    url = f"{measure.server}/{measure.latency_ms}/messaging/api/v1/message"
    async with httpx.AsyncClient(transport=AiohttpTransport(), timeout=30) as client:
        await post_all(client, url, measure.in_flight, measure.in_flight)  # the connections
        for _ in range(measure.turns):
            lot = next(lots)
            bare.append(await timed(measure, post_all(client, url, measure.in_flight, measure.messages)))
            before = transactions(measure.relances_url)
            loop.append(await timed(measure, send_lot(measure, lot)))
            round_trips.append((transactions(measure.relances_url) - before - 1) / measure.messages)
    return Compared(
        measure.in_flight,
        measure.latency_ms,
        Turn(*map(median, zip(*bare, strict=True))),
        Turn(*map(median, zip(*loop, strict=True))),
        median(one.rate / other.rate for one, other in zip(loop, bare, strict=True)),
        median(round_trips),
    )


async def timed(measure: Measure, sending: Awaitable[None]) -> Turn:
    began, cpu = time.perf_counter(), time.process_time()
    await sending
    seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - cpu
    return Turn(measure.messages / seconds, cpu_seconds / measure.messages * 1e6)


async def post_all(client: httpx.AsyncClient, url: str, in_flight: int, messages: int) -> None:
    numbers, parsed = iter(range(messages)), httpx.URL(url)

    async def worker() -> None:
        for number in numbers:
            body = {"to": f"24177{number % 1_000_000:06d}", "sender": "VENTIS", "isOTP": False, "message": TEXT}
            answer = await client.post(parsed, json=body, headers={"Authorization": "Bearer jeton"})
            answer.raise_for_status()

    await asyncio.gather(*(worker() for _ in range(in_flight)))


async def send_lot(measure: Measure, lot: Lot) -> None:
    hook, envoi = VentisHook(), load_policy().envoi
    bail, heures = lease(hook.limits), envoi.expiration_heures
    store = LotStore(measure.relances_url, lot, bail, hook.account, heures, soldes_max=86_400)
    async with hook.open() as sender, store:
        report = await LotSender(store, sender, hook.limits, envoi, JAMAIS, par_segment=True).run()
    assert report.statuts == {Statut.ENVOYEE: measure.messages}, report


def connect(measure: Measure) -> None:
    """Make the connection that this process sends by."""
    os.environ.update(ventis(measure.server, measure.latency_ms, measure.in_flight))


def main(measure: Measure) -> None:
    pin(measured_core())
    connect(measure)
    with rare_collections():  # as a sending task
        print(json.dumps(asdict(asyncio.run(take_turns(measure)))))


if __name__ == "__main__":
    main(Measure(**json.loads(sys.argv[1])))
