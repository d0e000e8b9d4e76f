"""Zoom's token: what its answers mean."""

import httpx
import pytest

from relances_providers.errors import Misconfigured, ProviderError, TryLater
from relances_providers.http.token_auth import Granted
from relances_providers.zoom.token import ZoomAccount
from tests.support import one_sentence

ACCOUNT = ZoomAccount("zoom_default", "https://zoom.invalid", "compte", "client", "s3cret")


def error_of(response: httpx.Response) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        ACCOUNT.read(response)
    one_sentence(caught.value)
    return caught.value


def test_a_token_comes_with_its_life_and_its_scopes() -> None:
    body = {"access_token": "un", "expires_in": 3599, "scope": "phone:write:admin phone_sms:read:admin"}
    granted = ACCOUNT.read(httpx.Response(200, json=body))
    assert granted == Granted("un", 3599, frozenset({"phone:write:admin", "phone_sms:read:admin"}))


def test_a_token_that_does_not_say_lives_an_hour() -> None:
    assert ACCOUNT.read(httpx.Response(200, json={"access_token": "un"})) == Granted("un", 3600)


REFUSALS = {
    "wrong client or secret": ("Invalid client_id or client_secret", "invalid_client", "zoom_identifiants", "login"),
    "wrong account": ("Bad Request", "invalid_request", "zoom_compte", "account_id"),
    "unknown account": ("The Account is not exist", "", "zoom_compte", "account_id"),
    "disabled": ("The app has been disabled", "invalid_client", "zoom_application", "Activation"),
    "not activated": ("App is not activated", "invalid_request", "zoom_application", "Activation"),
    "another type": ("unsupported grant type", "unsupported_grant_type", "zoom_type_application", "Server-to-Server"),
    "of no table": ("Something else", "server_says_no", "zoom_jeton_refus", "oauth_host"),
}


@pytest.mark.parametrize(("reason", "error", "code", "cure"), REFUSALS.values(), ids=REFUSALS.keys())
@pytest.mark.parametrize("status", [400, 401])
def test_a_refusal_names_its_cure(status: int, reason: str, error: str, code: str, cure: str) -> None:
    refused = error_of(httpx.Response(status, json={"reason": reason, "error": error}))
    assert (type(refused), refused.code) == (Misconfigured, code)
    assert cure in str(refused)
    assert "connexion zoom_default" in str(refused)


def test_zooms_own_words_are_told() -> None:
    body = {"reason": "Invalid client_id or client_secret", "error": "invalid_client"}
    assert "Invalid client_id or client_secret" in str(error_of(httpx.Response(400, json=body)))


@pytest.mark.parametrize("body", ["", "<html>", "[]", '"non"', '{"reason": "s3cret", "error": "s3cret"}'])
def test_another_server_is_refused_without_repeating_it(body: str) -> None:
    error = error_of(httpx.Response(404, text=body))
    assert (type(error), error.code) == (Misconfigured, "zoom_jeton_refus")
    assert "oauth_host" in str(error)
    assert "s3cret" not in str(error)


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_server_that_cannot_now_is_tried_later(status: int) -> None:
    body = {"reason": "Invalid client_id or client_secret", "error": "invalid_client"}
    error = error_of(httpx.Response(status, json=body, headers={"Retry-After": "30"}))
    assert isinstance(error, TryLater)
    assert error.retry_after == 30


@pytest.mark.parametrize("body", ["", "<html>", "[]", "{}", '{"access_token": "un", "expires_in": "bientôt"}'])
def test_a_success_without_a_token_is_tried_later(body: str) -> None:
    error = error_of(httpx.Response(200, text=body))
    assert (type(error), error.code) == (TryLater, "zoom_jeton_illisible")


def test_no_answer_is_tried_later() -> None:
    error = ACCOUNT.out_of_reach()
    assert "vérifiez oauth_host de la connexion zoom_default" in one_sentence(error)


def test_the_secret_is_not_shown() -> None:
    assert "s3cret" not in repr(ACCOUNT)
