"""The Zoom hook from its Airflow connection to the wire: sending, and what is said of a connection."""

import asyncio
import base64
import json
import logging
import time
from urllib.parse import parse_qs

import pytest

from relances_providers.errors import (
    Fault,
    Misconfigured,
    NumberState,
    OutcomeUnknown,
    ProviderError,
    Rejected,
    TryLater,
)
from relances_providers.messaging import Limits, Message, Template, Verdict
from relances_providers.zoom.hook import ZoomSmsHook
from tests.providers.zoom_gateway import (
    ACCEPTED,
    MESSAGES,
    NUMBER,
    SENDER,
    SESSIONS,
    ZoomGateway,
    connect_zoom,
    refusal,
    send,
)
from tests.support import one_sentence

BONJOUR = Message(NUMBER, "Bonjour")


async def error_of(message: Message = BONJOUR) -> ProviderError:
    """How sending it fails."""
    with pytest.raises(ProviderError) as caught:
        await send(message)
    one_sentence(caught.value)
    return caught.value


# --- sending ---


async def test_a_message_goes_to_one_member_in_the_words_of_zoom(zoom: ZoomGateway) -> None:
    await send(Message(NUMBER, "Échéance dépassée 😀"))
    [asked] = zoom.to(MESSAGES)
    assert json.loads(asked.body) == {
        "sender": {"phone_number": SENDER},
        "to_members": [{"phone_number": f"+{NUMBER}"}],
        "message": "Échéance dépassée 😀",
    }
    assert asked.headers["Authorization"] == "Bearer jeton"


async def test_the_id_is_that_of_the_conversation_and_of_the_message(zoom: ZoomGateway) -> None:
    assert await send(BONJOUR) == f"{ACCEPTED['session_id']}:{ACCEPTED['message_id']}"


async def test_an_sms_has_no_template_its_text_is_sent(zoom: ZoomGateway) -> None:
    await send(Message(NUMBER, "Bonjour", template=Template("HX0", ("a",))))
    [asked] = zoom.to(MESSAGES)
    assert json.loads(asked.body)["message"] == "Bonjour"


async def test_credentials_are_in_the_header_and_the_form_never_in_the_address(zoom: ZoomGateway) -> None:
    await send(BONJOUR)
    [asked] = zoom.to("/oauth/token")
    assert (asked.method, asked.query) == ("POST", {})
    assert asked.headers["Authorization"] == f"Basic {base64.b64encode(b'client:s3cret').decode()}"
    assert parse_qs(asked.body) == {"grant_type": ["account_credentials"], "account_id": ["compte"]}


async def test_all_messages_of_an_open_account_share_one_token(zoom: ZoomGateway) -> None:
    async with ZoomSmsHook().open() as sender:
        await asyncio.gather(*(sender.send(BONJOUR) for _ in range(64)))
    assert len(zoom.to("/oauth/token")) == 1
    assert len(zoom.to(MESSAGES)) == 64


async def test_a_call_past_its_time_is_not_made(zoom: ZoomGateway) -> None:
    error = await error_of(Message(NUMBER, "Bonjour", not_after=time.monotonic() - 1))
    assert isinstance(error, TryLater)
    assert zoom.to(MESSAGES) == []


# --- length ---


async def test_a_text_over_500_characters_is_refused_without_a_call(zoom: ZoomGateway) -> None:
    error = await error_of(Message(NUMBER, "a" * 501))
    assert isinstance(error, Rejected)
    assert error.code == "trop_long"
    assert "501 caractères, 500 au plus" in str(error)
    assert zoom.asked == []


async def test_500_characters_are_sent(zoom: ZoomGateway) -> None:
    assert await send(Message(NUMBER, "a" * 500))


async def test_the_limit_is_the_connections(zoom: ZoomGateway, monkeypatch: pytest.MonkeyPatch) -> None:
    connect_zoom(monkeypatch, zoom.url, max_characters=1600)
    assert await send(Message(NUMBER, "a" * 1600))
    assert "1601 caractères, 1600 au plus" in str(await error_of(Message(NUMBER, "a" * 1601)))


