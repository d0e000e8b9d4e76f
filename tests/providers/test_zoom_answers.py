"""Whatever Zoom answers to a message is a receipt or one of the four errors, and never a false "not sent"."""

import json

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from relances_providers.errors import Misconfigured, OutcomeUnknown, ProviderError, TryLater
from relances_providers.zoom.answers import look_up_error, read_receipt
from relances_providers.zoom.errors import TABLE
from tests.support import one_sentence

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["code", "message", "errors", "field"]), inner),
    max_leaves=8,
)
BODIES = st.one_of(JSON.map(json.dumps).map(str.encode), st.binary())
STATUSES = st.integers(200, 599)


@given(STATUSES, BODIES)
def test_any_answer_without_ids_is_an_error_for_operators(status: int, body: bytes) -> None:
    with pytest.raises(ProviderError) as caught:
        read_receipt(httpx.Response(status, content=body), "zoom_default")
    one_sentence(caught.value)
    if not 400 <= status < 500:
        assert isinstance(caught.value, OutcomeUnknown)


@given(STATUSES, BODIES)
def test_a_question_that_fails_is_asked_again_or_mended(status: int, body: bytes) -> None:
    error = look_up_error(httpx.Response(status, content=body), "zoom_default")
    assert isinstance(error, TryLater | Misconfigured)


@pytest.mark.parametrize("code", TABLE)
def test_every_row_is_one_sentence_in_both_languages(code: str) -> None:
    sentence = one_sentence(TABLE[code].error("zoom_default"))
    assert "{" not in sentence


SEARCHED = {
    "phone:write:sms": "4711",
    "Invalid access token": "124",
    "does not contain scopes": "4711",
    "Do not allow to send SMS": "7028",
    "Invalid client_id or client_secret": "zoom_identifiants",
    "Bad Request": "zoom_compte",
    "The app has been disabled": "zoom_application",
    "Daily-limit": "429_jour",
    "1600": "trop_long",
    "10DLC": "campagne",
}


@pytest.mark.parametrize(("words", "code"), SEARCHED.items())
def test_what_people_search_for_is_found(words: str, code: str) -> None:
    assert words in TABLE[code].wording
