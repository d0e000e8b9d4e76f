"""The Twilio hook from its Airflow connection to the wire: sending, and what is said of a connection."""

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator

import httpx
import pytest

from relances_providers.errors import Misconfigured, NumberState, OutcomeUnknown, ProviderError, Rejected, TryLater
from relances_providers.messaging import Finding, Limits, Message, Template, Verdict
from relances_providers.provider_info import provider_named
from relances_providers.twilio.hook import TwilioWhatsAppHook
from simulators import Settings, serve
from tests.providers.servers import Simulated
from tests.providers.twilio_world import (
    ACCOUNT,
    KEY,
    MESSAGES,
    NUMBER,
    ROOT,
    SANDBOX,
    SENDER,
    SENDERS,
    SERVICE,
    TEMPLATE,
    TOKEN,
    TwilioGateway,
    basic,
    connect_twilio,
    page,
    record,
    refusal,
    send,
    sid,
)
from tests.support import one_sentence

BONJOUR = Message(NUMBER, "Bonjour")


@pytest.fixture
async def simulated_twilio(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Simulated]:
    async with serve(Settings()) as url, httpx.AsyncClient(base_url=url) as control:
        connect_twilio(monkeypatch, url)
        yield Simulated(url, control)


async def error_of(message: Message = BONJOUR) -> ProviderError:
    """How sending it fails."""
    with pytest.raises(ProviderError) as caught:
        await send(message)
    one_sentence(caught.value)
    return caught.value


async def examined() -> dict[str, Finding]:
    """What is found of the connection, by part."""
    async with TwilioWhatsAppHook().open() as sender:
        return {finding.part: finding for finding in await sender.diagnose()}


# --- sending ---


async def test_a_message_sent_is_in_the_ledger_under_its_receipt(simulated_twilio: Simulated) -> None:
    text = "Échéance dépassée : 15\u202f000\u00a0F CFA – « à régler » 😀\nMairie"
    receipt = await send(Message(NUMBER, text))
    [entry] = await simulated_twilio.ledger()
    assert (entry["to"], entry["sender"], entry["text"]) == (NUMBER, SENDER, text)
    assert receipt == f"SM{entry['uuid'].replace('-', '')}"


async def test_free_text_goes_from_the_sender_in_the_words_of_twilio(twilio: TwilioGateway) -> None:
    assert await send(BONJOUR) == sid(1)
    [asked] = twilio.to(MESSAGES, "POST")
    assert asked.form == {"To": f"whatsapp:+{NUMBER}", "From": f"whatsapp:{SENDER}", "Body": "Bonjour"}
    assert asked.headers["Authorization"] == basic(ACCOUNT, TOKEN)
    assert asked.headers["X-Twilio-Client"].startswith("python-")


async def test_a_template_goes_by_its_id_with_its_variables_as_json_text(twilio: TwilioGateway) -> None:
    await send(Message(NUMBER, "Bonjour Marie, 15 000", template=Template(TEMPLATE, ("Marie", '15 000 "F"'))))
    [asked] = twilio.to(MESSAGES, "POST")
    assert "Body" not in asked.form
    assert asked.form["ContentSid"] == TEMPLATE
    assert json.loads(asked.form["ContentVariables"]) == {"1": "Marie", "2": '15 000 "F"'}


async def test_a_template_without_variables_sends_none(twilio: TwilioGateway) -> None:
    await send(Message(NUMBER, "Bonjour", template=Template(TEMPLATE, ())))
    [asked] = twilio.to(MESSAGES, "POST")
    assert "ContentVariables" not in asked.form


