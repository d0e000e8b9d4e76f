"""The look-alike of Ventis, the faults that all share, and what the ledger and the statistics say of them."""

import asyncio
import email.utils
import time
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import simulators
from simulators import Settings, create_app, keycloak, serve, twilio_codes, zoom_codes
from simulators.app import ControlExposedError
from simulators.control import PATHS
from simulators.faults import Fault, Faults, Latency, Place, Plan, Rule
from simulators.magic import MAGIC, PREFIXES, code_of
from tests.providers.fates import ACCEPTED, FATES, LOOKUP_FATES, MAGIC_FATES, TOKEN_FATES, fate, patience

MESSAGE = "/messaging/api/v1/message"
TOKEN = "/realms/Messaging/protocol/openid-connect/token"
LOGIN = {
    "grant_type": "password",
    "client_id": "api-messaging",
    "username": "simulateur",
    "password": "simulateur",
}
NUMBER = "24166123456"


@dataclass(frozen=True, slots=True)
class Sim:
    """A running server and one client with a live token."""

    http: httpx.AsyncClient

    async def send(self, to: str = NUMBER, text: str = "Bonjour", **fields: object) -> httpx.Response:
        body = {"to": to, "sender": "VENTIS", "isOTP": False, "message": text} | fields
        return await self.http.post(MESSAGE, json=body)

    async def fault(self, fault: Fault, **particulars: object) -> None:
        plan = {"rules": [{"fault": fault, **particulars}]}
        assert (await self.http.put("/faults", json=plan)).status_code == 200

    async def entries(self, **query: str | int) -> list[dict[str, object]]:
        answer = await self.http.get("/ledger", params=query)
        return list(answer.json()["entries"])

    async def count(self) -> int:
        return int((await self.http.get("/ledger/count")).json()["count"])

    async def stats(self) -> dict[str, object]:
        return dict((await self.http.get("/stats")).json())


@pytest.fixture
async def sim() -> AsyncIterator[Sim]:
    async with serve(Settings(senders=("VENTIS", "MAIRIE"))) as url, client(url) as http:
        await log_in(http)
        yield Sim(http)


def client(url: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=url, timeout=10)


async def log_in(http: httpx.AsyncClient) -> None:
    token = (await http.post(TOKEN, data=LOGIN)).json()["access_token"]
    http.headers["Authorization"] = f"Bearer {token}"


# --- messages ---


async def test_an_accepted_message_is_answered_in_plain_text_and_recorded(sim: Sim) -> None:
    began, started = datetime.now(UTC), time.monotonic()
    answer = await sim.send(text="Impôt dû : 15 000 F")
    status, identifier, timestamp = answer.text.split("|")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert status == "+SUCCESS"
    assert uuid.UUID(identifier).version == 4
    [entry] = await sim.entries()
    wall, monotonic = entry.pop("wall"), entry.pop("monotonic")
    assert entry == {
        "seq": 1,
        "uuid": identifier,
        "provider": "ventis",
        "to": NUMBER,
        "sender": "VENTIS",
        "sha256": sha256("Impôt dû : 15 000 F".encode()).hexdigest(),
        "text": "Impôt dû : 15 000 F",
    }
    assert began <= datetime.fromisoformat(str(wall)) <= datetime.now(UTC)
    assert abs(datetime.fromisoformat(timestamp) - datetime.fromisoformat(str(wall))).total_seconds() < 0.001
    assert started <= float(str(monotonic)) <= time.monotonic()


@pytest.mark.parametrize("is_otp", [True, False, "true", "false"])
async def test_is_otp_may_be_a_boolean_or_its_name(sim: Sim, is_otp: object) -> None:
    assert (await sim.send(isOTP=is_otp)).status_code == 200


@pytest.mark.parametrize(
    ("header", "error"),
    [(None, False), ("Bearer jamais-vu", True), ("Basic YTpi", True)],
    ids=["none", "unknown", "basic"],
)
async def test_without_a_live_token_401_with_a_challenge(sim: Sim, header: str | None, *, error: bool) -> None:
    del sim.http.headers["Authorization"]
    if header is not None:
        sim.http.headers["Authorization"] = header
    answer = await sim.send()
    challenge = answer.headers["WWW-Authenticate"]
    assert answer.status_code == 401
    assert challenge.startswith('Bearer realm="Messaging"')
    assert ("invalid_token" in challenge) is error
    assert await sim.count() == 0


