"""What examining a Zoom connection tells of its scopes and of its sender."""

import pytest

from relances_providers.messaging import Finding, Verdict
from relances_providers.zoom.findings import about_scopes, about_sender

SENDER = "+15550100000"


def verdicts(*scopes: str) -> dict[str, Verdict]:
    return {finding.part: finding.verdict for finding in about_scopes(set(scopes), "zoom_default")}


@pytest.mark.parametrize(
    "scope",
    ["phone:write:admin", "phone:write", "phone_sms:write:admin", "phone_sms:write", "phone:read:sms_message:admin"],
)
def test_any_scope_that_sends_is_enough(scope: str) -> None:
    assert verdicts(scope)["scopes (envoi)"] is Verdict.GOOD


@pytest.mark.parametrize("scope", ["phone:read:admin", "phone:read", "phone_sms:read:admin"])
def test_a_classic_scope_that_reads_is_enough_but_does_not_send(scope: str) -> None:
    assert verdicts(scope) == {"scopes (envoi)": Verdict.BAD, "scopes (suivi)": Verdict.GOOD}


def test_of_the_granular_scopes_that_read_all_are_needed_and_the_missing_are_named() -> None:
    granular = ["phone:read:sms_message:admin", "phone:read:sms_session:admin", "phone:read:list_sms_sessions:admin"]
    assert verdicts(*granular)["scopes (suivi)"] is Verdict.GOOD
    [_, reading] = about_scopes(set(granular[:2]), "zoom_default")
    assert reading.verdict is Verdict.BAD
    assert granular[2] in reading.text
    assert granular[0] not in reading.text


def test_the_cure_names_the_scope_that_sends_as_the_guides_and_as_zoom_do() -> None:
    [sending, _] = about_scopes({"user:read:admin"}, "zoom_default")
    assert sending.verdict is Verdict.BAD
    for name in ("phone:write:sms", "phone_sms:write:admin", "phone:write:admin", "phone:read:sms_message:admin"):
        assert name in sending.text


def test_a_token_that_does_not_say_is_unseen() -> None:
    assert verdicts() == {"scopes": Verdict.UNSEEN}


def of_sender(*numbers: dict[str, object]) -> Finding:
    return about_sender(SENDER, numbers, "zoom_default")


@pytest.mark.parametrize("number", ["+15550100000", "15550100000"])
def test_a_number_of_the_account_that_is_assigned_may_send(number: str) -> None:
    assert of_sender({"number": number, "assignee": {"type": "callQueue"}}).verdict is Verdict.GOOD


def test_a_number_of_nobody_may_not() -> None:
    finding = of_sender({"number": SENDER})
    assert finding.verdict is Verdict.BAD
    assert "attribuez-le" in finding.text


def test_a_number_of_another_account_may_not() -> None:
    finding = of_sender({"number": "+15550100001", "assignee": {"type": "user"}})
    assert finding.verdict is Verdict.BAD
    assert "corrigez sender" in finding.text
