"""Messages in doubt, looked up in the account's list."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from relances_providers.errors import Misconfigured, ProviderError, TryLater
from relances_providers.messaging import Candidate, Message, Sought, Template
from relances_providers.twilio.hook import TwilioWhatsAppHook
from simulators import Settings, serve
from tests.providers.twilio_world import (
    MESSAGES,
    NOON,
    NUMBER,
    SANDBOX,
    SENDER,
    SERVICE,
    TEMPLATE,
    TwilioGateway,
    connect_twilio,
    page,
    record,
    send,
    sid,
)
from tests.support import PATIENCE_SECONDS

SECOND = timedelta(seconds=1)
APART = timedelta(minutes=15)
SOUGHT = Sought(NUMBER, "Bonjour", NOON, NOON + 10 * SECOND)


async def found(sought: Sought = SOUGHT) -> list[Candidate]:
    async with TwilioWhatsAppHook().open() as sender:
        return await sender.find(sought)


async def test_the_list_is_of_that_number_whoever_wrote_to_it_sent_or_not_yet(twilio: TwilioGateway) -> None:
    twilio.tell(f"GET {MESSAGES}", page([]))
    assert await found() == []
    [asked] = twilio.asked
    assert asked.query == {"To": f"whatsapp:+{NUMBER}", "PageSize": "1000"}


@pytest.mark.parametrize("before", [{"sender": SANDBOX}, {"messaging_service_sid": SERVICE}])
async def test_a_message_is_found_though_the_connection_has_another_sender_since(
    monkeypatch: pytest.MonkeyPatch, before: dict[str, object]
) -> None:
    async with serve(Settings()) as url:
        since = datetime.now(UTC)
        connect_twilio(monkeypatch, url, **before)
        message_id = await send(Message(NUMBER, "Bonjour"))
        connect_twilio(monkeypatch, url, sender=SENDER)
        assert await found(Sought(NUMBER, "Bonjour", since, datetime.now(UTC))) == [Candidate(message_id, True)]


async def test_every_page_is_read_and_the_oldest_comes_first(twilio: TwilioGateway) -> None:
    newest = [record(3, created=NOON + 3 * SECOND), record(2, created=NOON + 2 * SECOND)]
    twilio.tell(f"GET {MESSAGES}", page(newest, f"{MESSAGES}?Page=1"))
    twilio.tell(f"GET {MESSAGES}?Page=1", page([record(1, created=NOON)]))
    assert [candidate.message_id for candidate in await found()] == [sid(1), sid(2), sid(3)]


@pytest.mark.parametrize(
    ("created", "is_found"),
    [
        (NOON - APART - SECOND, False),
        (NOON - APART, True),
        (SOUGHT.until + APART, True),
        (SOUGHT.until + APART + SECOND, False),
        (None, True),
    ],
)
async def test_a_message_of_another_time_is_another_the_clocks_being_a_little_apart(
    twilio: TwilioGateway, created: datetime | None, is_found: bool
) -> None:
    twilio.tell(f"GET {MESSAGES}", page([record(1, created=created)]))
    assert bool(await found()) is is_found


async def test_an_answer_of_the_recipient_is_not_ours(twilio: TwilioGateway) -> None:
    twilio.tell(f"GET {MESSAGES}", page([record(1, direction="inbound")]))
    assert await found() == []


@pytest.mark.parametrize(
    ("body", "same_text"),
    [
        ("Bonjour", True),
        (" Bonjour\n", True),
        ("Sent from your Twilio trial account - Bonjour", True),
        ("Bonsoir", None),
        ("", None),
        (None, None),
    ],
)
async def test_a_text_that_differs_does_not_prove_another_message(
    twilio: TwilioGateway, body: str | None, same_text: bool | None
) -> None:
    twilio.tell(f"GET {MESSAGES}", page([record(1, body=body)]))
    assert await found() == [Candidate(sid(1), same_text)]


async def test_messages_at_the_simulators_are_found_by_text_and_templates_are_not_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with serve(Settings()) as url:
        connect_twilio(monkeypatch, url)
        since = datetime.now(UTC)
        async with TwilioWhatsAppHook().open() as sender:
            free = await sender.send(Message(NUMBER, "Bonjour"))
            filled = await sender.send(Message(NUMBER, "Bonjour Marie", template=Template(TEMPLATE, ("Marie",))))
            await sender.send(Message("24177000000", "Bonjour"))
            candidates = await sender.find(Sought(NUMBER, "Bonjour", since, datetime.now(UTC)))
    assert candidates == [Candidate(free.message_id, True), Candidate(filled.message_id, None)]


@pytest.mark.parametrize(
    "answer",
    [
        "<html>",
        {"bonjour": "le portail"},
        page([{"sid": sid(1)}]),
        {"messages": ["SM"], "next_page_uri": None},
        page([], next_page_uri=f"{MESSAGES}?Page=\u00e9"),
    ],
)
async def test_a_list_that_cannot_be_read_is_not_an_empty_one(twilio: TwilioGateway, answer: object) -> None:
    twilio.tell(f"GET {MESSAGES}", answer)
    with pytest.raises(TryLater):
        await found()


async def test_a_list_that_never_ends_is_given_up(twilio: TwilioGateway) -> None:
    twilio.tell(f"GET {MESSAGES}", page([], next_page_uri=f"{MESSAGES}?Page=1"))
    twilio.tell(f"GET {MESSAGES}?Page=1", page([], next_page_uri=f"{MESSAGES}?Page=2"))
    twilio.tell(f"GET {MESSAGES}?Page=2", page([], next_page_uri=f"{MESSAGES}?Page=1"))
    with pytest.raises(TryLater, match="pages"):
        await asyncio.wait_for(found(), PATIENCE_SECONDS)


@pytest.mark.parametrize(("status", "kind"), [(401, Misconfigured), (429, TryLater), (500, TryLater)])
async def test_a_look_up_that_fails_is_never_a_doubt(
    twilio: TwilioGateway, status: int, kind: type[ProviderError]
) -> None:
    twilio.tell(f"GET {MESSAGES}", "", status=status)
    with pytest.raises(kind):
        await found()