async def test_an_expired_token_is_refused() -> None:
    async with serve(Settings(token_seconds=0)) as url, client(url) as http:
        await log_in(http)
        assert (await Sim(http).send()).status_code == 401


async def test_a_sender_off_the_list_is_refused_as_by_the_real_gateway(sim: Sim) -> None:
    answer = await sim.send(sender="AUTRE")
    assert answer.status_code == 400
    assert answer.json() == [
        {
            "error": "Violation de contrainte",
            "message": "Sender ID must be one of them [VENTIS, MAIRIE]",
            "path": MESSAGE,
            "statusCode": 1003,
        }
    ]
    assert await sim.count() == 0


@pytest.mark.parametrize(
    "to", ["", "+24166123456", "2416612345", "2410661234567", "33612345678", "241 6612345", "2416612345٦"]
)
async def test_a_number_that_is_not_gabonese_digits_is_refused(sim: Sim, to: str) -> None:
    answer = await sim.send(to=to)
    assert answer.status_code == 400
    assert [violation["statusCode"] for violation in answer.json()] == [1005]


async def test_every_violation_is_listed(sim: Sim) -> None:
    answer = await sim.send(to="12", sender="AUTRE")
    assert [violation["statusCode"] for violation in answer.json()] == [1003, 1005]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"\xff",
        b'{"to":"24166123456","sender":"VENTIS","message":"\xff","isOTP":false}',
        b'{"to":"24166123456","sender":"VENTIS","message":"\\ud800","isOTP":false}',
        b'{"to":"24166123456","sender":"VENTIS","message":"","isOTP":false}',
        b'{"to":24166123456,"sender":"VENTIS","message":"m","isOTP":false}',
        b'{"to":"24166123456","sender":"VENTIS","message":"m","isOTP":"non"}',
        b'{"to":"24166123456","sender":"VENTIS","message":"m","isOTP":0}',
        b'{"to":"24166123456","sender":"VENTIS","message":"m"}',
        b'{"to":"24166123456","sender":"VENTIS","isOTP":false}',
        b'{"to":"24166123456","message":"m","isOTP":false}',
        b'{"sender":"VENTIS","message":"m","isOTP":false}',
    ],
)
async def test_a_body_of_another_shape_is_refused(sim: Sim, content: bytes) -> None:
    answer = await sim.http.post(MESSAGE, content=content)
    assert answer.status_code == 400
    assert [violation["statusCode"] for violation in answer.json()] == [1001]
    assert await sim.count() == 0


# The server is shared by the examples on purpose: it must survive all of them.
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200))
async def test_any_text_comes_out_of_the_ledger_as_it_went_in(sim: Sim, text: str) -> None:
    before = await sim.count()
    assert (await sim.send(text=text)).status_code == 200
    [entry] = await sim.entries(since_seq=before)
    assert (entry["text"], entry["sha256"]) == (text, sha256(text.encode()).hexdigest())


@pytest.mark.parametrize("path", ["/", "/message", "/messaging/api/v1/messages", "/realms/Messaging"])
async def test_other_paths_are_not_found(sim: Sim, path: str) -> None:
    assert (await sim.http.post(path)).status_code == 404


# --- faults ---


async def message_fate(sim: Sim, to: str = NUMBER, *, expected: str = "200") -> str:
    sim.http.timeout = patience(expected)
    return await fate(sim.send(to=to))


def test_every_fault_is_tried() -> None:
    assert FATES.keys() | TOKEN_FATES.keys() | LOOKUP_FATES.keys() == set(Fault)


@pytest.mark.parametrize("fault", FATES)
async def test_a_fault_strikes_as_documented_once_then_all_is_well(sim: Sim, fault: Fault) -> None:
    seen, accepted = FATES[fault]
    await sim.fault(fault, count=1)
    assert await message_fate(sim, expected=seen) == seen
    assert await sim.count() == accepted
    assert await message_fate(sim) == "200"
    assert await sim.count() == accepted + 1
    [rule] = (await sim.http.get("/faults")).json()["rules"]
    assert rule["fired"] == 1


@pytest.mark.parametrize("fault", TOKEN_FATES)
async def test_a_token_fault_strikes_the_token_endpoint_alone(sim: Sim, fault: Fault) -> None:
    await sim.fault(fault, count=1)
    assert await message_fate(sim) == "200"
    expected = TOKEN_FATES[fault]
    assert await fate(sim.http.post(TOKEN, data=LOGIN, timeout=patience(expected))) == expected
    assert await fate(sim.http.post(TOKEN, data=LOGIN)) == "200"


