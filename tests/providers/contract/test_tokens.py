"""One token for all the calls of a process, asked for once however many wait, and again when it is refused."""

import asyncio
from collections import Counter

import pytest

from relances_providers.errors import Misconfigured, TryLater
from relances_providers.messaging import Message, Receipt, Sender
from simulators.faults import Fault
from tests.providers.contract.cases import CASES, WITH_TOKEN, Case
from tests.providers.contract.line import Line
from tests.providers.contract.rigged import TOKEN, Rigged, http
from tests.providers.misbehaving import answer
from tests.providers.servers import Connect, Simulated

WITHOUT_TOKEN = tuple(case for case in CASES if case not in WITH_TOKEN)

with_token = pytest.mark.parametrize("case", WITH_TOKEN, indirect=True, ids=str)
without_token = pytest.mark.parametrize("case", WITHOUT_TOKEN, indirect=True, ids=str)


async def send_64(sender: Sender, case: Case) -> Counter[type[object]]:
    """How 64 calls at once end."""
    calls = (sender.send(Message(case.number, f"Bonjour {n}")) for n in range(64))
    return Counter(type(outcome) for outcome in await asyncio.gather(*calls, return_exceptions=True))


@with_token
async def test_64_first_calls_make_one_token_request(provider: Rigged, case: Case) -> None:
    async with case.hook().open() as sender:
        assert await send_64(sender, case) == {Receipt: 64}
    assert provider.token_requests == 1
    assert provider.accepted == 64


@with_token
async def test_64_calls_whose_token_expired_make_one_token_request_and_are_each_accepted_once(
    provider: Rigged, case: Case
) -> None:
    async with case.hook().open() as sender:
        await sender.send(Message(case.number, "Bonjour"))
        provider.refused.add(f"{TOKEN}-1")
        assert await send_64(sender, case) == {Receipt: 64}
    assert provider.token_requests == 2
    assert provider.accepted == 65


@with_token
async def test_a_token_refused_once_is_renewed_and_the_message_sent_once(simulated: Simulated, line: Line) -> None:
    await simulated.fault(Fault.UNAUTHORIZED, count=1)
    await line.send()
    assert len(await simulated.ledger()) == 1
    assert await simulated.token_requests() == 2


@with_token
async def test_a_token_refused_twice_is_for_a_person_to_mend(provider: Rigged, line: Line) -> None:
    provider.refused |= {f"{TOKEN}-1", f"{TOKEN}-2"}
    assert type(await line.error()) is Misconfigured
    assert (provider.token_requests, provider.messages) == (2, 2)


@with_token
async def test_refused_credentials_are_sent_once_however_many_calls_wait(
    simulated: Simulated, case: Case, connect: Connect
) -> None:
    connect(simulated.url, password="faux")
    async with case.hook().open() as sender:
        assert await send_64(sender, case) == {Misconfigured: 64}
    assert await simulated.token_requests() == 1


@with_token
async def test_64_calls_share_one_failure_of_the_token_server(simulated: Simulated, case: Case) -> None:
    await simulated.fault(Fault.TOKEN_500)
    async with case.hook().open() as sender:
        assert await send_64(sender, case) == {TryLater: 64}
    assert await simulated.token_requests() == 1


@without_token
async def test_without_a_token_to_renew_a_401_is_for_a_person_to_mend_at_once(provider: Rigged, line: Line) -> None:
    provider.ending = answer(http(401, ""))
    assert type(await line.error()) is Misconfigured
    assert provider.messages == 1