async def test_a_messaging_service_sends_in_place_of_the_sender(
    twilio: TwilioGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect_twilio(monkeypatch, twilio.url, messaging_service_sid=SERVICE)
    await send(BONJOUR)
    [asked] = twilio.to(MESSAGES, "POST")
    assert asked.form == {"To": f"whatsapp:+{NUMBER}", "MessagingServiceSid": SERVICE, "Body": "Bonjour"}


async def test_an_api_key_opens_the_account_that_login_names(
    simulated_twilio: Simulated, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect_twilio(monkeypatch, simulated_twilio.url, api_key=KEY, password=Settings().twilio_api_secret)
    await send(BONJOUR)
    assert len(await simulated_twilio.ledger()) == 1


async def test_a_text_too_long_is_refused_without_a_call(twilio: TwilioGateway) -> None:
    await send(Message(NUMBER, "é" * 1600))
    error = await error_of(Message(NUMBER, "é" * 1601))
    assert isinstance(error, Rejected)
    assert error.code == "21617"
    assert len(twilio.asked) == 1


async def test_what_a_template_should_say_may_be_longer(twilio: TwilioGateway) -> None:
    await send(Message(NUMBER, "a" * 1601, template=Template(TEMPLATE, ("a",))))
    assert len(twilio.asked) == 1


async def test_a_call_that_would_start_too_late_is_not_made_nor_are_others_held_back(twilio: TwilioGateway) -> None:
    late, early = time.monotonic() - 1, time.monotonic() + 60
    messages = [Message(NUMBER, str(n), not_after=late if n % 2 else early) for n in range(32)]
    async with TwilioWhatsAppHook().open() as sender:
        outcomes = await asyncio.gather(*map(sender.send, messages), return_exceptions=True)
    assert [isinstance(outcome, TryLater) for outcome in outcomes] == [bool(n % 2) for n in range(32)]
    assert {int(asked.form["Body"]) % 2 for asked in twilio.asked} == {0}


async def test_the_environment_of_the_sdk_changes_neither_address_nor_account(
    twilio: TwilioGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("REGION", "EDGE", "ACCOUNT_SID", "AUTH_TOKEN"):
        monkeypatch.setenv(f"TWILIO_{name}", "ailleurs")
    await send(BONJOUR)
    [asked] = twilio.to(MESSAGES, "POST")
    assert asked.headers["Authorization"] == basic(ACCOUNT, TOKEN)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("20003", Misconfigured),
        ("20429", TryLater),
        ("21211", Rejected),
        ("21608", Rejected),
        ("21614", Rejected),
        ("21655", Misconfigured),
        ("63007", Misconfigured),
        ("63038", TryLater),
    ],
)
async def test_a_number_that_is_refused_at_once_is_refused_for_its_reason(
    simulated_twilio: Simulated, code: str, kind: type[ProviderError]
) -> None:
    error = await error_of(Message(f"241660{code}", "Bonjour"))
    assert isinstance(error, kind)
    assert error.code == code
    assert f"241660{code}" not in str(error)
    assert await simulated_twilio.ledger() == []


async def test_an_opposition_is_known_as_one(simulated_twilio: Simulated) -> None:
    error = await error_of(Message("24166021610", "Bonjour"))
    assert isinstance(error, Rejected)
    assert (error.number, error.other_channel) == (NumberState.OPTED_OUT, None)


async def test_a_redirect_of_a_message_is_a_doubt_and_is_not_followed(twilio: TwilioGateway) -> None:
    twilio.tell(f"POST {MESSAGES}", "", status=307, headers={"Location": f"{twilio.url}/ailleurs"})
    error = await error_of()
    assert isinstance(error, OutcomeUnknown)
    assert (error.code, len(twilio.asked)) == ("408", 1)


async def test_a_500_on_a_message_is_a_doubt_and_the_sdk_does_not_try_again(twilio: TwilioGateway) -> None:
    twilio.tell(f"POST {MESSAGES}", refusal(20500, "Internal", 500), status=500)
    assert isinstance(await error_of(), OutcomeUnknown)
    assert len(twilio.asked) == 1


# --- the connection ---


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("login", {"login": ""}),
        ("login", {"login": KEY}),
        ("password", {"password": ""}),
        ("host", {"host": "ftp://api.twilio.com"}),
        ("sender", {"sender": None}),
        ("sender", {"sender": "VENTIS"}),
        ("messaging_service_sid", {"messaging_service_sid": "MGX"}),
        ("api_key", {"api_key": ACCOUNT}),
    ],
)
async def test_a_wrong_field_is_named(field: str, changes: dict[str, object], monkeypatch: pytest.MonkeyPatch) -> None:
    connect_twilio(monkeypatch, "http://127.0.0.1:9", **changes)
    with pytest.raises(Misconfigured) as caught:
        async with TwilioWhatsAppHook().open():
            pass
    assert f"le champ {field} " in one_sentence(caught.value)


def test_twilio_itself_is_the_address_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    connect_twilio(monkeypatch, "")
    assert TwilioWhatsAppHook().addresses == {"host": "https://api.twilio.com"}


def test_an_empty_rate_is_that_of_a_whatsapp_sender(monkeypatch: pytest.MonkeyPatch) -> None:
    connect_twilio(monkeypatch, "http://127.0.0.1:9", timeout=None)
    assert TwilioWhatsAppHook().limits == Limits(rate_per_second=80, max_in_flight=16, timeout=10)


