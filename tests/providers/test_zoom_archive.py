"""What becomes of messages at Zoom, and which of them it has: asked one by one, and by conversation."""

import asyncio
import logging
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest
from aiohttp import web

from relances_providers.errors import Fault, Misconfigured, Rejected, TryLater
from relances_providers.messaging import Candidate, Delivery, Progress, Sent, Sought
from relances_providers.zoom.hook import ZoomSmsHook
from tests.providers.zoom_gateway import NUMBER, SENDER, SESSIONS, ZoomGateway, connect_zoom, refusal

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
SOUGHT = Sought(NUMBER, "Bonjour, 15 000 F sont dus.", NOW, NOW + timedelta(seconds=30))


def sent(number: int) -> Sent:
    return Sent(f"s{number}:m{number}", NOW)


def path_of(number: int) -> str:
    return f"{SESSIONS}/s{number}/messages/m{number}"


async def follow(messages: Sequence[Sent]) -> list[Delivery]:
    async with ZoomSmsHook().open() as sender:
        return await sender.fetch_status(messages)


# --- statuses ---

STATUSES = {
    "unknown": Progress.ACCEPTED,
    "sent": Progress.SENT,
    "failed_to_send": Progress.UNDELIVERED,
    "failed_to_deliver": Progress.UNDELIVERED,
    "delivered": Progress.DELIVERED,
}


@pytest.mark.parametrize(("status", "progress"), STATUSES.items())
async def test_a_status_tells_how_far_a_message_got(zoom: ZoomGateway, status: str, progress: Progress) -> None:
    zoom.tell(path_of(1), {"message_id": "m1", "delivery_status": status})
    [delivery] = await follow([sent(1)])
    assert (delivery.message_id, delivery.progress) == ("s1:m1", progress)


async def test_what_could_not_be_delivered_says_why_and_where_else_to_write(zoom: ZoomGateway) -> None:
    zoom.tell(path_of(1), {"delivery_status": "failed_to_deliver"})
    [delivery] = await follow([sent(1)])
    assert isinstance(delivery.failure, Rejected)
    assert (delivery.failure.code, delivery.failure.other_channel) == ("failed_to_deliver", "whatsapp")


async def test_what_could_not_be_sent_may_be_the_sender_s_fault_and_blames_nobody(zoom: ZoomGateway) -> None:
    zoom.tell(path_of(1), {"delivery_status": "failed_to_send"})
    [delivery] = await follow([sent(1)])
    assert isinstance(delivery.failure, TryLater)
    assert (delivery.failure.code, delivery.failure.fault) == ("failed_to_send", Fault.NOBODY)


NO_NEWS = [{"delivery_status": "received"}, {"delivery_status": "later"}, {}, [], "<html>"]


@pytest.mark.parametrize("body", NO_NEWS)
async def test_what_tells_nothing_is_left_out(zoom: ZoomGateway, body: object) -> None:
    zoom.tell(path_of(1), body)
    assert await follow([sent(1)]) == []


async def test_a_message_zoom_does_not_have_is_left_out_and_the_others_are_told(zoom: ZoomGateway) -> None:
    zoom.tell(path_of(2), {"delivery_status": "delivered"})
    deliveries = await follow([sent(1), sent(2)])
    assert [delivery.message_id for delivery in deliveries] == ["s2:m2"]


async def test_an_id_is_split_at_its_last_colon_and_quoted(zoom: ZoomGateway) -> None:
    zoom.tell(f"{SESSIONS}/a:b c/messages/m", {"delivery_status": "sent"})
    [delivery] = await follow([Sent("a:b c:m", NOW)])
    assert delivery.message_id == "a:b c:m"