async def test_half_of_the_answer_arrives_before_the_end(sim: Sim) -> None:
    await sim.fault(Fault.HALF_ANSWER)
    body = {"to": NUMBER, "sender": "VENTIS", "isOTP": False, "message": "Bonjour"}
    received = bytearray()

    async def read() -> None:
        async for part in answer.aiter_raw():
            received.extend(part)

    async with sim.http.stream("POST", MESSAGE, json=body) as answer:
        with pytest.raises(httpx.RemoteProtocolError):
            await read()
    [entry] = await sim.entries()
    assert len(received) == int(answer.headers["Content-Length"]) // 2
    assert received.startswith(f"+SUCCESS|{str(entry['uuid'])[:15]}".encode())


async def test_silence_may_be_bounded(sim: Sim) -> None:
    await sim.fault(Fault.TIMEOUT_AFTER, seconds=0.05)
    assert await message_fate(sim) == "closed"
    assert await sim.count() == 1


@pytest.mark.parametrize(
    ("particulars", "expected"), [({}, "1"), ({"seconds": 7}, "7"), ({"retry_after": "absent"}, None)]
)
async def test_retry_after_in_seconds_or_absent(sim: Sim, particulars: dict[str, object], expected: str | None) -> None:
    await sim.fault(Fault.HTTP_429, **particulars)
    assert (await sim.send()).headers.get("Retry-After") == expected


async def test_retry_after_as_an_iso_date(sim: Sim) -> None:
    await sim.fault(Fault.HTTP_429, seconds=3600, retry_after="iso")
    header = (await sim.send()).headers["Retry-After"]
    ahead = datetime.fromisoformat(header) - datetime.now(UTC)
    assert header.endswith("Z")
    assert 3500 < ahead.total_seconds() <= 3600


async def test_retry_after_as_a_date(sim: Sim) -> None:
    await sim.fault(Fault.HTTP_429, seconds=3600, retry_after="http-date")
    header = (await sim.send()).headers["Retry-After"]
    ahead = email.utils.parsedate_to_datetime(header) - datetime.now(UTC)
    assert header.endswith("GMT")
    assert 3500 < ahead.total_seconds() <= 3600


async def test_who_follows_a_redirection_sends_again(sim: Sim) -> None:
    await sim.fault(Fault.REDIRECT_307, count=1)
    body = {"to": NUMBER, "sender": "VENTIS", "isOTP": False, "message": "Bonjour"}
    answer = await sim.http.post(MESSAGE, json=body, follow_redirects=True)
    assert (answer.status_code, await sim.count()) == (200, 1)


async def test_garbage_is_no_text_and_a_page_is_a_page(sim: Sim) -> None:
    await sim.fault(Fault.GARBAGE_200)
    with pytest.raises(UnicodeDecodeError):
        (await sim.send()).content.decode()
    await sim.fault(Fault.HTML_200)
    assert (await sim.send()).text.startswith("<html>")


async def test_an_invalid_message_uses_up_no_fault(sim: Sim) -> None:
    await sim.fault(Fault.RESET_AFTER, count=1)
    assert await message_fate(sim, to="12") == "400"
    assert await message_fate(sim) == "reset"


async def pattern(sim: Sim, seed: int) -> str:
    await sim.fault(Fault.HTTP_500_BEFORE, probability=0.5, seed=seed)
    return "".join([await message_fate(sim) for _ in range(24)])


async def test_the_same_seed_strikes_the_same_requests(sim: Sim) -> None:
    first = await pattern(sim, seed=3)
    assert {first[i : i + 3] for i in range(0, len(first), 3)} == {"200", "500"}
    assert await pattern(sim, seed=3) == first
    assert await pattern(sim, seed=4) != first


@given(seed=st.integers(), other=st.integers(), probability=st.floats(0, 1))
def test_no_rule_disturbs_another(seed: int, other: int, probability: float) -> None:
    """A rule alone strikes where it strikes behind another one, except where that one came first."""
    before = Rule(fault=Fault.HTTP_503_BEFORE, probability=probability, seed=other)
    rule = Rule(fault=Fault.RESET_AFTER, probability=0.5, seed=seed)
    alone, behind = Faults(Plan(rules=(rule,))), Faults(Plan(rules=(before, rule)))
    for _ in range(50):
        single, drawn = alone.draw(Place.MESSAGE), behind.draw(Place.MESSAGE)
        assert drawn in (before, single)


