"""The look-alike of Zoom Phone: its tokens, its messages, its sessions, and what it refuses."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import msgspec
import pytest

from simulators import Settings, serve
from simulators.entry import Entry
from simulators.faults import Fault
from simulators.zoom_codes import AT_ONCE, LATER
from simulators.zoom_sessions import session_of
from tests.providers.fates import ACCEPTED, FATES, LOOKUP_FATES, MAGIC_FATES, TOKEN_FATES, fate, patience

TOKEN = "/oauth/token"
MESSAGES = "/v2/phone/sms/messages"
SESSIONS = "/v2/phone/sms/sessions"
CLIENT = ("simulateur", "simulateur")
GRANT = {"grant_type": "account_credentials", "account_id": "simulateur"}
SENDER = "15550100000"
NUMBER, OTHER = "15551234567", "15145551234"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Zoom:
    """A running server and a client with a live token."""

    http: httpx.AsyncClient

    async def log_in(self) -> None:
        token = (await self.http.post(TOKEN, data=GRANT, auth=CLIENT)).json()["access_token"]
        self.http.headers["Authorization"] = f"Bearer {token}"

    async def send(self, *to: str, text: object = "Bonjour", **fields: object) -> httpx.Response:
        members = [{"phone_number": f"+{number}"} for number in to or (NUMBER,)]
        body = {"sender": {"phone_number": f"+{SENDER}"}, "to_members": members, "message": text} | fields
        return await self.http.post(MESSAGES, json=body)

    async def sent(self, *to: str, text: str = "Bonjour") -> dict[str, str]:
        """The ids of a message that is accepted."""
        return dict((await self.send(*to, text=text)).json())

    async def message(self, ids: dict[str, str]) -> httpx.Response:
        return await self.http.get(f"{SESSIONS}/{ids['session_id']}/messages/{ids['message_id']}")

    async def texts(self, session_id: str, **query: str | int) -> list[str]:
        """What the messages of a session say, on the first page."""
        return [each["message"] for each in (await self.history(session_id, **query)).json()["sms_histories"]]

    async def history(self, session_id: str, **query: str | int) -> httpx.Response:
        return await self.http.get(f"{SESSIONS}/{session_id}", params=query)

    async def sessions(self, **query: str | int) -> list[str]:
        """The ids of the sessions found, on the first page."""
        return [each["session_id"] for each in (await self.found(**query)).json()["sms_sessions"]]

    async def found(self, **query: str | int) -> httpx.Response:
        return await self.http.get(SESSIONS, params={name.rstrip("_"): value for name, value in query.items()})

    async def fault(self, fault: Fault, **particulars: object) -> None:
        await self.http.put("/faults", json={"rules": [{"fault": fault, **particulars}]})

    async def entries(self) -> list[dict[str, object]]:
        return list((await self.http.get("/ledger")).json()["entries"])


@asynccontextmanager
async def zoom(settings: Settings) -> AsyncIterator[Zoom]:
    async with serve(settings) as url, httpx.AsyncClient(base_url=url, timeout=10) as http:
        running = Zoom(http)
        await running.log_in()
        yield running


@pytest.fixture
async def sim() -> AsyncIterator[Zoom]:
    async with zoom(Settings(delivery_seconds=3600)) as running:
        yield running


def code(answer: httpx.Response) -> tuple[int, int]:
    """The HTTP status and Zoom's code, once the form of the error is checked."""
    body = answer.json()
    assert body.keys() - {"errors"} == {"code", "message"}
    return answer.status_code, body["code"]


# --- tokens ---


async def test_a_token_comes_with_its_life_and_its_scopes(sim: Zoom) -> None:
    answer = await sim.http.post(TOKEN, data=GRANT, auth=CLIENT)
    body = answer.json()
    assert answer.status_code == 200
    assert len(body.pop("access_token")) > 40
    assert body == {
        "token_type": "bearer",
        "expires_in": 3600,
        "scope": "phone_sms:write:admin phone_sms:read:admin",
        "api_url": str(sim.http.base_url).rstrip("/"),
    }


