"""The look-alike of Twilio: messages created, fetched, listed, refused, and on their way by themselves."""

import email.utils
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import msgspec
import pytest

from simulators import Settings, serve
from simulators.delivery import Stage, stage_of
from simulators.entry import Entry
from simulators.faults import Fault
from simulators.twilio_codes import AT_ONCE, LATER
from tests.providers.fates import ACCEPTED, FATES, LOOKUP_FATES, MAGIC_FATES, fate, patience

ACCOUNT = "AC" + "0" * 32
SERVICE = "MG" + "0" * 32
TEMPLATE = "HX" + "1a" * 16
ROOT = f"/2010-04-01/Accounts/{ACCOUNT}"
NUMBER, OTHER = "24166123456", "24177123456"
SENDER, SANDBOX = "whatsapp:+24111000000", "whatsapp:+14155238886"
WAITING = Settings(delivery_seconds=3600)
ARRIVED = Settings(delivery_seconds=0)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Twilio:
    """A running server and a client of the account. Fields that are None are not sent."""

    http: httpx.AsyncClient

    async def send(self, to: str = NUMBER, text: str | None = "Bonjour", **fields: str | None) -> httpx.Response:
        form = {"To": f"whatsapp:+{to}", "From": SENDER, "Body": text} | fields
        said = {name: value for name, value in form.items() if value is not None}
        return await self.http.post(f"{ROOT}/Messages.json", data=said)

    async def fetch(self, sid: str) -> httpx.Response:
        return await self.http.get(f"{ROOT}/Messages/{sid}.json")

    async def texts(self, **query: str | int) -> list[str]:
        """The texts of the messages on the first page."""
        dates = {"until": "DateSent<", "since": "DateSent>"}
        params = {dates.get(name, name): value for name, value in query.items()}
        answer = await self.http.get(f"{ROOT}/Messages.json", params=params)
        return [message["body"] for message in answer.json()["messages"]]

    async def fault(self, fault: Fault, **particulars: object) -> None:
        await self.http.put("/faults", json={"rules": [{"fault": fault, **particulars}]})

    async def entries(self) -> list[dict[str, object]]:
        return list((await self.http.get("/ledger")).json()["entries"])


@asynccontextmanager
async def twilio(settings: Settings) -> AsyncIterator[Twilio]:
    login = (settings.twilio_account_sid, settings.twilio_auth_token)
    async with serve(settings) as url, httpx.AsyncClient(base_url=url, auth=login, timeout=10) as http:
        yield Twilio(http)


@pytest.fixture
async def sim() -> AsyncIterator[Twilio]:
    async with twilio(WAITING) as running:
        yield running


def code(answer: httpx.Response) -> tuple[int, int]:
    """The HTTP status and Twilio's code, once the form of the error is checked."""
    body = answer.json()
    assert body.keys() == {"code", "message", "more_info", "status"}
    assert body["status"] == answer.status_code
    assert body["more_info"] == f"https://www.twilio.com/docs/errors/{body['code']}"
    return answer.status_code, body["code"]


# --- creating ---


async def test_an_accepted_message_is_shown_as_queued_and_recorded(sim: Twilio) -> None:
    answer = await sim.send(text="Impôt dû : 15 000 F 😀")
    body = answer.json()
    [entry] = await sim.entries()
    core = str(entry["uuid"]).replace("-", "")
    created = email.utils.parsedate_to_datetime(body["date_created"])
    assert answer.status_code == 201
    assert abs(datetime.now(UTC) - created) < timedelta(minutes=1)
    assert body == {
        "account_sid": ACCOUNT,
        "api_version": "2010-04-01",
        "body": "Impôt dû : 15 000 F 😀",
        "date_created": body["date_created"],
        "date_sent": None,
        "date_updated": body["date_created"],
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": SENDER,
        "messaging_service_sid": None,
        "num_media": "0",
        "num_segments": "1",
        "price": None,
        "price_unit": None,
        "sid": f"SM{core}",
        "status": "queued",
        "subresource_uris": {"media": f"{ROOT}/Messages/SM{core}/Media.json"},
        "to": "whatsapp:+24166123456",
        "uri": f"{ROOT}/Messages/SM{core}.json",
    }
    assert (entry["provider"], entry["to"], entry["sender"]) == ("twilio", NUMBER, "+24111000000")
    assert entry["text"] == "Impôt dû : 15 000 F 😀"


