"""What every hook does with a message that goes well, or that is not to leave."""

import asyncio
import time

import pytest

from relances_providers.discretion import mask
from relances_providers.errors import Rejected, TryLater
from relances_providers.messaging import Message
from tests.providers.contract.cases import WITH_TOKEN
from tests.providers.contract.line import TEXT, Line
from tests.providers.contract.rigged import Rigged
from tests.providers.servers import Connect, Simulated


async def test_a_message_sent_is_at_the_provider_word_for_word(simulated: Simulated, line: Line) -> None:
    assert await line.send()
    assert [(entry["to"], entry["text"]) for entry in await simulated.ledger()] == [(line.case.number, TEXT)]


async def test_many_messages_at_once_are_each_sent_once(simulated: Simulated, line: Line) -> None:
    texts = [f"Bonjour {n}" for n in range(64)]
    async with line.case.hook().open() as sender:
        receipts = await asyncio.gather(*(sender.send(Message(line.case.number, text)) for text in texts))
    assert len({receipt.message_id for receipt in receipts}) == 64
    assert sorted(entry["text"] for entry in await simulated.ledger()) == sorted(texts)


async def test_the_longest_text_is_sent_and_a_longer_one_refused_without_a_call(provider: Rigged, line: Line) -> None:
    longest = line.case.hook.capabilities.max_characters
    await line.send(Message(line.case.number, "a" * longest))
    assert provider.messages == 1
    error = await line.error(Message(line.case.number, "a" * (longest + 1)))
    assert isinstance(error, Rejected)
    assert provider.messages == 1


async def test_a_call_past_its_time_is_not_made(provider: Rigged, line: Line) -> None:
    error = await line.error(Message(line.case.number, TEXT, not_after=time.monotonic() - 1))
    assert isinstance(error, TryLater)
    assert error.code == "trop_tard"
    assert provider.messages == 0


@pytest.mark.parametrize("case", WITH_TOKEN, indirect=True, ids=str)
async def test_a_call_whose_time_passes_while_it_waits_for_a_token_is_not_made(provider: Rigged, line: Line) -> None:
    provider.may_give_tokens.clear()
    not_after = time.monotonic() + 0.1
    waiting = asyncio.ensure_future(line.error(Message(line.case.number, TEXT, not_after=not_after)))
    await provider.asked_for_a_token.wait()
    await asyncio.sleep(max(0.0, not_after - time.monotonic()) + 0.01)
    provider.may_give_tokens.set()
    assert (await waiting).code == "trop_tard"
    assert provider.messages == 0


async def test_debug_shows_each_request_and_its_answer_the_number_masked(
    provider: Rigged, line: Line, told: list[str]
) -> None:
    await line.send()
    shown = [said for said in told if said.startswith(("→ ", "← "))]
    calls = 2 if line.case.token else 1
    assert [said[0] for said in shown] == ["→", "←"] * calls
    assert f"{provider.url}{line.case.message}" in shown[-2]
    assert mask(line.case.number) in shown[-2]
    assert "caractères>" in shown[-2]


async def test_without_debug_no_request_is_shown(
    provider: Rigged, connect: Connect, line: Line, told: list[str]
) -> None:
    connect(provider.url, debug=False)
    await line.send()
    assert [said for said in told if said.startswith(("→ ", "← "))] == []
