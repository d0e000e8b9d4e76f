"""How much of a bare HTTP client's speed each hook keeps: ``python -m tests.bench.hooks``.

The bare client is an ``httpx.AsyncClient`` over the same transport, which posts the same body to the same simulator
with a token at hand. Both run in short turns, one after the other; rates and ratio are the medians of the turns, the
ratio that of each pair, so that another program that comes and goes weighs on both alike.
"""

import argparse
import asyncio
import base64
import os
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from statistics import median
from typing import Final, NamedTuple

import httpx

from relances.sending.memory import rare_collections
from relances_providers.hook import MessagingHook
from relances_providers.http.transport import AiohttpTransport
from relances_providers.messaging import Message
from relances_providers.twilio.hook import TwilioWhatsAppHook
from relances_providers.ventis.hook import VentisHook
from relances_providers.zoom.hook import ZoomSmsHook
from simulators import Settings
from tests.connexions import variables
from tests.simulated import simulators

IN_FLIGHT: Final = (16, 64, 256)
TURNS: Final = 11
SIMULATED: Final = Settings()
TEXT: Final = "Bonjour ONDO Marie, 15 000 FCFA (taxe de marché) sont dus depuis le 18/12/2025. Merci de régler."
FAST: Final = {"rate_per_second": 1_000_000, "max_in_flight": 256, "timeout": 30}

Send = Callable[[str], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Case:
    """One hook: the variable of its connection to the simulators, and what a bare client posts in its place.

    ``to``: how the recipients' numbers begin. ``body``: ``json`` or ``data`` of ``httpx``, for the n-th recipient.
    """

    hook: type[MessagingHook]
    connection: dict[str, str]
    url: str
    headers: dict[str, str]
    to: str
    body: Callable[[str], dict[str, object]]


class Turn(NamedTuple):
    """Messages per second, and processor time of this process per message, in microseconds."""

    rate: float
    cpu: float


def cases(url: str) -> list[Case]:
    return [ventis(url), zoom(url), twilio(url)]


def ventis(url: str) -> Case:
    form = {"grant_type": "password", "client_id": SIMULATED.client_id}
    user = {"username": SIMULATED.username, "password": SIMULATED.password}
    answer = httpx.post(f"{url}/realms/{SIMULATED.realm}/protocol/openid-connect/token", data=form | user)
    bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}

    def body(to: str) -> dict[str, object]:
        return {"json": {"to": to, "sender": SIMULATED.senders[0], "isOTP": False, "message": TEXT}}

    return Case(
        VentisHook,
        variables("ventis", url, **FAST),
        f"{url}/messaging/api/v1/message",
        bearer,
        "24174",
        body,
    )


def zoom(url: str) -> Case:
    client = (SIMULATED.zoom_client_id, SIMULATED.zoom_client_secret)
    form = {"grant_type": "account_credentials", "account_id": SIMULATED.zoom_account_id}
    answer = httpx.post(f"{url}/oauth/token", data=form, auth=client)
    bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    sender = SIMULATED.zoom_senders[0]

    def body(to: str) -> dict[str, object]:
        members = [{"phone_number": f"+{to}"}]
        return {"json": {"sender": {"phone_number": sender}, "to_members": members, "message": TEXT}}

    return Case(
        ZoomSmsHook,
        variables("zoom", url, **FAST),
        f"{url}/v2/phone/sms/messages",
        bearer,
        "151455",
        body,
    )


def twilio(url: str) -> Case:
    account, secret, sender = SIMULATED.twilio_account_sid, SIMULATED.twilio_auth_token, SIMULATED.whatsapp_senders[1]
    basic = base64.b64encode(f"{account}:{secret}".encode()).decode()

    def body(to: str) -> dict[str, object]:
        return {"data": {"To": f"whatsapp:+{to}", "From": f"whatsapp:{sender}", "Body": TEXT}}

    return Case(
        TwilioWhatsAppHook,
        variables("twilio", url, **FAST),
        f"{url}/2010-04-01/Accounts/{account}/Messages.json",
        {"Authorization": f"Basic {basic}"},
        "24177",
        body,
    )


async def compare(case: Case, in_flight: int, messages: int) -> list[tuple[Turn, Turn]]:
    """Turns of the bare client and of the hook, in pairs."""
    os.environ.update(case.connection)
    async with httpx.AsyncClient(transport=AiohttpTransport(), timeout=30) as client, case.hook().open() as sender:

        async def post(to: str) -> None:
            answer = await client.post(case.url, headers=case.headers, **case.body(to))  # type: ignore[arg-type]
            answer.raise_for_status()

        async def send(to: str) -> None:
            await sender.send(Message(to, TEXT))

        for way in (post, send):  # connections, and the hook's token
            await turn(way, case.to, in_flight, in_flight)
        return [
            (await turn(post, case.to, in_flight, messages), await turn(send, case.to, in_flight, messages))
            for _ in range(TURNS)
        ]


async def turn(send: Send, to: str, in_flight: int, messages: int) -> Turn:
    numbers = iter(range(messages))
    digits = 11 - len(to)

    async def worker() -> None:
        for number in numbers:
            await send(f"{to}{number % 10**digits:0{digits}d}")

    began, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(worker() for _ in range(in_flight)))
    seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - cpu
    return Turn(messages / seconds, cpu_seconds / messages * 1e6)


@dataclass(frozen=True, slots=True)
class Compared:
    """Medians of the turns of one hook. ``ratio``: of the rates, in each pair."""

    hook: str
    in_flight: int
    bare: Turn
    hooked: Turn
    ratio: float


def compare_all(messages: int) -> list[Compared]:
    """Each hook beside the bare client, so many messages a turn."""
    compared = []
    with simulators() as url, rare_collections():  # as a sending task; else collections fall on one side by chance
        for case in cases(url):
            for in_flight in IN_FLIGHT:
                pairs = asyncio.run(compare(case, in_flight, messages))
                bare, hooked = (Turn(*map(median, zip(*side, strict=True))) for side in zip(*pairs, strict=True))
                ratio = median(hook.rate / client.rate for client, hook in pairs)
                compared.append(Compared(case.hook.__name__, in_flight, bare, hooked, ratio))
    return compared


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=1_000)
    for row in compare_all(parser.parse_args().messages):
        print(row)