async def test_a_messaging_service_chooses_the_sender_when_it_sends() -> None:
    async with twilio(ARRIVED) as sim:
        created = (await sim.send(From=None, MessagingServiceSid=SERVICE)).json()
        sent = (await sim.fetch(created["sid"])).json()
    assert (created["status"], created["from"], created["messaging_service_sid"]) == ("accepted", None, SERVICE)
    assert (sent["status"], sent["from"], sent["messaging_service_sid"]) == ("delivered", SENDER, SERVICE)


async def test_a_template_says_its_variables(sim: Twilio) -> None:
    variables = json.dumps({"1": "ONDO", "2": "15 000 F"})
    answer = await sim.send(text=None, ContentSid=TEMPLATE, ContentVariables=variables)
    assert answer.status_code == 201
    assert answer.json()["body"] == f"Modèle {TEMPLATE} : 1=ONDO ; 2=15 000 F"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"To": None}, (400, 21604)),
        ({"From": None}, (400, 21603)),
        ({"From": ""}, (400, 21603)),
        ({"From": None, "MessagingServiceSid": "MG" + "1" * 32}, (400, 21701)),
        ({"To": "+24166123456"}, (400, 21910)),
        ({"From": "+24111000000"}, (400, 21910)),
        ({"From": "whatsapp:+24111000001"}, (400, 63007)),
        ({"To": "whatsapp:24166123456"}, (400, 21211)),
        ({"To": "whatsapp:+066123456"}, (400, 21211)),
        ({"To": "whatsapp:+12345"}, (400, 21211)),
        ({"To": "whatsapp:+2416612345678901"}, (400, 21211)),
        ({"Body": None}, (400, 21619)),
        ({"Body": "x" * 1601}, (400, 21617)),
        ({"ContentVariables": "{}"}, (400, 21654)),
        ({"ContentSid": "HX12"}, (400, 21655)),
        ({"ContentSid": TEMPLATE, "ContentVariables": "1=ONDO"}, (400, 21656)),
        ({"ContentSid": TEMPLATE, "ContentVariables": '["ONDO"]'}, (400, 21656)),
        ({"ContentSid": TEMPLATE, "ContentVariables": '{"1": 15000}'}, (400, 21656)),
    ],
)
async def test_a_form_that_is_not_in_order_is_refused(
    sim: Twilio, fields: dict[str, Any], expected: tuple[int, int]
) -> None:
    assert code(await sim.send(**fields)) == expected
    assert await sim.entries() == []


async def test_a_refused_number_is_repeated_in_the_answer(sim: Twilio) -> None:
    assert "whatsapp:+24166000400" in (await sim.send("24166000400")).json()["message"]


async def test_sixteen_hundred_characters_are_accepted(sim: Twilio) -> None:
    assert (await sim.send(text="é" * 1600)).status_code == 201


# --- who may ---


@pytest.mark.parametrize("login", [None, (ACCOUNT, "faux"), ("AC" + "1" * 32, "simulateur"), ("SK" + "0" * 32, "faux")])
async def test_strangers_are_refused(sim: Twilio, login: tuple[str, str] | None) -> None:
    sim.http.auth = login or httpx.Auth()
    sids = f"SM{'0' * 32}"
    answers = [await sim.send(), await sim.fetch(sids), await sim.http.get(f"{ROOT}.json")]
    assert [code(answer) for answer in answers] == [(401, 20003)] * 3


async def test_another_account_is_refused(sim: Twilio) -> None:
    assert code(await sim.http.get(f"/2010-04-01/Accounts/AC{'1' * 32}.json")) == (401, 20003)


async def test_the_token_of_the_account_opens_the_account(sim: Twilio) -> None:
    answer = await sim.http.get(f"{ROOT}.json")
    assert (answer.status_code, answer.json()["status"], answer.json()["type"]) == (200, "active", "Full")


async def test_an_api_key_opens_the_messages_and_not_the_account(sim: Twilio) -> None:
    sim.http.auth = httpx.BasicAuth("SK" + "0" * 32, "simulateur")
    assert (await sim.send()).status_code == 201
    assert await sim.texts() == ["Bonjour"]
    assert code(await sim.http.get(f"{ROOT}.json")) == (401, 20003)


# --- the sandbox ---


async def test_the_sandbox_refuses_messages_that_follow_too_fast() -> None:
    async with twilio(Settings(sandbox_seconds=3600)) as sim:
        first, second = await sim.send(From=SANDBOX), await sim.send(From=SANDBOX)
        other = await sim.send()
    assert (first.status_code, code(second), other.status_code) == (201, (429, 63018), 201)


async def test_a_refused_form_does_not_hold_up_the_sandbox() -> None:
    async with twilio(Settings(sandbox_seconds=3600)) as sim:
        assert code(await sim.send(From=SANDBOX, text=None)) == (400, 21619)
        assert (await sim.send(From=SANDBOX)).status_code == 201