@given(low=st.floats(0, 1000), span=st.floats(0, 1000), seed=st.integers())
def test_latency_stays_within_its_bounds(low: float, span: float, seed: int) -> None:
    faults = Faults(Plan(latency=Latency(min_ms=low, max_ms=low + span, seed=seed)))
    assert all(low / 1000 <= faults.delay() <= (low + span) / 1000 for _ in range(20))


def test_latency_varies_with_the_seed_alone() -> None:
    first, again, other = (
        [faults.delay() for _ in range(10)]
        for faults in (Faults(Plan(latency=Latency(min_ms=5, max_ms=9, seed=seed))) for seed in (1, 1, 2))
    )
    assert first == again != other
    assert len(set(first)) == 10


async def test_latency_delays_messages_and_tokens(sim: Sim) -> None:
    await sim.http.put("/faults", json={"latency": {"min_ms": 60}})
    started = time.monotonic()
    await sim.send()
    sent = time.monotonic()
    await log_in(sim.http)
    assert sent - started >= 0.06
    assert time.monotonic() - sent >= 0.06


async def test_a_client_that_gives_up_on_latency_may_still_be_served(sim: Sim) -> None:
    await sim.http.put("/faults", json={"latency": {"min_ms": 1000}})
    assert await message_fate(sim, expected="timeout") == "timeout"
    assert await sim.count() == 0
    await reaches(sim, "accepted", 1)


async def test_faults_end_with_delete(sim: Sim) -> None:
    await sim.fault(Fault.HTTP_500_BEFORE)
    assert (await sim.http.delete("/faults")).status_code == 204
    assert await message_fate(sim) == "200"


@pytest.mark.parametrize(
    "plan",
    [
        b"{",
        b'{"rules":[{"fault":"inconnue"}]}',
        b'{"rules":[{"fault":"http_429","probabilty":0.1}]}',
        b'{"rules":[{"fault":"http_429","probability":2}]}',
        b'{"rules":[{"fault":"http_429","count":0}]}',
        b'{"latency":{"min_ms":-1}}',
        b'{"later":{"ventis":"1005"}}',
    ],
)
async def test_a_wrong_plan_is_refused_and_changes_nothing(sim: Sim, plan: bytes) -> None:
    await sim.fault(Fault.HTTP_500_BEFORE)
    answer = await sim.http.put("/faults", content=plan)
    assert answer.status_code == 400
    assert answer.json()["erreur"].startswith("Plan de fautes refusé")
    assert await message_fate(sim) == "500"


# --- magic numbers ---


@pytest.mark.parametrize("code", MAGIC_FATES)
async def test_magic_numbers_behave_as_stated(sim: Sim, code: str) -> None:
    fates, accepted = MAGIC_FATES[code]
    expected = ["200" if each == ACCEPTED else each for each in fates]
    assert [await message_fate(sim, f"241660{code}", expected=each) for each in expected] == expected
    assert await sim.count() == accepted


@pytest.mark.parametrize("to", ["24166100400", "24177000400", "155500004000"])
def test_other_numbers_are_ordinary(to: str) -> None:
    assert code_of(to) == ""


async def test_the_refused_magic_number_is_named_invalid(sim: Sim) -> None:
    [violation] = (await sim.send(to="24166000400")).json()
    assert (violation["statusCode"], violation["message"]) == (1005, "Numéro invalide")


async def test_the_postponed_magic_number_counts_each_text_apart(sim: Sim) -> None:
    answer = await sim.send(to="24166000429", text="un")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")
    assert (await sim.send(to="24166000429", text="deux")).status_code == 429


async def test_magic_numbers_leave_the_faults_to_others(sim: Sim) -> None:
    await sim.fault(Fault.HTTP_503_BEFORE, count=1)
    assert await message_fate(sim, "24166000500") == "500"
    assert await message_fate(sim) == "503"


# --- ledger, statistics, control ---


async def test_the_ledger_is_filtered_and_paged(sim: Sim) -> None:
    for to in (NUMBER, "24177123456", NUMBER):
        await sim.send(to=to)
    assert [entry["seq"] for entry in await sim.entries(to=NUMBER)] == [1, 3]
    assert [entry["seq"] for entry in await sim.entries(since_seq=1)] == [2, 3]
    assert [entry["seq"] for entry in await sim.entries(since_seq=0, limit=2)] == [1, 2]
    assert await sim.entries(since_seq=3) == []