async def test_a_text_over_2048_bytes_is_refused_whatever_its_characters(
    zoom: ZoomGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect_zoom(monkeypatch, zoom.url, max_characters=1600)
    assert await send(Message(NUMBER, "é" * 1024))
    assert "2050 octets, 2048 au plus" in str(await error_of(Message(NUMBER, "é" * 1025)))


# --- what goes wrong ---

REFUSALS: dict[str, tuple[object, type[ProviderError], str]] = {
    "malformed": (refusal(300, "Validation Failed."), Rejected, "300"),
    "not E.164": (refusal(316, "The phone number does not conform to the E.164 standard."), Rejected, "316"),
    "invalid number": (refusal(7001, "Phone number is not valid."), Rejected, "7001"),
    "sender named": (refusal(7001, "Validation Failed.", "sender.phone_number"), Misconfigured, "7001"),
    "recipient named": (refusal(300, "Validation Failed.", "to_members[0].phone_number"), Rejected, "300"),
    "sender's user": (refusal(1001, "User does not exist: x."), Misconfigured, "1001"),
    "sender without a user": (refusal(1024, "User does not exist due to missing params."), Misconfigured, "1024"),
    "sender not allowed": (refusal(7028, "Do not allow to send SMS."), Misconfigured, "7028"),
    "another user": (refusal(135, "You cannot access another user."), Misconfigured, "135"),
    "account": (refusal(2001, "Account does not exist."), Misconfigured, "2001"),
    "token": (refusal(124, "Invalid access token.", status=401), Misconfigured, "124"),
    "scope": (refusal(4711, "Invalid access token, does not contain scopes:[phone:write]."), Misconfigured, "4711"),
    "scope, 401": (refusal(4711, "does not contain scopes:[phone:write]", status=401), Misconfigured, "4711"),
    "scope, 104": (refusal(104, "Invalid access token, does not contain scopes:[x]."), Misconfigured, "4711"),
    "scope, 4700": (refusal(4700, "Invalid Access Token"), Misconfigured, "4711"),
    "not set up": (refusal(403, "You have not set up Zoom Phone.", status=403), Misconfigured, "403"),
    "campaign": (refusal(400, "The number is in no approved 10DLC campaign."), Misconfigured, "campagne"),
    "STOP": (refusal(400, "The recipient has opted out."), Rejected, "opposition"),
    "landline": (refusal(400, "The number is a landline."), Rejected, "sans_sms"),
    "of no table": (refusal(7999, "Something else."), TryLater, "7999"),
    "of no table, found nothing": (refusal(7012, "Error.", status=404), TryLater, "7012"),
}


@pytest.mark.parametrize(("answer", "kind", "code"), REFUSALS.values(), ids=REFUSALS.keys())
async def test_a_refusal_means_what_its_code_says(
    zoom: ZoomGateway, answer: object, kind: type[ProviderError], code: str
) -> None:
    zoom.tell(MESSAGES, answer)
    error = await error_of()
    assert (type(error), error.code) == (kind, code)


async def test_a_code_that_nobody_knows_blames_nobody(zoom: ZoomGateway) -> None:
    zoom.tell(MESSAGES, refusal(7999, "Something else."))
    error = await error_of()
    assert error.fault is Fault.NOBODY
    assert "code inconnu" in str(error)
    assert "rifiez le numéro" not in str(error)


async def test_a_missing_scope_is_named_in_all_its_spellings(zoom: ZoomGateway) -> None:
    zoom.tell(MESSAGES, refusal(4711, "Invalid access token, does not contain scopes:[phone:write:admin]."))
    said = str(await error_of())
    for name in ("phone:write:sms", "phone_sms:write:admin", "phone:write:admin", "phone:read:sms_message:admin"):
        assert name in said


async def test_who_replied_stop_is_recorded_and_who_has_a_landline_may_be_reached_elsewhere(zoom: ZoomGateway) -> None:
    zoom.tell(MESSAGES, refusal(400, "User opted out: STOP"), refusal(400, "Landline"))
    stop, landline = await error_of(), await error_of()
    assert isinstance(stop, Rejected)
    assert (stop.number, stop.other_channel) == (NumberState.OPTED_OUT, None)
    assert isinstance(landline, Rejected)
    assert (landline.number, landline.other_channel) == (NumberState.UNREACHABLE, "whatsapp")


async def test_a_number_is_marked_only_when_zoom_says_that_it_is_the_recipients(zoom: ZoomGateway) -> None:
    zoom.tell(MESSAGES, refusal(7001, "Phone number is not valid."), refusal(7001, "", "to_members[0].phone_number"))
    either, recipients = await error_of(), await error_of()
    assert isinstance(either, Rejected)
    assert either.number is NumberState.FINE
    assert isinstance(recipients, Rejected)
    assert recipients.number is NumberState.UNREACHABLE


async def test_what_zoom_says_is_told_without_the_number(zoom: ZoomGateway) -> None:
    zoom.tell(MESSAGES, refusal(7001, f"Phone number is not valid: +{NUMBER}."))
    said = str(await error_of())
    assert "Phone number is not valid" in said
    assert NUMBER not in said


UNUSABLE = [
    "",
    "<html>",
    "[]",
    '"fait"',
    '{"message_id":"x"}',
    '{"message_id":"x","session_id":null}',
    "{",
    '{"code":1}',
]


@pytest.mark.parametrize("body", UNUSABLE)
async def test_a_success_without_both_ids_is_doubt(zoom: ZoomGateway, body: str) -> None:
    zoom.tell(MESSAGES, body, status=201)
    assert isinstance(await error_of(), OutcomeUnknown)


@pytest.mark.parametrize("status", [301, 307, 408, 500, 502, 503, 504])
async def test_a_status_that_tells_nothing_is_doubt(zoom: ZoomGateway, status: int) -> None:
    zoom.tell(MESSAGES, {"code": 7001, "message": "Phone number is not valid."}, status=status)
    assert isinstance(await error_of(), OutcomeUnknown)
    assert len(zoom.to(MESSAGES)) == 1


@pytest.mark.parametrize(("status", "code"), [(401, "124"), (403, "403"), (404, "ENDPOINT_NOT_FOUND")])
async def test_a_refusal_without_a_body_is_of_the_connection(zoom: ZoomGateway, status: int, code: str) -> None:
    zoom.tell(MESSAGES, "", status=status)
    error = await error_of()
    assert (type(error), error.code) == (Misconfigured, code)


async def test_the_limit_of_a_second_says_when_to_come_back(zoom: ZoomGateway) -> None:
    headers = {"X-RateLimit-Type": "QPS", "X-RateLimit-Reset": str(int(time.time()) + 90)}
    zoom.tell(MESSAGES, {"code": 429, "message": "per-second"}, status=429, headers=headers)
    error = await error_of()
    assert isinstance(error, TryLater)
    assert error.code == "429"
    assert error.retry_after is not None
    assert 60 < error.retry_after <= 90


async def test_the_limit_of_a_day_lasts_until_the_date_given(zoom: ZoomGateway) -> None:
    headers = {"X-RateLimit-Type": "Daily-limit", "Retry-After": "2099-01-01T00:00:00Z"}
    zoom.tell(MESSAGES, {"code": 429, "message": "daily"}, status=429, headers=headers)
    error = await error_of()
    assert isinstance(error, TryLater)
    assert (error.code, error.retry_after) == ("429_jour", 86_400)


async def test_the_limit_of_a_day_without_a_date_is_asked_again_in_an_hour(zoom: ZoomGateway) -> None:
    zoom.tell(MESSAGES, {"code": 429, "message": "You have exceeded the daily rate limit"}, status=429)
    error = await error_of()
    assert isinstance(error, TryLater)
    assert (error.code, error.retry_after) == ("429_jour", 3600)


# --- the connection ---


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sender", None),
        ("sender", "5550100000"),
        ("sender", "+1 555 010 0000"),
        ("sender", "+0550100000"),
        ("sender", "RELANCES"),
        ("account_id", ""),
        ("login", None),
        ("password", " "),
        ("host", "api.zoom.us"),
        ("oauth_host", "ftp://zoom.us"),
        ("max_characters", 0),
        ("rate_per_second", "beaucoup"),
    ],
)
def test_a_wrong_field_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: object) -> None:
    connect_zoom(monkeypatch, "https://zoom.invalid", **{name: value})
    with pytest.raises(Misconfigured) as caught:
        _ = ZoomSmsHook().limits
    assert one_sentence(caught.value).startswith(f"connexion zoom_default : le champ {name} ")