async def test_a_sandbox_without_pace_takes_all() -> None:
    async with twilio(Settings(sandbox_seconds=0)) as sim:
        assert [(await sim.send(From=SANDBOX)).status_code for _ in range(3)] == [201, 201, 201]


# --- on the way ---


@pytest.mark.parametrize(
    ("seconds", "stage"),
    [(0, Stage.QUEUED), (9.9, Stage.QUEUED), (10, Stage.SENT), (19.9, Stage.SENT), (20, Stage.SETTLED)],
)
def test_time_alone_takes_a_message_from_stage_to_stage(seconds: float, stage: Stage) -> None:
    message = entry("m", NOON)
    assert stage_of(message, timedelta(seconds=10), NOON + timedelta(seconds=seconds)) is stage


@pytest.mark.parametrize(
    ("ago", "status", "sent"), [(90, "queued", False), (150, "sent", True), (250, "delivered", True)]
)
async def test_a_message_is_queued_then_sent_then_delivered(
    tmp_path: Path, ago: int, status: str, *, sent: bool
) -> None:
    message = entry("m", datetime.now(UTC) - timedelta(minutes=ago))
    async with known(tmp_path, message, delivery_seconds=6000) as sim:
        shown = (await sim.fetch(sid(message))).json()
    assert shown["status"] == status
    assert (shown["date_sent"] is not None) is sent


async def test_a_message_was_sent_one_step_after_it_was_created(tmp_path: Path) -> None:
    message = entry("m", NOON)
    async with known(tmp_path, message, delivery_seconds=60) as sim:
        shown = (await sim.fetch(sid(message))).json()
    assert shown["date_created"] == "Fri, 20 Nov 2026 12:00:00 +0000"
    assert shown["date_sent"] == "Fri, 20 Nov 2026 12:01:00 +0000"
    assert shown["date_updated"] == "Fri, 20 Nov 2026 12:02:00 +0000"


async def test_a_message_is_found_again_after_a_restart(tmp_path: Path) -> None:
    settings = Settings(delivery_seconds=0, ledger_file=tmp_path / "registre.jsonl")
    async with twilio(settings) as sim:
        created = (await sim.send()).json()
    async with twilio(settings) as sim:
        assert (await sim.fetch(created["sid"])).json()["status"] == "delivered"


@pytest.mark.parametrize("unknown", ["SM" + "0" * 32, "SM12", "MM" + "0" * 32, "502b2a9a-d0a6-4ee7-9e1e-b769f93a1d48"])
async def test_an_unknown_message_is_not_found(sim: Twilio, unknown: str) -> None:
    assert code(await sim.fetch(unknown)) == (404, 20404)


async def test_a_message_of_another_provider_is_not_found(tmp_path: Path) -> None:
    foreign = msgspec.structs.replace(entry("m", NOON), provider="ventis")
    async with known(tmp_path, foreign) as sim:
        assert code(await sim.fetch(sid(foreign))) == (404, 20404)
        assert await sim.texts() == []


# --- lists ---


async def test_the_newest_messages_come_first(sim: Twilio) -> None:
    for text in ("un", "deux", "trois"):
        await sim.send(text=text)
    assert await sim.texts() == ["trois", "deux", "un"]


async def test_pages_follow_each_other_and_new_messages_do_not_shift_them(sim: Twilio) -> None:
    for number in range(5):
        await sim.send(text=f"m{number}")
        await sim.send(OTHER, text="à un autre")
    uri, pages = f"{ROOT}/Messages.json?PageSize=2&To=whatsapp%3A%2B{NUMBER}", []
    for _ in range(3):
        page = (await sim.http.get(uri)).json()
        pages.append([message["body"] for message in page["messages"]])
        uri = page["next_page_uri"]
        await sim.send(text="tard")
    assert pages == [["m4", "m3"], ["m2", "m1"], ["m0"]]
    assert uri is None
    assert (page["page"], page["page_size"], page["start"], page["end"]) == (2, 2, 4, 4)


async def test_a_page_has_fifty_messages_or_a_thousand_at_most(sim: Twilio) -> None:
    await sim.send()
    pages = [await sim.http.get(f"{ROOT}/Messages.json", params=query) for query in ({}, {"PageSize": 5000})]
    assert [page.json()["page_size"] for page in pages] == [50, 1000]


async def test_a_list_may_be_of_one_recipient_or_of_one_sender(sim: Twilio) -> None:
    await sim.send(text="à l'un")
    await sim.send(OTHER, text="à l'autre", From=SANDBOX)
    assert await sim.texts(To=f"whatsapp:+{NUMBER}") == ["à l'un"]
    assert await sim.texts(From=SANDBOX) == ["à l'autre"]
    assert await sim.texts(To=f"whatsapp:+{NUMBER}", From=SANDBOX) == []