@pytest.mark.parametrize(
    ("form", "client", "error"),
    [
        (GRANT, ("simulateur", "faux"), "invalid_client"),
        (GRANT, ("autre", "simulateur"), "invalid_client"),
        (GRANT | {"grant_type": "client_credentials"}, CLIENT, "unsupported_grant_type"),
        (GRANT | {"account_id": "autre"}, CLIENT, "invalid_request"),
        ({}, CLIENT, "unsupported_grant_type"),
    ],
)
async def test_a_token_is_refused(sim: Zoom, form: dict[str, str], client: tuple[str, str], error: str) -> None:
    answer = await sim.http.post(TOKEN, data=form, auth=client)
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert answer.json().keys() == {"reason", "error"}


async def test_an_address_is_no_place_for_the_grant(sim: Zoom) -> None:
    assert (await sim.http.post(TOKEN, params=GRANT, auth=CLIENT)).status_code == 400


async def test_an_expired_token_is_told_so() -> None:
    async with zoom(Settings(zoom_token_seconds=0)) as sim:
        answer = await sim.send()
    assert code(answer) == (401, 124)
    assert answer.json()["message"] == "Access token is expired."


@pytest.mark.parametrize("header", ["", "Bearer jamais-vu", "Basic YTpi"])
async def test_without_a_token_nothing_is_open(sim: Zoom, header: str) -> None:
    ids = await sim.sent()
    sim.http.headers["Authorization"] = header
    answers = [await sim.send(), await sim.message(ids), await sim.history(ids["session_id"]), await sim.found()]
    assert [code(answer) for answer in answers] == [(401, 124)] * 4
    assert len(await sim.entries()) == 1


async def test_a_token_of_keycloak_is_none_of_zoom(sim: Zoom) -> None:
    login = {
        "grant_type": "password",
        "client_id": "api-messaging",
        "username": "simulateur",
        "password": "simulateur",
    }
    answer = await sim.http.post("/realms/Messaging/protocol/openid-connect/token", data=login)
    sim.http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    assert code(await sim.send()) == (401, 124)


@pytest.mark.parametrize(("one_token", "status"), [(False, 201), (True, 401)])
async def test_a_new_token_ends_the_older_one_where_there_is_but_one(*, one_token: bool, status: int) -> None:
    async with zoom(Settings(zoom_one_token=one_token)) as sim:
        await sim.http.post(TOKEN, data=GRANT, auth=CLIENT)
        older = await sim.send()
        await sim.log_in()
        newer = await sim.send()
    assert (older.status_code, newer.status_code) == (status, 201)


async def test_a_refused_request_ends_no_token() -> None:
    async with zoom(Settings(zoom_one_token=True)) as sim:
        await sim.http.post(TOKEN, data=GRANT, auth=("simulateur", "faux"))
        assert (await sim.send()).status_code == 201


@pytest.mark.parametrize(
    ("scopes", "may_send", "may_read"),
    [
        (("phone_sms:write:admin",), True, False),
        (("phone:write", "phone_sms:read"), True, True),
        (("phone:read:admin",), False, True),
        ((), False, False),
    ],
)
async def test_a_token_opens_what_its_scopes_allow(scopes: tuple[str, ...], *, may_send: bool, may_read: bool) -> None:
    async with zoom(Settings(zoom_scopes=scopes)) as sim:
        sent, read = await sim.send(), await sim.found()
    assert sent.status_code == 201 if may_send else code(sent) == (400, 4711)
    assert read.status_code == 200 if may_read else code(read) == (400, 4711)


async def test_a_missing_scope_is_named() -> None:
    async with zoom(Settings(zoom_scopes=())) as sim:
        assert "phone_sms:write:admin" in (await sim.send()).json()["message"]


async def test_an_account_without_zoom_phone_is_forbidden() -> None:
    async with zoom(Settings(zoom_phone=False)) as sim:
        assert [code(await sim.send()), code(await sim.found())] == [(403, 403)] * 2


# --- messages ---


async def test_an_accepted_message_gets_its_ids_and_is_recorded(sim: Zoom) -> None:
    answer = await sim.send(text="Solde dû : 15 000 F 😀")
    body = answer.json()
    [entry] = await sim.entries()
    assert answer.status_code == 201
    assert body.keys() == {"message_id", "session_id", "date_time"}
    assert body["date_time"].endswith("Z")
    assert abs(datetime.now(UTC) - datetime.fromisoformat(body["date_time"])) < timedelta(minutes=1)
    assert entry["uuid"] == body["message_id"]
    assert (entry["provider"], entry["to"], entry["sender"]) == ("zoom", NUMBER, f"+{SENDER}")
    assert entry["text"] == "Solde dû : 15 000 F 😀"