@pytest.mark.parametrize("query", [{"limit": "x"}, {"since_seq": "-1"}])
async def test_a_wrong_filter_is_refused(sim: Sim, query: dict[str, str]) -> None:
    answer = await sim.http.get("/ledger", params=query)
    assert answer.status_code == 400
    assert "nombre entier" in answer.json()["erreur"]


async def test_duplicates_are_the_same_text_for_the_same_number(sim: Sim) -> None:
    for to, text in [(NUMBER, "a"), (NUMBER, "b"), ("24177123456", "a"), (NUMBER, "a")]:
        await sim.send(to=to, text=text)
    found = (await sim.http.get("/ledger/duplicates")).json()
    assert found == {"duplicates": [{"to": NUMBER, "text": "a", "count": 2, "seqs": [1, 4]}]}


async def test_an_emptied_ledger_counts_from_one(sim: Sim) -> None:
    await sim.send()
    assert (await sim.http.delete("/ledger")).status_code == 204
    assert await sim.count() == 0
    await sim.send()
    assert [entry["seq"] for entry in await sim.entries()] == [1]


async def test_statistics_tell_requests_by_path_outcome_and_second(sim: Sim) -> None:
    await sim.fault(Fault.RESET_AFTER, count=1)
    assert [await message_fate(sim) for _ in range(3)] == ["reset", "200", "200"]
    await sim.http.get("/ailleurs")
    stats = await sim.stats()
    template = "/realms/{realm}/protocol/openid-connect/token"
    assert stats["token_requests"] == 1
    assert stats["accepted"] == 3
    assert stats["requests"] == {template: 1, MESSAGE: 3, "other": 1}
    assert stats["outcomes"] == {"200": 3, "reset": 1, "404": 1}
    per_second = stats["per_second"]
    assert isinstance(per_second, dict)
    assert sum(per_second[MESSAGE].values()) == 3
    assert all(abs(int(second) - time.time()) < 60 for second in per_second[MESSAGE])


async def test_statistics_tell_how_many_were_in_flight_and_when_they_left(sim: Sim) -> None:
    await sim.fault(Fault.TIMEOUT_BEFORE)
    calls = [asyncio.create_task(sim.send()) for _ in range(5)]
    await reaches(sim, "in_flight", 5)
    for call in calls:
        call.cancel()
    await asyncio.gather(*calls, return_exceptions=True)
    await reaches(sim, "in_flight", 0)
    assert (await sim.stats())["in_flight_max"] == 5


async def reaches(sim: Sim, statistic: str, value: int) -> None:
    async with asyncio.timeout(10):
        while (await sim.stats())[statistic] != value:  # noqa: ASYNC110 - what is waited for is over HTTP
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("path", sorted(PATHS))
async def test_control_endpoints_ask_for_the_token_when_there_is_one(path: str) -> None:
    async with serve(Settings(control_token="jeton-de-test")) as url, client(url) as http:
        refused = await http.get(path)
        wrong = await http.get(path, headers={"Authorization": "Bearer autre"})
        allowed = await http.get(path, headers={"Authorization": "Bearer jeton-de-test"})
        await log_in(http)
        assert (await Sim(http).send()).status_code == 200
    assert (refused.status_code, wrong.status_code, allowed.status_code) == (401, 401, 200)
    assert "Jeton de contrôle" in refused.json()["erreur"]


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "simulateurs.example"])  # noqa: S104 - refused, that is the point
async def test_other_hosts_require_a_control_token(host: str) -> None:
    with pytest.raises(ControlExposedError, match="--control-token"):
        async with serve(Settings(), host=host):
            pass


async def test_with_a_control_token_any_host_will_do() -> None:
    everywhere = "0.0.0.0"  # noqa: S104 - as in a container
    async with serve(Settings(control_token="jeton-de-test"), host=everywhere) as url:
        answer = await asyncio.to_thread(httpx.get, f"http://127.0.0.1:{httpx.URL(url).port}/stats")
    assert answer.status_code == 401


def test_the_package_documents_all_it_does() -> None:
    documented = simulators.__doc__ or ""
    identities = {keycloak.NO_DIRECT_ACCESS, keycloak.DISABLED, keycloak.INCOMPLETE}
    codes = [*MAGIC, *twilio_codes.AT_ONCE, *twilio_codes.LATER, *zoom_codes.AT_ONCE, *zoom_codes.LATER]
    addresses = {route.resource.canonical for route in create_app(Settings()).router.routes() if route.resource}
    words = [*Fault, *PATHS, *identities, *PREFIXES, *(f"`{code}`" for code in codes), *addresses]
    assert [word for word in words if word not in documented] == []
