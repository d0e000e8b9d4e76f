"""What may be shown: never a whole phone number, a secret or a text, however they are written; dates and ids stay."""

import json
import re
from urllib.parse import quote, quote_plus, urlencode

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from relances_providers.discretion import HIDDEN, hidden_in, mask, shown, shown_url, without_numbers

FORM = "application/x-www-form-urlencoded"
SID = "SM0123456789abcdef0123456789abcdef"
UUID = "6f1c2a34-0d4e-4f6a-9b1c-241661234567"
SECRETS = ["password", "client_secret", "access_token", "refresh_token", "id_token", "Authorization", "auth_token"]
TEXTS = ["message", "Body", "ContentVariables", "text"]

PHONES = st.from_regex(r"[1-9][0-9]{8,13}", fullmatch=True)
GAPS = st.text(" \u00a0\u202f.-/()–", max_size=3)
AROUND = st.text(st.characters(exclude_categories=["Nd", "Cs"]), max_size=20)
SAYABLE = st.text(st.characters(min_codepoint=33, exclude_categories=["Cs"], exclude_characters="•"), min_size=12)


# --- a number known to be one ---


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("24166123456", "+241••••3456"),
        ("+24166123456", "+241••••3456"),
        ("3546123456", "+354••••3456"),
        ("66123456", "••••"),
        ("", "••••"),
    ],
)
def test_a_masked_number_shows_its_country_and_its_end(phone: str, masked: str) -> None:
    assert mask(phone) == masked


@given(st.text("0123456789", min_size=1))
def test_a_masked_number_never_shows_the_whole(phone: str) -> None:
    assert phone not in mask(phone)


# --- numbers in words ---


@st.composite
def spaced(draw: st.DrawFn) -> str:
    """A phone number, written with anything people put between digits."""
    digits = draw(PHONES)
    return digits[0] + "".join(draw(GAPS) + digit for digit in digits[1:])


@given(before=AROUND, number=spaced(), after=AROUND)
def test_a_number_in_a_sentence_is_hidden_however_it_is_spaced(before: str, number: str, after: str) -> None:
    assert re.search(r"\d", without_numbers(before + number + after)) is None


@pytest.mark.parametrize(
    "number",
    ["24166123456", "+241 66 12 34 56", "066-12-34-56", "66.12.34.56", "(241) 66 12 34 56", "66\u202f12\u00a034 56"],
)
@pytest.mark.parametrize(
    "sentence",
    ["Numéro {} invalide", "tel{}x", "to={}", "whatsapp:{}", "whatsapp%3A%2B{}", '{{"to":"{}"}}', "le 2026 {}"],
)
def test_no_word_around_a_number_shows_it(sentence: str, number: str) -> None:
    assert re.search(r"66\D*12\D*34\D*56", without_numbers(sentence.format(number))) is None


@pytest.mark.parametrize(
    "kept",
    [
        "2026-11-21",
        "2026-11-21T08:00:00.000+00:00",
        "2026-11-21 08:00:00",
        "21/11/2026",
        "Sat, 21 Nov 2026 08:00:00 +0000",
        SID,
        UUID,
        "HTTP 400",
        "1003",
        "EndpointÉ n° 12345",
    ],
)
def test_dates_ids_and_codes_stay(kept: str) -> None:
    assert without_numbers(f"reçu {kept}, merci") == f"reçu {kept}, merci"


@pytest.mark.parametrize("number", ["2019-12-30-45", "24 2019-12-30", "20191230456", "2026-99-21", "21/11/2026 34"])
def test_what_only_begins_like_a_date_is_hidden(number: str) -> None:
    assert without_numbers(number) == HIDDEN


# --- bodies ---


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("value", ["s3cret", 12345, ["s3cret"], {"nested": "s3cret"}])
def test_a_secret_is_hidden_by_the_name_of_its_field(name: str, value: object) -> None:
    assert json.loads(shown(json.dumps({"a": [{name: value}]}).encode())) == {"a": [{name: HIDDEN}]}


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_is_told_by_its_length_only(name: str) -> None:
    assert json.loads(shown(json.dumps({name: "Échéance"}).encode())) == {name: "<8 caractères>"}
    assert shown(urlencode({name: "Échéance"}).encode(), FORM) == f'{{"{name}": "<8 caractères>"}}'


@given(name=st.sampled_from(SECRETS + TEXTS), value=SAYABLE)
def test_no_secret_and_no_text_is_shown_in_json_nor_in_a_form(name: str, value: str) -> None:
    for body, kind in ((json.dumps({name: value}), "application/json"), (urlencode({name: value}), FORM)):
        assert value not in shown(body.encode(), kind)
        assert value not in shown_url(f"https://api.invalid/?{urlencode({name: value})}")


@pytest.mark.parametrize(
    "said",
    [
        "access_token=s3cret&expires_in=300",
        '{"access_token":"s3cret","expires_in":3',
        "Authorization: Bearer s3cret",
        "<p>password = 's3cret'</p>",
    ],
)
def test_a_secret_is_hidden_in_what_is_neither_json_nor_a_form(said: str) -> None:
    assert "s3cret" not in shown(said.encode())
    assert HIDDEN in shown(said.encode())