async def test_several_recipients_are_one_group_and_each_is_recorded(sim: Zoom) -> None:
    alone, group = await sim.sent(NUMBER), await sim.sent(NUMBER, OTHER)
    entries = [(entry["to"], entry["uuid"]) for entry in await sim.entries()]
    await sim.sent(NUMBER)
    shown = (await sim.message(group)).json()
    assert entries[1:] == [(NUMBER, group["message_id"]), (OTHER, group["message_id"])]
    assert alone["session_id"] != group["session_id"]
    assert shown["message_type"] == 3
    assert shown["to_members"] == [{"phone_number": NUMBER}, {"phone_number": OTHER}]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"sender": {"phone_number": SENDER}}, (400, 316)),
        ({"sender": {"phone_number": "+15550100001"}}, (400, 1001)),
        ({"to_members": [{"phone_number": "5551234567"}]}, (400, 316)),
        ({"to_members": [{"phone_number": "+0551234567"}]}, (400, 316)),
        ({"to_members": [{"phone_number": f"+{NUMBER}"}, {"phone_number": "5551234567"}]}, (400, 316)),
        ({"to_members": []}, (400, 300)),
        ({"to_members": [{"phone_number": f"+{NUMBER}"}] * 11}, (400, 300)),
        ({"to_members": [{}]}, (400, 300)),
        ({"sender": {}}, (400, 300)),
        ({"message": ""}, (400, 300)),
        ({"message": None}, (400, 300)),
        ({"message": "x" * 501}, (400, 300)),
    ],
)
async def test_a_body_that_is_not_in_order_is_refused(
    sim: Zoom, fields: dict[str, object], expected: tuple[int, int]
) -> None:
    assert code(await sim.send(**fields)) == expected
    assert await sim.entries() == []


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b'{"message":"\xff"}'])
async def test_a_body_that_is_no_json_is_refused(sim: Zoom, content: bytes) -> None:
    assert code(await sim.http.post(MESSAGES, content=content)) == (400, 300)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"message": "x" * 501}, "message"),
        ({"sender": {}}, "sender"),
        ({"message": 12}, "message"),
        ({"to_members": [{"phone_number": 12}]}, "to_members[0].phone_number"),
    ],
)
async def test_a_refusal_names_the_field(sim: Zoom, fields: dict[str, object], field: str) -> None:
    [error] = (await sim.send(**fields)).json()["errors"]
    assert error["field"] == field


@pytest.mark.parametrize("text", ["é" * 500, "😀" * 500])
async def test_five_hundred_characters_are_accepted(sim: Zoom, text: str) -> None:
    assert (await sim.send(text=text)).status_code == 201


# --- look-ups ---


async def test_a_message_is_shown_with_its_status(sim: Zoom) -> None:
    ids = await sim.sent()
    assert (await sim.message(ids)).json() == {
        "message_id": ids["message_id"],
        "message": "Bonjour",
        "message_type": 1,
        "direction": "Out",
        "date_time": ids["date_time"],
        "delivery_status": "sent",
        "sender": {"phone_number": SENDER},
        "to_members": [{"phone_number": NUMBER}],
        "attachments": [],
    }


@pytest.mark.parametrize(("minutes", "status"), [(90, "sent"), (150, "sent"), (250, "delivered")])
async def test_a_message_is_sent_then_delivered(tmp_path: Path, minutes: int, status: str) -> None:
    message = entry("m", datetime.now(UTC) - timedelta(minutes=minutes))
    async with known(tmp_path, message, delivery_seconds=6000) as sim:
        [session] = await sim.sessions()
        shown = await sim.message({"session_id": session, "message_id": message.uuid})
    assert shown.json()["delivery_status"] == status


async def test_the_session_is_that_of_the_sender_and_the_recipient() -> None:
    async with zoom(Settings(zoom_senders=(f"+{SENDER}", "+15550100001"))) as sim:
        first, again, other = [(await sim.sent(to))["session_id"] for to in (NUMBER, NUMBER, OTHER)]
        elsewhere = (await sim.send(sender={"phone_number": "+15550100001"})).json()["session_id"]
    assert first == again
    assert len({first, other, elsewhere}) == 3


