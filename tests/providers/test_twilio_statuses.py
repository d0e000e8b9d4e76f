"""What became of messages at Twilio: asked one by one or by the list, and read by rank."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from relances_providers.errors import Fault, Misconfigured, NumberState, ProviderError, Rejected, TryLater
from relances_providers.messaging import Delivery, Message, Progress, Sent
from relances_providers.twilio.hook import TwilioWhatsAppHook
from relances_providers.twilio.settings import SANDBOX_RATE
from simulators import Settings, serve
from tests.providers.twilio_world import (
    MESSAGES,
    NOON,
    NUMBER,
    ROOT,
    SANDBOX,
    SENDER,
    SERVICE,
    TwilioGateway,
    connect_twilio,
    page,
    record,
    refusal,
    sid,
)

MANY = range(1, 31)


def sent(*numbers: int) -> list[Sent]:
    """The n-th messages, one a minute from noon on."""
    return [Sent(sid(number), NOON + timedelta(minutes=number)) for number in numbers]


async def news_of(asked: list[Sent]) -> list[Delivery]:
    async with TwilioWhatsAppHook().open() as sender:
        return await sender.fetch_status(asked)


def tell_one(twilio: TwilioGateway, number: int, status: str, **changes: Any) -> None:
    twilio.tell(f"GET {ROOT}/Messages/{sid(number)}.json", record(number, status=status, **changes))


# --- what it says ---


@pytest.mark.parametrize(
    ("status", "progress"),
    [
        ("accepted", Progress.ACCEPTED),
        ("scheduled", Progress.ACCEPTED),
        ("queued", Progress.ACCEPTED),
        ("sending", Progress.ACCEPTED),
        ("sent", Progress.SENT),
        ("delivered", Progress.DELIVERED),
        ("read", Progress.READ),
    ],
)
async def test_a_status_is_a_rank(twilio: TwilioGateway, status: str, progress: Progress) -> None:
    tell_one(twilio, 1, status)
    assert await news_of(sent(1)) == [Delivery(sid(1), progress)]


@pytest.mark.parametrize("status", ["failed", "undelivered"])
async def test_a_message_that_failed_has_the_error_of_its_code(twilio: TwilioGateway, status: str) -> None:
    tell_one(twilio, 1, status, error_code=63003, error_message=f"Channel could not find To address +{NUMBER}")
    [delivery] = await news_of(sent(1))
    assert delivery.progress is Progress.UNDELIVERED
    assert isinstance(delivery.failure, Rejected)
    assert (delivery.failure.code, delivery.failure.other_channel) == ("63003", "sms")
    assert delivery.failure.number is NumberState.UNREACHABLE
    assert NUMBER not in str(delivery.failure)


@pytest.mark.parametrize(
    ("status", "error_code", "code"),
    [("undelivered", None, "undelivered"), ("failed", None, "failed"), ("failed", 30999, "30999")],
)
async def test_a_failure_that_is_not_explained_blames_nobody_and_may_be_sent_again(
    twilio: TwilioGateway, status: str, error_code: int | None, code: str
) -> None:
    tell_one(twilio, 1, status, error_code=error_code)
    [delivery] = await news_of(sent(1))
    assert isinstance(delivery.failure, TryLater)
    assert (delivery.failure.code, delivery.failure.fault) == (code, Fault.NOBODY)


async def test_a_message_that_somebody_called_off_is_over(twilio: TwilioGateway) -> None:
    tell_one(twilio, 1, "canceled")
    [delivery] = await news_of(sent(1))
    assert isinstance(delivery.failure, Rejected)
    assert delivery.failure.code == "canceled"


@pytest.mark.parametrize("code", [63022, 63112, 63030, 30002, 63051])
async def test_a_fault_of_the_account_that_comes_later_is_a_setting(twilio: TwilioGateway, code: int) -> None:
    tell_one(twilio, 1, "failed", error_code=code)
    [delivery] = await news_of(sent(1))
    assert isinstance(delivery.failure, Misconfigured)
    assert (delivery.failure.code, delivery.failure.fault) == (str(code), Fault.ACCOUNT)


async def test_a_status_of_tomorrow_says_nothing(twilio: TwilioGateway) -> None:
    tell_one(twilio, 1, "teleported")
    assert await news_of(sent(1)) == []


async def test_a_message_that_twilio_does_not_know_is_left_out(twilio: TwilioGateway) -> None:
    tell_one(twilio, 2, "sent")
    assert [delivery.message_id for delivery in await news_of(sent(1, 2))] == [sid(2)]


async def test_of_no_message_nothing_is_asked(twilio: TwilioGateway) -> None:
    assert await news_of([]) == []
    assert twilio.asked == []


@pytest.mark.parametrize(
    ("code", "kind"),
    [("30003", TryLater), ("63016", Rejected), ("63018", TryLater), ("63033", Rejected), ("63049", TryLater)],
)
async def test_a_number_that_fails_later_is_followed_to_its_reason(
    monkeypatch: pytest.MonkeyPatch, code: str, kind: type[ProviderError]
) -> None:
    async with serve(Settings(delivery_seconds=0)) as url:
        connect_twilio(monkeypatch, url)
        async with TwilioWhatsAppHook().open() as sender:
            receipt = await sender.send(Message(f"241660{code}", "Bonjour"))
            [delivery] = await sender.fetch_status([Sent(receipt.message_id, NOON)])
    assert isinstance(delivery.failure, kind)
    assert delivery.failure.code == code


# --- how it is asked ---


async def test_few_are_asked_one_by_one(twilio: TwilioGateway) -> None:
    for number in range(1, 21):
        tell_one(twilio, number, "sent")
    assert len(await news_of(sent(*range(1, 21)))) == 20
    assert twilio.to(MESSAGES) == []


async def test_many_are_read_off_the_list_since_the_oldest_was_accepted(twilio: TwilioGateway) -> None:
    twilio.tell(f"GET {MESSAGES}", page([record(number, status="delivered") for number in (99, *MANY)]))
    news = await news_of(sent(*reversed(MANY)))
    assert {delivery.message_id for delivery in news} == {sid(number) for number in MANY}
    [asked] = twilio.asked
    assert asked.query == {"DateSent>": "2026-11-21T11:46:00Z", "From": f"whatsapp:{SENDER}", "PageSize": "1000"}


async def test_the_list_of_a_messaging_service_is_of_any_sender(
    twilio: TwilioGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect_twilio(monkeypatch, twilio.url, messaging_service_sid=SERVICE)
    twilio.tell(f"GET {MESSAGES}", page([record(number) for number in MANY]))
    await news_of(sent(*MANY))
    [asked] = twilio.asked
    assert "From" not in asked.query


async def test_pages_are_followed_and_what_no_page_has_is_asked_one_by_one(twilio: TwilioGateway) -> None:
    twilio.tell(f"GET {MESSAGES}", page([record(n) for n in range(1, 16)], f"{MESSAGES}?Page=1&PageToken=PA1"))
    twilio.tell(f"GET {MESSAGES}?Page=1&PageToken=PA1", page([record(n) for n in range(16, 29)]))
    tell_one(twilio, 29, "queued")
    assert {delivery.message_id for delivery in await news_of(sent(*MANY))} == {sid(n) for n in range(1, 30)}
    assert len(twilio.to(MESSAGES)) == 2
    assert len(twilio.asked) == 4


async def test_the_list_is_left_when_one_by_one_costs_fewer_calls(twilio: TwilioGateway) -> None:
    twilio.tell(f"GET {MESSAGES}", page([record(n) for n in range(1, 30)], f"{MESSAGES}?Page=1"))
    tell_one(twilio, 30, "queued")
    assert len(await news_of(sent(*MANY))) == 30
    assert len(twilio.asked) == 2


async def test_the_next_page_is_never_asked_of_another_host(twilio: TwilioGateway) -> None:
    twilio.tell(f"GET {MESSAGES}", page([record(1)], "https://ailleurs.test/2010-04-01"))
    with pytest.raises(TryLater):
        await news_of(sent(*MANY))
    twilio.tell(f"GET {MESSAGES}", page([record(1)], "//ailleurs.test/2010-04-01"))
    await news_of(sent(*MANY))
    assert len(twilio.to("/ailleurs.test/2010-04-01")) == 1


async def test_many_messages_at_the_simulators_take_one_call(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serve(Settings(delivery_seconds=0)) as url, httpx.AsyncClient(base_url=url) as control:
        connect_twilio(monkeypatch, url)
        async with TwilioWhatsAppHook().open() as sender:
            accepted = [await sender.send(Message(str(24177000000 + number), "Bonjour")) for number in MANY]
            news = await sender.fetch_status([Sent(one.message_id, datetime.now(UTC)) for one in accepted])
        requests = (await control.get("/stats")).json()["requests"]
    assert {(each.message_id, each.progress) for each in news} == {(a.message_id, Progress.DELIVERED) for a in accepted}
    assert requests == {"/2010-04-01/Accounts/{account}/Messages.json": len(MANY) + 1}


@pytest.mark.parametrize("message_id", ["", ".", "..", "../../Messages", f"{sid(1)}?x", "SM1"])
async def test_an_id_that_cannot_be_twilios_is_left_out_and_not_asked_for(
    twilio: TwilioGateway, message_id: str
) -> None:
    tell_one(twilio, 2, "sent")
    assert [delivery.message_id for delivery in await news_of([Sent(message_id, NOON), *sent(2)])] == [sid(2)]
    assert [asked.path for asked in twilio.asked] == [f"{ROOT}/Messages/{sid(2)}.json"]


async def test_questions_have_a_pace_of_their_own_which_is_not_the_sandboxs(
    twilio: TwilioGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect_twilio(monkeypatch, twilio.url, sender=SANDBOX)
    for number in range(1, 12):
        tell_one(twilio, number, "sent")
    began = time.monotonic()
    assert len(await news_of(sent(*range(1, 12)))) == 11
    assert 10 / 50 <= time.monotonic() - began < 10 / SANDBOX_RATE


# --- when it cannot be told ---


async def test_what_is_known_before_a_failure_is_kept(twilio: TwilioGateway, caplog: pytest.LogCaptureFixture) -> None:
    tell_one(twilio, 1, "sent")
    twilio.tell(f"GET {ROOT}/Messages/{sid(2)}.json", refusal(20429, "Too Many Requests", 429), status=429)
    assert [delivery.message_id for delivery in await news_of(sent(1, 2))] == [sid(1)]
    assert "suivi interrompu" in caplog.text


@pytest.mark.parametrize(("status", "kind"), [(401, Misconfigured), (429, TryLater), (500, TryLater), (200, TryLater)])
async def test_a_question_that_fails_is_never_a_doubt(
    twilio: TwilioGateway, status: int, kind: type[ProviderError]
) -> None:
    twilio.tell(f"GET {ROOT}/Messages/{sid(1)}.json", "<html>", status=status)
    with pytest.raises(kind):
        await news_of(sent(1))


async def test_a_host_out_of_reach_is_no_doubt_for_a_question(
    twilio: TwilioGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect_twilio(monkeypatch, "http://127.0.0.1:9")
    with pytest.raises(TryLater):
        await news_of(sent(1))