def test_the_numbers_of_a_message_are_masked() -> None:
    ventis = {"to": "24166123456", "sender": "VENTIS", "isOTP": False, "message": "Bonjour"}
    assert json.loads(shown(json.dumps(ventis).encode())) == ventis | {
        "to": "+241••••3456",
        "message": "<7 caractères>",
    }
    twilio = {"To": "whatsapp:+24166123456", "From": "whatsapp:+14155238886", "Body": "Bonjour"}
    assert json.loads(shown(urlencode(twilio).encode(), FORM)) == {
        "To": "whatsapp:+241••••3456",
        "From": "whatsapp:+141••••8886",
        "Body": "<7 caractères>",
    }


def test_a_number_that_is_no_text_is_hidden_too() -> None:
    body = {"to": 24166123456, "24166123456": True, "count": 12, "price": 0.07, "none": None}
    assert json.loads(shown(json.dumps(body).encode())) == {
        "to": HIDDEN,
        HIDDEN: True,
        "count": 12,
        "price": 0.07,
        "none": None,
    }


def test_a_token_request_shows_who_asks_and_nothing_that_opens() -> None:
    form = {"grant_type": "password", "client_id": "api-messaging", "username": "agent", "password": "s3cret"}
    assert json.loads(shown(urlencode(form).encode(), FORM)) == form | {"password": HIDDEN}
    zoom = {"grant_type": "account_credentials", "account_id": "compte"}
    assert json.loads(shown(urlencode(zoom).encode(), FORM)) == zoom


def test_a_token_is_not_shown_and_its_life_is() -> None:
    body = {"access_token": "un", "refresh_token": "deux", "expires_in": 300, "scope": "email profile"}
    assert json.loads(shown(json.dumps(body).encode())) == body | {"access_token": HIDDEN, "refresh_token": HIDDEN}


@pytest.mark.parametrize("beside", ["code", "statusCode", "error", "field"])
def test_the_message_of_an_error_is_shown(beside: str) -> None:
    body = [{beside: "1003", "message": "Sender ID must be one of them [VENTIS]"}]
    assert json.loads(shown(json.dumps(body).encode(), refusal=True)) == body


def test_a_text_beside_a_code_is_hidden_where_nothing_is_refused() -> None:
    body = {"sms_histories": [{"message": "Bonjour ONDO", "code": 1}]}
    assert "ONDO" not in shown(json.dumps(body).encode())


@pytest.mark.parametrize("said", ["Bearer abc.def-ghi", 'header: "Basic dXNlcjpzZWNyZXQ="'])
def test_a_credential_is_hidden_wherever_it_stands(said: str) -> None:
    assert not {"abc.def-ghi", "dXNlcjpzZWNyZXQ="} & set(shown(said.encode()).replace('"', " ").split())


def test_the_name_of_who_wrote_is_hidden() -> None:
    assert "ONDO" not in shown(json.dumps({"to_members": [{"display_name": "Marie ONDO"}]}).encode())


def test_an_answer_in_pipes_is_shown_but_for_its_numbers() -> None:
    assert shown(b"-ERROR|1005|24166123456 ?") == "-ERROR|1005|•••• ?"
    success = f"+SUCCESS|{UUID}|2026-11-21T08:00:00.000"
    assert shown(success.encode()) == success


def test_a_long_body_is_cut() -> None:
    assert len(shown(b"bla " * 10_000)) == 2_000


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda part: st.lists(part) | st.dictionaries(st.text() | st.sampled_from(SECRETS + TEXTS), part),
).map(lambda value: json.dumps(value).encode())


@given(content=st.binary() | JSON, content_type=st.sampled_from(["", FORM, "application/json"]))
def test_any_body_can_be_shown(content: bytes, content_type: str) -> None:
    assert len(shown(content, content_type)) <= 2_000


def test_a_body_too_deep_to_be_read_is_hidden() -> None:
    assert shown(b"[" * 100_000 + b"]" * 100_000) == HIDDEN


def test_what_a_body_hides_can_be_sought_in_its_answer() -> None:
    body = {"to": "24166123456", "message": "Bonjour", "outer": [{"password": "s3cret", "token": ""}]}
    assert hidden_in(json.dumps(body).encode(), "application/json") == ["Bonjour", "s3cret"]


# --- addresses ---


def test_a_query_is_shown_without_its_numbers_and_its_secrets() -> None:
    query = "To=whatsapp%3A%2B24166123456&DateSent%3E=2026-11-21T08%3A00%3A00Z&PageSize=1000&access_token=s3cret"
    assert shown_url(f"https://api.invalid/Messages.json?{query}") == (
        "https://api.invalid/Messages.json"
        f"?To=whatsapp:+241••••3456&DateSent>=2026-11-21T08:00:00Z&PageSize=1000&access_token={HIDDEN}"
    )


@given(number=spaced())
def test_no_number_is_shown_in_a_path_nor_in_a_query(number: str) -> None:
    assume(len(re.sub(r"\D", "", number)) > 8)
    for address in (f"/{quote(number)}", f"/?phone_number={quote_plus(number)}", f"/?a=1&q=n%C2%B0{quote(number)}"):
        shown_digits = re.sub(r"\D", "", shown_url(f"https://api.invalid{address}"))
        assert re.sub(r"\D", "", number) not in shown_digits


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:41255/messaging/api/v1/message",
        "https://192.168.100.200:8443",
        f"https://api.twilio.invalid/2010-04-01/Accounts/{SID}/Messages.json?PageSize=1000",
        "https://api.zoom.invalid/v2/phone/sms/sessions?from=2026-11-21&page_size=100",
    ],
)
def test_an_address_without_numbers_is_shown_whole(url: str) -> None:
    assert shown_url(url) == url