async def test_a_message_is_found_in_its_own_session_only(sim: Zoom) -> None:
    one, other = await sim.sent(NUMBER), await sim.sent(OTHER)
    mixed = one | {"session_id": other["session_id"]}
    unknown = one | {"message_id": str(uuid4())}
    assert [code(await sim.message(ids)) for ids in (mixed, unknown)] == [(404, 7013)] * 2


async def test_an_unknown_session_has_no_history(sim: Zoom) -> None:
    assert code(await sim.history("0" * 32)) == (404, 7013)


async def test_messages_of_other_providers_are_in_no_session(tmp_path: Path) -> None:
    foreign = msgspec.structs.replace(entry("m", NOON), provider="ventis")
    async with known(tmp_path, foreign) as sim:
        assert await sim.sessions(from_="2026-11-20", to="2026-11-20") == []
        ids = {"session_id": session_of([foreign]), "message_id": foreign.uuid}
        assert code(await sim.message(ids)) == (404, 7013)


async def test_a_session_shows_its_messages_newest_first_or_as_sorted(sim: Zoom) -> None:
    for text in ("un", "deux", "trois"):
        session = (await sim.sent(text=text))["session_id"]
    await sim.sent(OTHER, text="ailleurs")
    assert await sim.texts(session) == ["trois", "deux", "un"]
    assert await sim.texts(session, sort=2) == ["trois", "deux", "un"]
    assert await sim.texts(session, sort=1) == ["un", "deux", "trois"]


async def test_sessions_are_shown_with_their_participants_the_latest_first(sim: Zoom) -> None:
    first, second = await sim.sent(NUMBER), await sim.sent(OTHER)
    shown = (await sim.found()).json()
    owner = {"phone_number": SENDER, "is_session_owner": True}
    assert shown == {
        "next_page_token": "",
        "page_size": 30,
        "sms_sessions": [
            {
                "session_id": sent["session_id"],
                "session_type": "user",
                "last_access_time": sent["date_time"],
                "participants": [owner, {"phone_number": number, "is_session_owner": False}],
            }
            for sent, number in ((second, OTHER), (first, NUMBER))
        ],
    }


@pytest.mark.parametrize("written", [NUMBER, f"+{NUMBER}", f" {NUMBER}"])
async def test_sessions_are_found_by_the_recipient_however_it_is_written(sim: Zoom, written: str) -> None:
    ids = await sim.sent(NUMBER)
    await sim.sent(OTHER)
    assert await sim.sessions(phone_number=written) == [ids["session_id"]]


async def test_sessions_are_found_by_the_sender_and_by_any_member_of_a_group(sim: Zoom) -> None:
    alone, group = (await sim.sent(NUMBER))["session_id"], (await sim.sent(NUMBER, OTHER))["session_id"]
    assert await sim.sessions(phone_number=SENDER) == [group, alone]
    assert await sim.sessions(phone_number=OTHER) == [group]
    assert await sim.sessions(phone_number="15550000009") == []


async def test_sessions_and_their_messages_come_in_pages(sim: Zoom) -> None:
    ids = [(await sim.sent(f"1555123456{last}"))["session_id"] for last in range(5)]
    token, pages = "", []
    for _ in range(3):
        page = (await sim.found(page_size=2, next_page_token=token)).json()
        pages.append([each["session_id"] for each in page["sms_sessions"]])
        token = page["next_page_token"]
    assert pages == [[ids[4], ids[3]], [ids[2], ids[1]], [ids[0]]]
    assert token == ""


async def test_a_page_has_a_hundred_records_at_most(sim: Zoom) -> None:
    session = (await sim.sent())["session_id"]
    answers = [await sim.found(page_size=300), await sim.history(session, page_size=300), await sim.history(session)]
    assert [answer.json()["page_size"] for answer in answers] == [100, 100, 30]