@pytest.mark.parametrize(("rate", "paced"), [(None, 1 / 3), (80, 1 / 3), (0.1, 0.1)])
def test_the_sandbox_keeps_its_pace_whatever_the_connection_says(
    rate: float | None, paced: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect_twilio(monkeypatch, "http://127.0.0.1:9", sender=SANDBOX, rate_per_second=rate)
    assert TwilioWhatsAppHook().limits.rate_per_second == pytest.approx(paced)


def test_the_hook_is_what_the_metadata_says() -> None:
    provider = provider_named("twilio")
    assert provider is not None
    assert (TwilioWhatsAppHook.conn_type, TwilioWhatsAppHook.hook_name) == (provider.connection_type, provider.title)


# --- examining it ---


@pytest.mark.usefixtures("simulated_twilio")
async def test_the_test_button_says_that_the_connection_works() -> None:
    works, said = await asyncio.to_thread(TwilioWhatsAppHook(conn_id="twilio_default").test_connection)
    assert works, said


async def test_a_wrong_token_is_told_with_its_cure(
    simulated_twilio: Simulated, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect_twilio(monkeypatch, simulated_twilio.url, password="faux")
    works, said = await asyncio.to_thread(TwilioWhatsAppHook().test_connection)
    assert not works
    assert "vérifiez login (Account SID, AC…) et password (Auth Token) de la connexion twilio_default" in said
    assert "faux" not in said


@pytest.mark.parametrize("status", ["suspended", "closed"])
async def test_an_account_that_is_not_active_does_not_pass(twilio: TwilioGateway, status: str) -> None:
    twilio.tell(f"GET {ROOT}.json", {"sid": ACCOUNT, "status": status, "type": "Full"})
    async with TwilioWhatsAppHook().open() as sender:
        with pytest.raises(Misconfigured, match=status):
            await sender.check()


async def test_another_server_in_twilios_place_does_not_pass(twilio: TwilioGateway) -> None:
    twilio.tell(f"GET {ROOT}.json", {"bonjour": "le portail"})
    async with TwilioWhatsAppHook().open() as sender:
        with pytest.raises(TryLater):
            await sender.check()


async def test_a_standard_api_key_is_checked_though_it_may_not_read_the_account(
    simulated_twilio: Simulated, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect_twilio(monkeypatch, simulated_twilio.url, api_key=KEY, password=Settings().twilio_api_secret)
    async with TwilioWhatsAppHook().open() as sender:
        await sender.check()
        account = {finding.part: finding for finding in await sender.diagnose()}["account"]
    assert account.verdict is Verdict.UNSEEN


async def test_a_trial_account_is_called_one(twilio: TwilioGateway) -> None:
    twilio.tell(f"GET {ROOT}.json", {"status": "active", "type": "Trial", "friendly_name": "Trésor municipal"})
    account = (await examined())["account"]
    assert "essai" in account.text
    assert "Trésor" not in account.text


async def test_the_sandbox_is_told_with_its_rules(twilio: TwilioGateway, monkeypatch: pytest.MonkeyPatch) -> None:
    connect_twilio(monkeypatch, twilio.url, sender=SANDBOX)
    sender = (await examined())["sender"]
    assert sender.verdict is Verdict.GOOD
    assert "join" in sender.text


@pytest.mark.parametrize(
    ("listed", "verdict"),
    [
        ([{"sender_id": f"whatsapp:{SENDER}", "status": "ONLINE"}], Verdict.GOOD),
        ([{"sender_id": f"whatsapp:{SENDER}", "status": "OFFLINE"}], Verdict.BAD),
        ([{"sender_id": "whatsapp:+15550100000", "status": "ONLINE"}], Verdict.UNSEEN),
    ],
)
async def test_a_sender_is_what_twilios_list_of_senders_says(
    twilio: TwilioGateway, listed: list[dict[str, str]], verdict: Verdict
) -> None:
    twilio.tell(f"GET {SENDERS}", {"senders": listed, "meta": {}})
    assert (await examined())["sender"].verdict is verdict
    [asked] = twilio.to(SENDERS)
    assert asked.query["Channel"] == "whatsapp"


async def test_a_sender_that_no_list_tells_of_is_not_called_wrong(simulated_twilio: Simulated) -> None:
    assert (await examined())["sender"].verdict is Verdict.UNSEEN


async def test_the_sender_of_a_messaging_service_is_the_services_choice(
    twilio: TwilioGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect_twilio(monkeypatch, twilio.url, messaging_service_sid=SERVICE)
    assert (await examined())["sender"].verdict is Verdict.UNSEEN
    assert twilio.to(SENDERS) == []


# --- discretion ---


async def test_in_debug_nothing_logged_shows_the_number_the_text_or_the_token(
    twilio: TwilioGateway, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    connect_twilio(monkeypatch, twilio.url, debug=True)
    twilio.tell(f"POST {MESSAGES}", record(1, body="Bonjour Marie"), status=201)
    twilio.tell(f"GET {MESSAGES}", page([record(1, body="Bonjour Marie")]))
    await send(Message(NUMBER, "Bonjour Marie"))
    async with TwilioWhatsAppHook().open() as sender:
        await sender.check()
    assert "Messages.json" in caplog.text
    for secret in (NUMBER, "Marie", TOKEN, basic(ACCOUNT, TOKEN).removeprefix("Basic ")):
        assert secret not in caplog.text