@pytest.mark.parametrize("to", ["24166123456", "+24166123456", "whatsapp:24166123456", "whatsapp: 24166123456"])
async def test_a_recipient_written_in_another_way_is_nobody(sim: Twilio, to: str) -> None:
    await sim.send()
    assert await sim.texts(To=to) == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["le 20", "le 19 au soir", "le 19 au matin"]),
        ({"DateSent": "2026-11-19"}, ["le 19 au soir", "le 19 au matin"]),
        ({"DateSent": "2026-11-18"}, []),
        ({"since": "2026-11-19T20:00:00Z"}, ["le 20", "le 19 au soir"]),
        ({"since": "2026-11-19T20:00:01Z"}, ["le 20"]),
        ({"since": "2026-11-20"}, ["le 20"]),
        ({"until": "2026-11-19T20:00:00Z"}, ["le 19 au soir", "le 19 au matin"]),
        ({"until": "2026-11-19T19:59:59Z"}, ["le 19 au matin"]),
        ({"until": "2026-11-20"}, ["le 19 au soir", "le 19 au matin"]),
        ({"since": "2026-11-19T07:00:00Z", "until": "2026-11-19T09:00:00Z"}, ["le 19 au matin"]),
        ({"since": "2026-11-19T07:00:00Z", "To": f"whatsapp:+{OTHER}"}, []),
    ],
)
async def test_a_list_may_be_of_a_time(tmp_path: Path, query: dict[str, str], found: list[str]) -> None:
    morning, evening = NOON - timedelta(hours=28), NOON - timedelta(hours=16, microseconds=-700_000)
    messages = [entry("le 19 au matin", morning), entry("le 19 au soir", evening), entry("le 20", NOON)]
    async with known(tmp_path, *messages) as sim:
        assert await sim.texts(**query) == found


async def test_a_message_is_listed_by_the_time_it_was_sent_at_not_created(tmp_path: Path) -> None:
    async with known(tmp_path, entry("m", NOON), delivery_seconds=60) as sim:
        assert await sim.texts(since="2026-11-20T12:01:00Z") == ["m"]
        assert await sim.texts(until="2026-11-20T12:00:59Z") == []


async def test_a_message_that_is_not_sent_yet_has_no_time_to_be_listed_by(sim: Twilio) -> None:
    await sim.send()
    assert await sim.texts() == ["Bonjour"]
    assert await sim.texts(since="2020-01-01") == []
    assert await sim.texts(until="2099-01-01") == []


@pytest.mark.parametrize(
    "query",
    [
        {"PageSize": "0"},
        {"PageSize": "x"},
        {"Page": "-1"},
        {"DateSent": "hier"},
        {"DateSent>": "x"},
        {"PageToken": "x"},
    ],
)
async def test_a_list_asked_in_a_wrong_way_is_refused(sim: Twilio, query: dict[str, str]) -> None:
    assert code(await sim.http.get(f"{ROOT}/Messages.json", params=query)) == (400, 20001)


# --- magic numbers ---


@pytest.mark.parametrize("digits", AT_ONCE)
async def test_a_code_that_twilio_gives_at_once_is_given_at_once(sim: Twilio, digits: str) -> None:
    status = {"20003": 401, "20429": 429, "63038": 429}.get(digits, 400)
    assert code(await sim.send(f"241660{digits}")) == (status, int(digits))
    assert await sim.entries() == []


@pytest.mark.parametrize("digits", LATER)
async def test_a_code_that_twilio_gives_later_comes_with_the_status(digits: str) -> None:
    async with twilio(ARRIVED) as sim:
        answer = await sim.send(f"241660{digits}")
        created, ended = answer.json(), (await sim.fetch(answer.json()["sid"])).json()
    assert (answer.status_code, created["status"], created["error_code"]) == (201, "queued", None)
    assert ended["status"] in {"failed", "undelivered"}
    assert ended["error_code"] == int(digits)
    assert ended["error_message"]


async def test_a_failure_shows_only_once_the_message_is_settled(sim: Twilio) -> None:
    created = (await sim.send("24166063016")).json()
    shown = (await sim.fetch(created["sid"])).json()
    assert (shown["status"], shown["error_code"]) == ("queued", None)