@pytest.mark.parametrize(
    ("period", "found"),
    [
        ({"from": "2026-11-20", "to": "2026-11-20"}, ["midi", "matin"]),
        ({"from": "2026-11-20T12:00:00Z", "to": "2026-11-20T13:00:00Z"}, ["midi"]),
        ({"from": "2026-11-20T06:00:00Z", "to": "2026-11-20T08:00:00Z"}, ["matin"]),
        ({"from": "2026-11-20T06:00:00Z", "to": "2026-11-20T07:59:59Z"}, []),
        ({"from": "2026-11-21", "to": "2026-11-30"}, []),
    ],
)
async def test_a_session_is_read_for_a_period(tmp_path: Path, period: dict[str, str], found: list[str]) -> None:
    morning = NOON - timedelta(hours=4)
    async with known(tmp_path, entry("matin", morning), entry("midi", NOON)) as sim:
        [session] = await sim.sessions(from_="2026-11-20", to="2026-11-20")
        assert await sim.texts(session, **period) == found


@pytest.mark.parametrize(
    ("filter_type", "found"), [("last_message_time", 0), ("sent_message_time", 1), ("sent_received_message_time", 1)]
)
async def test_a_later_message_takes_a_session_out_of_the_period(tmp_path: Path, filter_type: str, found: int) -> None:
    morning = {"from_": "2026-11-20T07:00:00Z", "to": "2026-11-20T09:00:00Z"}
    async with known(tmp_path, entry("matin", NOON - timedelta(hours=4)), entry("midi", NOON)) as sim:
        assert len(await sim.sessions(**morning, filter_type=filter_type)) == found
        assert await sim.sessions(**morning) == []


async def test_without_a_period_the_last_thirty_days_are_read(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    messages = entry("vieux", now - timedelta(days=31)), entry("récent", now - timedelta(days=29))
    async with known(tmp_path, *messages) as sim:
        [session] = await sim.sessions()
        assert await sim.texts(session) == ["récent"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"from": "2026-11-20"}, (400, 400)),
        ({"to": "2026-11-20"}, (400, 400)),
        ({"from": "hier", "to": "2026-11-20"}, (400, 300)),
        ({"page_size": "0"}, (400, 400)),
        ({"next_page_token": "x"}, (400, 400)),
    ],
)
async def test_a_look_up_that_is_not_in_order_is_refused(
    sim: Zoom, query: dict[str, str], expected: tuple[int, int]
) -> None:
    session = (await sim.sent())["session_id"]
    assert code(await sim.found(**query)) == expected
    assert code(await sim.history(session, **query)) == expected


async def test_sessions_are_as_new_as_the_ledger(sim: Zoom) -> None:
    first = (await sim.sent(NUMBER))["session_id"]
    assert await sim.sessions() == [first]
    second = (await sim.sent(OTHER))["session_id"]
    assert await sim.sessions() == [second, first]
    await sim.http.delete("/ledger")
    assert await sim.sessions() == []
    await sim.sent(OTHER)
    assert await sim.sessions() == [second]


# --- magic numbers ---


@pytest.mark.parametrize("prefix", ["241660", "155500"])
@pytest.mark.parametrize("digits", AT_ONCE)
async def test_a_code_of_zoom_is_given_at_once(sim: Zoom, prefix: str, digits: str) -> None:
    status = {"00124": 401, "00403": 403}.get(digits, 400)
    assert code(await sim.send(f"{prefix}{digits}")) == (status, int(digits))
    assert await sim.entries() == []


@pytest.mark.parametrize(("digits", "status"), LATER.items())
async def test_a_message_that_does_not_arrive_says_so_once_it_is_settled(digits: str, status: str) -> None:
    async with zoom(Settings(delivery_seconds=0)) as sim:
        shown = await sim.message(await sim.sent(f"155500{digits}"))
    assert shown.json()["delivery_status"] == status


@pytest.mark.parametrize("digits", MAGIC_FATES)
async def test_the_magic_numbers_of_all_providers_are_known_here(sim: Zoom, digits: str) -> None:
    fates, accepted = MAGIC_FATES[digits]
    for expected in ["201" if each == ACCEPTED else each for each in fates]:
        sim.http.timeout = patience(expected)
        assert await fate(sim.send(f"155500{digits}")) == expected
    assert len(await sim.entries()) == accepted


# --- faults ---


@pytest.mark.parametrize("fault", FATES)
async def test_a_fault_strikes_a_message_as_documented(sim: Zoom, fault: Fault) -> None:
    seen, accepted = FATES[fault]
    await sim.fault(fault, count=1)
    sim.http.timeout = patience(seen)
    assert await fate(sim.send()) == seen
    assert len(await sim.entries()) == accepted
    sim.http.timeout = patience(ACCEPTED)
    assert await fate(sim.send()) == "201"