def test_limits_and_addresses_have_zooms_as_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    unset = {"host": None, "oauth_host": "", "rate_per_second": None, "timeout": None}
    connect_zoom(monkeypatch, "https://zoom.invalid", **unset)
    hook = ZoomSmsHook()
    assert hook.limits == Limits(rate_per_second=10, max_in_flight=16, timeout=15)
    assert hook.addresses == {"host": "https://api.zoom.us/v2", "oauth_host": "https://zoom.us"}


async def test_the_test_button_asks_for_a_token_and_sends_nothing(zoom: ZoomGateway) -> None:
    zoom.tell(SESSIONS, {"sms_sessions": []})
    works, _ = await asyncio.to_thread(ZoomSmsHook().test_connection)
    assert works
    assert [asked.path for asked in zoom.asked] == ["/oauth/token", SESSIONS]


async def check() -> None:
    async with ZoomSmsHook().open() as sender:
        await sender.check()


async def test_an_app_that_may_not_read_passes_the_check(zoom: ZoomGateway) -> None:
    zoom.tell(SESSIONS, refusal(4711, "Invalid access token, does not contain scopes:[phone_sms:read:admin]."))
    await check()


CHECKS: dict[str, tuple[object, int, type[ProviderError], str]] = {
    "another server": ("<html>", 200, Misconfigured, "ENDPOINT_NOT_FOUND"),
    "another path": ("", 404, Misconfigured, "ENDPOINT_NOT_FOUND"),
    "not set up": ({"code": 403, "message": "You have not set up Zoom Phone."}, 403, Misconfigured, "403"),
    "token refused": ({"code": 124, "message": "Invalid access token."}, 401, Misconfigured, "124"),
    "limited": ({"code": 429, "message": ""}, 429, TryLater, "429"),
    "down": ("", 503, TryLater, "recherche"),
}