@pytest.mark.parametrize("digits", MAGIC_FATES)
async def test_the_magic_numbers_of_all_providers_are_known_here(sim: Twilio, digits: str) -> None:
    fates, accepted = MAGIC_FATES[digits]
    for expected in ["201" if each == ACCEPTED else each for each in fates]:
        sim.http.timeout = patience(expected)
        assert await fate(sim.send(f"241660{digits}")) == expected
    assert len(await sim.entries()) == accepted


# --- faults ---


@pytest.mark.parametrize("fault", FATES)
async def test_a_fault_strikes_a_message_as_documented(sim: Twilio, fault: Fault) -> None:
    seen, accepted = FATES[fault]
    await sim.fault(fault, count=1)
    sim.http.timeout = patience(seen)
    assert await fate(sim.send()) == seen
    assert len(await sim.entries()) == accepted
    sim.http.timeout = patience(ACCEPTED)
    assert await fate(sim.send()) == "201"


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault.UNAUTHORIZED, (401, 20003)),
        (Fault.WRONG_SENDER, (400, 63007)),
        (Fault.INVALID_NUMBER, (400, 21211)),
        (Fault.HTTP_429, (429, 20429)),
    ],
)
async def test_a_refusal_is_in_the_words_of_twilio(sim: Twilio, fault: Fault, expected: tuple[int, int]) -> None:
    await sim.fault(fault)
    assert code(await sim.send()) == expected


async def test_half_an_answer_begins_as_the_whole_one(sim: Twilio) -> None:
    await sim.fault(Fault.HALF_ANSWER)
    form = {"To": f"whatsapp:+{NUMBER}", "From": SENDER, "Body": "Bonjour"}
    async with sim.http.stream("POST", f"{ROOT}/Messages.json", data=form) as answer:
        assert answer.status_code == 201


async def test_the_limit_of_the_day_has_a_code_of_its_own(sim: Twilio) -> None:
    await sim.fault(Fault.HTTP_429, daily=True, seconds=7)
    answer = await sim.send()
    assert code(answer) == (429, 63038)
    assert answer.headers["Retry-After"] == "7"


@pytest.mark.parametrize("fault", LOOKUP_FATES)
@pytest.mark.parametrize("path", [f"{ROOT}/Messages.json", f"{ROOT}/Messages/SM{'0' * 32}.json", f"{ROOT}.json"])
async def test_a_fault_on_look_ups_strikes_them_alone(sim: Twilio, fault: Fault, path: str) -> None:
    expected = LOOKUP_FATES[fault]
    await sim.fault(fault, count=1)
    assert await fate(sim.send()) == "201"
    assert await fate(sim.http.get(path, timeout=patience(expected))) == expected
    assert await fate(sim.http.get(path)) in {"200", "404"}


# --- a ledger made in advance ---


def entry(text: str, wall: datetime) -> Entry:
    """A message accepted at this time."""
    return Entry(
        seq=1,
        uuid=str(uuid4()),
        provider="twilio",
        to=NUMBER,
        sender="+24111000000",
        sha256="",
        text=text,
        monotonic=0.0,
        wall=wall,
    )


def sid(message: Entry) -> str:
    return f"SM{message.uuid.replace('-', '')}"


@asynccontextmanager
async def known(folder: Path, *messages: Entry, delivery_seconds: float = 0) -> AsyncIterator[Twilio]:
    """A server that accepted these messages before."""
    numbered = [msgspec.structs.replace(each, seq=seq) for seq, each in enumerate(messages, start=1)]
    ledger = folder / "registre.jsonl"
    ledger.write_bytes(msgspec.json.Encoder().encode_lines(numbered))
    async with twilio(Settings(ledger_file=ledger, delivery_seconds=delivery_seconds)) as sim:
        yield sim


# --- an account that is broken and does not say so at once ---


async def test_while_an_account_is_broken_whatever_it_accepts_fails_later_and_once_mended_arrives() -> None:
    async with twilio(ARRIVED) as sim:
        await sim.http.put("/faults", json={"later": {"twilio": "63112"}})
        broken = await sim.send(OTHER)
        assert (broken.status_code, broken.json()["status"]) == (201, "queued")
        await sim.http.delete("/faults")
        mended = await sim.send(OTHER, "Rappel")
        told = [(await sim.fetch(each.json()["sid"])).json() for each in (broken, mended)]
    assert [(each["status"], each["error_code"]) for each in told] == [("failed", 63112), ("delivered", None)]


async def test_a_code_that_twilio_does_not_publish_may_be_played_too() -> None:
    async with twilio(ARRIVED) as sim:
        await sim.http.put("/faults", json={"later": {"twilio": "63199"}})
        sid = (await sim.send()).json()["sid"]
        told = (await sim.fetch(sid)).json()
    assert (told["status"], told["error_code"]) == ("failed", 63199)