@pytest.mark.parametrize("fault", TOKEN_FATES)
async def test_a_fault_on_tokens_strikes_those_of_zoom_too(sim: Zoom, fault: Fault) -> None:
    expected = TOKEN_FATES[fault]
    await sim.fault(fault, count=1)
    assert await fate(sim.send()) == "201"
    assert await fate(sim.http.post(TOKEN, data=GRANT, auth=CLIENT, timeout=patience(expected))) == expected
    assert await fate(sim.http.post(TOKEN, data=GRANT, auth=CLIENT)) == "200"


@pytest.mark.parametrize("fault", LOOKUP_FATES)
@pytest.mark.parametrize("path", [SESSIONS, f"{SESSIONS}/x", f"{SESSIONS}/x/messages/y"])
async def test_a_fault_on_look_ups_strikes_them_alone(sim: Zoom, fault: Fault, path: str) -> None:
    expected = LOOKUP_FATES[fault]
    await sim.fault(fault, count=1)
    assert await fate(sim.send()) == "201"
    assert await fate(sim.http.get(path, timeout=patience(expected))) == expected
    assert await fate(sim.http.get(path)) in {"200", "404"}


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault.UNAUTHORIZED, (401, 124)),
        (Fault.WRONG_SENDER, (400, 1001)),
        (Fault.INVALID_NUMBER, (400, 7001)),
        (Fault.HTTP_429, (429, 429)),
    ],
)
async def test_a_refusal_is_in_the_words_of_zoom(sim: Zoom, fault: Fault, expected: tuple[int, int]) -> None:
    await sim.fault(fault)
    assert code(await sim.send()) == expected


async def test_the_limit_of_the_second_tells_when_it_ends(sim: Zoom) -> None:
    before = int(time.time())
    await sim.fault(Fault.HTTP_429, seconds=60)
    answer = await sim.send()
    assert answer.headers["X-RateLimit-Type"] == "QPS"
    assert answer.headers["Retry-After"] == "60"
    assert before + 60 <= int(answer.headers["X-RateLimit-Reset"]) <= time.time() + 60


async def test_the_limit_of_the_day_ends_at_an_iso_date(sim: Zoom) -> None:
    await sim.fault(Fault.HTTP_429, daily=True, seconds=3600)
    answer = await sim.send()
    ahead = datetime.fromisoformat(answer.headers["Retry-After"]) - datetime.now(UTC)
    assert answer.headers["X-RateLimit-Type"] == "Daily-limit"
    assert timedelta(minutes=55) < ahead <= timedelta(hours=1)


@pytest.mark.parametrize(("retry_after", "expected"), [("seconds", "7"), ("absent", None)])
async def test_the_limit_of_the_day_may_be_written_otherwise(sim: Zoom, retry_after: str, expected: str | None) -> None:
    await sim.fault(Fault.HTTP_429, daily=True, seconds=7, retry_after=retry_after)
    assert (await sim.send()).headers.get("Retry-After") == expected


async def test_statistics_count_the_tokens_of_zoom(sim: Zoom) -> None:
    await sim.log_in()
    stats = (await sim.http.get("/stats")).json()
    assert (stats["token_requests"], stats["requests"][TOKEN]) == (2, 2)


# --- a ledger made in advance ---


def entry(text: str, wall: datetime) -> Entry:
    """A message accepted at this time."""
    return Entry(
        seq=1,
        uuid=str(uuid4()),
        provider="zoom",
        to=NUMBER,
        sender=f"+{SENDER}",
        sha256="",
        text=text,
        monotonic=0.0,
        wall=wall,
    )


@asynccontextmanager
async def known(folder: Path, *messages: Entry, delivery_seconds: float = 0) -> AsyncIterator[Zoom]:
    """A server that accepted these messages before."""
    numbered = [msgspec.structs.replace(each, seq=seq) for seq, each in enumerate(messages, start=1)]
    ledger = folder / "registre.jsonl"
    ledger.write_bytes(msgspec.json.Encoder().encode_lines(numbered))
    async with zoom(Settings(ledger_file=ledger, delivery_seconds=delivery_seconds)) as sim:
        yield sim