@pytest.mark.parametrize(("body", "status", "kind", "code"), CHECKS.values(), ids=CHECKS.keys())
async def test_the_check_says_what_is_wrong(
    zoom: ZoomGateway, body: object, status: int, kind: type[ProviderError], code: str
) -> None:
    zoom.tell(SESSIONS, body, status=status)
    with pytest.raises(ProviderError) as caught:
        await check()
    assert (type(caught.value), caught.value.code) == (kind, code)


async def test_a_wrong_secret_is_told_at_the_first_message(zoom: ZoomGateway) -> None:
    zoom.tell("/oauth/token", {"reason": "Invalid client_id or client_secret", "error": "invalid_client"}, status=400)
    error = await error_of()
    assert (type(error), error.code) == (Misconfigured, "zoom_identifiants")
    assert "vérifiez login et password de la connexion zoom_default" in str(error)
    assert zoom.to(MESSAGES) == []


async def diagnose() -> dict[str, Verdict]:
    async with ZoomSmsHook().open() as sender:
        return {finding.part: finding.verdict for finding in await sender.diagnose()}


async def test_examined_an_account_in_order_is_good(zoom: ZoomGateway) -> None:
    zoom.tell("/v2/phone/numbers", {"phone_numbers": [{"number": SENDER, "assignee": {"type": "user"}}]})
    assert await diagnose() == dict.fromkeys(("scopes (envoi)", "scopes (suivi)", "sender"), Verdict.GOOD)
    [asked] = zoom.to("/v2/phone/numbers")
    assert asked.query["phone_number"] == SENDER


async def test_a_sender_that_cannot_be_asked_about_is_unseen(zoom: ZoomGateway) -> None:
    zoom.tell("/v2/phone/numbers", refusal(4711, "does not contain scopes:[phone:read:list_numbers:admin]"))
    assert (await diagnose())["sender"] is Verdict.UNSEEN


# --- what is logged ---


async def test_no_log_has_a_secret_a_number_or_a_text(
    zoom: ZoomGateway, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    connect_zoom(monkeypatch, zoom.url, debug=True)
    zoom.tell("/v2/phone/numbers", {"phone_numbers": []})
    async with ZoomSmsHook().open() as sender:
        await sender.send(Message(NUMBER, "Texte confidentiel"))
        await sender.diagnose()
    assert "phone/sms/messages" in caplog.text
    for kept in ("s3cret", "jeton", NUMBER, SENDER, "confidentiel", base64.b64encode(b"client:s3cret").decode()):
        assert kept not in caplog.text