@pytest.mark.parametrize(
    "message_id", ["m", ":m", "s:", "..:m", ".:m", "s:..", "s:.", "s/1:m", "s:m?x", "..:..", "s:m/../../sessions"]
)
async def test_an_id_that_would_ask_of_something_else_is_left_out(zoom: ZoomGateway, message_id: str) -> None:
    zoom.tell(path_of(1), {"delivery_status": "sent"})
    deliveries = await follow([Sent(message_id, NOW), sent(1)])
    assert [delivery.message_id for delivery in deliveries] == ["s1:m1"]
    assert [asked.path for asked in zoom.asked if asked.path.startswith("/v2/")] == [path_of(1)]


async def test_nothing_to_follow_is_nothing_asked(zoom: ZoomGateway) -> None:
    assert await follow([]) == []
    assert zoom.asked == []


async def test_a_limit_ends_the_asking_and_what_is_known_is_kept(
    zoom: ZoomGateway, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    connect_zoom(monkeypatch, zoom.url, max_in_flight=1)
    for number in (1, 2):
        zoom.tell(path_of(number), {"delivery_status": "delivered"})
    zoom.tell(path_of(3), {"code": 429, "message": "per-second"}, status=429)
    deliveries = await follow([sent(number) for number in range(1, 10)])
    assert [delivery.message_id for delivery in deliveries] == ["s1:m1", "s2:m2"]
    assert zoom.to(path_of(4)) == []
    assert [record.levelno for record in caplog.records if "suivi interrompu" in record.message] == [logging.WARNING]


async def test_a_limit_before_anything_is_known_is_tried_later(zoom: ZoomGateway) -> None:
    zoom.tell(path_of(1), {"code": 429}, status=429, headers={"Retry-After": "7"})
    with pytest.raises(TryLater) as caught:
        await follow([sent(1)])
    assert caught.value.retry_after == 7


async def test_an_app_that_may_not_read_is_for_a_person_to_mend(zoom: ZoomGateway) -> None:
    zoom.tell(path_of(1), refusal(4711, "Invalid access token, does not contain scopes:[phone_sms:read:admin]."))
    with pytest.raises(Misconfigured, match="phone_sms:read:admin"):
        await follow([sent(1)])


async def test_as_many_are_asked_at_once_as_the_connection_says(
    zoom: ZoomGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect_zoom(monkeypatch, zoom.url, max_in_flight=2)
    both, now, peak = asyncio.Barrier(2), 0, 0

    async def answer(_request: web.Request) -> web.Response:  # leaves once two have come
        nonlocal now, peak
        now += 1
        peak = max(peak, now)
        if await both.wait() == 1:  # the second lets both go
            now -= 2
        return web.json_response({"delivery_status": "sent"})

    messages = [sent(number) for number in range(6)]
    zoom.told |= dict.fromkeys((path_of(number) for number in range(6)), answer)
    assert len(await follow(messages)) == 6
    assert peak == 2


async def test_no_faster_than_the_connection_says(zoom: ZoomGateway, monkeypatch: pytest.MonkeyPatch) -> None:
    connect_zoom(monkeypatch, zoom.url, rate_per_second=50)
    began = time.monotonic()
    await follow([sent(number) for number in range(11)])
    assert time.monotonic() - began >= 10 / 50


# --- finding ---


def history(message_id: str, **changes: object) -> dict[str, object]:
    return {
        "message_id": message_id,
        "direction": "Out",
        "date_time": "2026-11-21T08:00:10Z",
        "message": SOUGHT.text,
        "sender": {"phone_number": SENDER},
        "to_members": [{"phone_number": f"+{NUMBER}"}],
    } | changes


def session(session_id: str, number: str = NUMBER) -> dict[str, object]:
    return {"session_id": session_id, "participants": [{"phone_number": SENDER}, {"phone_number": number}]}


def hold(zoom: ZoomGateway, **sessions: list[dict[str, object]]) -> None:
    """From now on, Zoom has these conversations."""
    zoom.tell(SESSIONS, {"sms_sessions": [session(name) for name in sessions]})
    for name, messages in sessions.items():
        zoom.tell(f"{SESSIONS}/{name}", {"sms_histories": messages})


async def find() -> list[Candidate]:
    async with ZoomSmsHook().open() as sender:
        return await sender.find(SOUGHT)


async def test_a_message_zoom_has_is_found_under_the_id_of_a_receipt(zoom: ZoomGateway) -> None:
    hold(zoom, s1=[history("m1")])
    assert await find() == [Candidate("s1:m1", same_text=True)]


async def test_conversations_of_every_kind_are_asked_for_by_when_we_wrote(zoom: ZoomGateway) -> None:
    hold(zoom, s1=[history("m1")])
    await find()
    window = {"from": "2026-11-21T07:45:00Z", "to": "2026-11-21T08:15:30Z", "page_size": "100"}
    [messages] = zoom.to(f"{SESSIONS}/s1")
    filters = {"session_type": "all", "filter_type": "sent_message_time"}
    numbers = [{"phone_number": NUMBER}, {"phone_number": f"+{NUMBER}"}]
    assert [asked.query for asked in zoom.to(SESSIONS)] == [window | filters | number for number in numbers]
    assert messages.query == window


async def test_a_message_that_is_not_ours_is_no_candidate(zoom: ZoomGateway) -> None:
    hold(
        zoom,
        s1=[
            history("in", direction="In"),
            history("before", date_time="2026-11-21T07:44:59Z"),
            history("after", date_time="2026-11-21T08:15:31Z"),
            history("other", to_members=[{"phone_number": "+15145550000"}]),
        ],
    )
    assert await find() == []


@pytest.mark.parametrize("at", ["2026-11-21T07:45:00Z", "2026-11-21T08:15:30Z", "2026-11-21T09:00:00+01:00"])
async def test_zooms_clock_may_be_a_quarter_of_an_hour_from_ours(zoom: ZoomGateway, at: str) -> None:
    hold(zoom, s1=[history("m1", date_time=at)])
    assert len(await find()) == 1


@pytest.mark.parametrize(
    ("text", "same"),
    [
        (SOUGHT.text, True),
        (f" {SOUGHT.text}\n", True),
        (SOUGHT.text.replace(" ", "\u00a0"), True),
        ("Bonjour, 16 000 F sont dus.", None),
        (f"{SOUGHT.text} Reply STOP to opt out.", None),
        ("", None),
        (None, None),
    ],
)
async def test_a_text_that_differs_by_more_than_spaces_does_not_prove_another_message(
    zoom: ZoomGateway, text: str | None, same: Literal[True] | None
) -> None:
    hold(zoom, s1=[history("m1", message=text)])
    assert await find() == [Candidate("s1:m1", same)]


@pytest.mark.parametrize("number", ["+15145551234", "15145551234", "5145551234", "+1 (514) 555-1234"])
async def test_a_number_is_known_however_zoom_writes_it(zoom: ZoomGateway, number: str) -> None:
    zoom.tell(SESSIONS, {"sms_sessions": [session("s1", number)]})
    zoom.tell(f"{SESSIONS}/s1", {"sms_histories": [history("m1", to_members=[{"phone_number": number}])]})
    assert len(await find()) == 1


@pytest.mark.parametrize(
    "shown",
    [
        {"display_name": "Marie"},
        {"phone_number": ""},
        {"phone_number": None},
        {"phone_number": "+1514•••1234"},
        "Marie",
    ],
)
async def test_a_person_whose_number_is_not_shown_whole_may_be_the_one_sought(zoom: ZoomGateway, shown: object) -> None:
    participants = [{"phone_number": SENDER}, shown]
    zoom.tell(SESSIONS, {"sms_sessions": [{"session_id": "s1", "participants": participants}]})
    zoom.tell(f"{SESSIONS}/s1", {"sms_histories": [history("m1", to_members=[shown])]})
    assert await find() == [Candidate("s1:m1", same_text=True)]


async def test_candidates_come_the_oldest_first(zoom: ZoomGateway) -> None:
    late, early = (history(name, date_time=f"2026-11-21T08:00:{name}Z") for name in ("20", "05"))
    hold(zoom, s1=[late], s2=[early])
    assert [candidate.message_id for candidate in await find()] == ["s2:05", "s1:20"]


async def test_every_page_is_read(zoom: ZoomGateway) -> None:
    pages = [{"sms_sessions": [session("s1")], "next_page_token": "p2"}, {"sms_sessions": [session("s2")]}]
    zoom.tell(SESSIONS, *pages)
    for name in ("s1", "s2"):
        first = {"sms_histories": [history("m1")], "next_page_token": "p2"}
        zoom.tell(f"{SESSIONS}/{name}", first, {"sms_histories": [history("m2")], "next_page_token": ""})
    found = {candidate.message_id for candidate in await find()}
    assert found == {"s1:m1", "s1:m2", "s2:m1", "s2:m2"}
    assert [asked.query.get("next_page_token") for asked in zoom.to(SESSIONS)] == [None, "p2", None]


@pytest.mark.parametrize("first", [[], [{"session_id": "s0", "participants": []}], [session("s1")]])
async def test_conversations_under_either_writing_of_the_number_are_opened_once(
    zoom: ZoomGateway, first: list[dict[str, object]]
) -> None:
    zoom.tell(SESSIONS, {"sms_sessions": first}, {"sms_sessions": [session("s1")]})
    zoom.tell(f"{SESSIONS}/s0", {"sms_histories": []})
    zoom.tell(f"{SESSIONS}/s1", {"sms_histories": [history("m1")]})
    assert await find() == [Candidate("s1:m1", same_text=True)]


async def test_conversations_with_others_are_not_opened(zoom: ZoomGateway) -> None:
    zoom.tell(SESSIONS, {"sms_sessions": [session("s1", "+15145550000")]})
    assert await find() == []
    assert zoom.to(f"{SESSIONS}/s1") == []


UNDECIDED: dict[str, tuple[object, int]] = {
    "no list": ({}, 200),
    "no JSON": ("<html>", 200),
    "no objects": ({"sms_sessions": ["s1"]}, 200),
    "no id": ({"sms_sessions": [{"participants": []}]}, 200),
    "not found": ({"code": 7012, "message": "Error retrieving SMS."}, 404),
    "malformed": ({"code": 300, "message": "Requires from and to"}, 400),
    "moved": ("", 307),
    "down": ("", 500),
    "limited": ({"code": 429, "message": ""}, 429),
}


@pytest.mark.parametrize(("body", "status"), UNDECIDED.values(), ids=UNDECIDED.keys())
async def test_an_answer_that_decides_nothing_is_asked_for_again(zoom: ZoomGateway, body: object, status: int) -> None:
    zoom.tell(SESSIONS, body, status=status)
    with pytest.raises(TryLater):
        await find()


@pytest.mark.parametrize(
    "message",
    [history("m1", date_time="hier"), history("m1", direction=None), history(""), history("m1", date_time=None)],
)
async def test_a_message_that_cannot_be_read_decides_nothing(zoom: ZoomGateway, message: dict[str, object]) -> None:
    hold(zoom, s1=[message])
    with pytest.raises(TryLater):
        await find()


async def test_a_list_without_an_end_decides_nothing(zoom: ZoomGateway) -> None:
    zoom.tell(SESSIONS, {"sms_sessions": [], "next_page_token": "encore"})
    with pytest.raises(TryLater, match="pages"):
        await find()


async def test_a_right_that_is_missing_is_for_a_person_to_mend(zoom: ZoomGateway) -> None:
    zoom.tell(SESSIONS, refusal(4711, "Invalid access token, does not contain scopes:[phone:read:list_sms_sessions]."))
    with pytest.raises(Misconfigured, match="phone:read:list_sms_sessions"):
        await find()
