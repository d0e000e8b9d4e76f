"""A provider that answers anything: its words do nothing and say nothing of ours, and its answers have an end."""

import asyncio
import gzip
import json
import tracemalloc
from collections.abc import Iterator
from functools import cache

import pytest

from relances_providers.discretion import HIDDEN
from relances_providers.errors import Misconfigured, OutcomeUnknown, ProviderError, Rejected, TryLater
from relances_providers.messaging import Message
from tests.providers.contract.cases import WITH_TOKEN, Case
from tests.providers.contract.rigged import Rigged, http
from tests.providers.misbehaving import Ending, answer
from tests.providers.servers import Connect

NAME = "Marie-Ange ÉYÉGHÉ"
TEXT = f"Bonjour {NAME}, vous devez 15 000 FCFA de taxe confidentielle avant le 12/12."
MEGABYTE = 1_048_576
TOKEN_OF = {"access_token": "jeton-confidentiel"}
DEEP = b'{"a":' * 100_000
CHARSETS = ["rot13", "base64", "idna", "punycode", "utf-7", "unicode_escape", "undefined", "klingon", "\u00e9", '"', ""]


async def fate(case: Case, text: str = "Bonjour") -> ProviderError | None:
    """What became of one message; None: it was accepted."""
    try:
        async with case.hook().open() as sender:
            await sender.send(Message(case.number, text))
    except ProviderError as error:
        return error
    return None


def endless(head: bytes, piece: bytes) -> Ending:
    """An answer that goes on as long as it is read."""

    async def ending(writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        while not writer.is_closing():
            writer.write(piece)
            await writer.drain()

    return ending


def chunk(content: bytes) -> bytes:
    return f"{len(content):x}\r\n".encode() + content + b"\r\n"


CHUNKED = b"HTTP/1.1 %d OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@cache
def bomb(layers: int) -> bytes:
    """Some kilobytes that are 200 MB once unpacked that many times. Made when first asked for: that takes seconds."""
    return gzip.compress(bomb(layers - 1) if layers > 1 else b"0" * 200 * MEGABYTE)


def explode(layers: int) -> Ending:
    """An answer packed that many times."""

    async def ending(writer: asyncio.StreamWriter) -> None:
        await answer(http(200, bomb(layers), Content_Encoding=", ".join(["gzip"] * layers)))(writer)

    return ending


@pytest.fixture
def memory() -> Iterator[None]:
    """Fails where more than some megabytes were held at once."""
    bomb(2)  # to make them holds more
    tracemalloc.start()
    yield
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 16 * MEGABYTE


@pytest.mark.usefixtures("memory")
@pytest.mark.parametrize(
    "ending",
    [
        endless(CHUNKED % 200, chunk(b"0" * 65_536)),
        endless(CHUNKED % 400, chunk(b"0" * 65_536)),
        endless(b"HTTP/1.1 200 OK\r\n\r\n", b"0" * 65_536),
        endless(b"HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n", b"0" * 65_536),
        endless(b"HTTP/1.1 200 OK\r\n", b"X-Bruit: " + b"0" * 4_000 + b"\r\n"),
        endless(b"HTTP/1.1 200 OK\r\nX-Bruit: ", b"0" * 65_536),
        endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        explode(1),
        explode(2),
        answer(http(200, b"\x1f\x8b", Content_Encoding="br")),
    ],
    ids=["chunks", "chunks of a 400", "no length", "a length", "headers", "a header", "100", "bomb", "bombs", "br"],
)
async def test_an_answer_without_end_is_doubt_and_fills_no_memory(
    case: Case, provider: Rigged, connect: Connect, ending: Ending
) -> None:
    connect(provider.url, timeout=2)
    provider.ending = ending
    error = await asyncio.wait_for(fate(case), 60)
    assert isinstance(error, OutcomeUnknown)
    assert provider.messages == 1


@pytest.mark.usefixtures("memory")
@pytest.mark.parametrize("case", WITH_TOKEN, indirect=True, ids=str)
@pytest.mark.parametrize("ending", [endless(CHUNKED % 200, chunk(b"0" * 65_536)), explode(1)], ids=["chunks", "bomb"])
async def test_a_token_without_end_is_a_later_attempt_and_no_message(
    case: Case, provider: Rigged, ending: Ending
) -> None:
    provider.token_ending = ending
    assert isinstance(await asyncio.wait_for(fate(case), 60), TryLater)
    assert provider.messages == 0


NO_SECONDS: tuple[object, ...] = (-1, 0, True, False, None, [], {}, "", "bientôt", "nan", "inf", "-5", "9" * 400)


@pytest.mark.parametrize("case", WITH_TOKEN, indirect=True, ids=str)
@pytest.mark.parametrize(
    "body",
    [
        '{"access_token": "jeton-confidentiel", "expires_in": %s}' % ("9" * 400),
        '{"access_token": "jeton-confidentiel", "expires_in": %s}' % ("9" * 5_000),
        '{"access_token": "jeton-confidentiel", "expires_in": 1e999}',
        '{"access_token": "jeton-confidentiel", "expires_in": NaN}',
        '{"access_token": "jeton-confidentiel", "expires_in": -Infinity}',
        *[json.dumps(TOKEN_OF | {"expires_in": odd}) for odd in NO_SECONDS],
        *[json.dumps({"access_token": odd}) for odd in ("", "é", "a b", "a\r\nX: y", "\ud800", 12, None, ["a"])],
        DEEP,
        b"\xff\xfe",
        "",
        "null",
        "[]",
    ],
    ids=lambda body: body[:70] if isinstance(body, str) else repr(body[:20]),
)
async def test_an_odd_token_is_a_later_attempt_and_no_message(case: Case, provider: Rigged, body: str | bytes) -> None:
    provider.token_ending = answer(http(200, body))
    assert isinstance(await fate(case), TryLater)
    assert provider.messages == 0


@pytest.mark.parametrize("case", WITH_TOKEN, indirect=True, ids=str)
@pytest.mark.parametrize("life", ["300", 300.5, 1e300, 10**300, 0.001])
async def test_a_token_of_any_life_serves(case: Case, provider: Rigged, life: object) -> None:
    provider.token_ending = answer(http(200, json.dumps(TOKEN_OF | {"expires_in": life})))
    assert await fate(case) is None


@pytest.mark.parametrize("charset", CHARSETS)
async def test_an_odd_charset_changes_no_answer(case: Case, provider: Rigged, charset: str) -> None:
    status, accepted = case.accepted
    kind = {"Content_Type": f"application/json; charset={charset}"}
    provider.ending = answer(http(status, accepted, **kind))
    assert await fate(case) is None

    refused = refusal(case, "numéro invalide")
    provider.ending = answer(http(400, refused))
    usual = await fate(case)
    provider.ending = answer(http(400, refused, **kind))
    odd = await fate(case)
    assert (type(odd), str(odd)) == (type(usual), str(usual))


@pytest.mark.parametrize("case", WITH_TOKEN, indirect=True, ids=str)
@pytest.mark.parametrize("charset", CHARSETS)
async def test_nor_does_it_of_a_token(case: Case, provider: Rigged, charset: str) -> None:
    kind = {"Content_Type": f"application/json; charset={charset}"}
    provider.token_ending = answer(http(200, json.dumps(TOKEN_OF | {"expires_in": 300}), **kind))
    assert await fate(case) is None
    provider.token_ending = answer(http(400, json.dumps({"error": "invalid_client"}), **kind))
    assert isinstance(await fate(case), Misconfigured)


@pytest.mark.parametrize("status", [200, 201, 400, 401, 403, 404, 429, 500])
@pytest.mark.parametrize(
    "body",
    [
        DEEP,
        b"[" * 100_000,
        b'{"code": %s, "statusCode": %s, "error": "x", "message": "m"}' % (b"9" * 400, b"9" * 400),
        b'{"code": NaN, "statusCode": NaN, "error": "x", "message": "m"}',
        b'{"code": true, "statusCode": true, "error": "x", "message": "m"}',
        b'[{"statusCode": {"a": 1}, "error": [], "message": {"b": 2}}]',
        b'{"code": 300, "message": "\\ud800\\u0000", "errors": [{"field": "\\udfff"}, 3, null]}',
        b'{"sid": "SM\\u0000", "session_id": "\\u0000", "message_id": "\\ud800"}',
        b"+SUCCESS|\x00\x1b[31m\xff|\x00",
        b"-ERROR|\x00|\xff\x00",
        b"\x00" * 1_000,
    ],
    ids=lambda body: repr(body[:40]),
)
async def test_whatever_is_answered_is_one_of_the_errors_in_one_printable_line(
    case: Case, provider: Rigged, status: int, body: bytes
) -> None:
    provider.ending = answer(http(status, body, Retry_After="9" * 500))
    error = await fate(case)
    if error is not None:
        assert isinstance(error, TryLater | Rejected | Misconfigured | OutcomeUnknown)
        assert str(error).isprintable()
        assert len(str(error)) < 1_200
        assert error.code.isprintable()
        assert len(error.code) <= 40


@pytest.mark.parametrize(
    "said",
    [
        "{text}",
        "Invalid message: « {text} »",
        "caractère interdit dans Marie-Ange ÉYÉGHÉ",
        "MARIE ANGE EYEGHE n'existe pas",
        "nom=MarieAngeÉyéghé",
        "Marie\u200b-Ange \u202eÉYÉGHÉ\u202c",
        "Marie-Ange \\u00c9Y\\u00c9GH\\u00c9",
        "Marie%2DAnge+%C3%89Y%C3%89GH%C3%89",
        "&Eacute;Y&Eacute;GH&#201; Marie",
        "Marie-Ange Ã\u0089YÃ\u0089GHÃ\u0089",
        "montant 15 000 FCFA refusé",
        "\x1b[31mÉYÉGHÉ\x1b[0m\r\nQue faire : rien",
        "<!channel> @here <U123> [ici](https://mal.invalid) ÉYÉGHÉ",
        "numéro +{number}, {number}, 0{local} invalide",
        "{number} : {text}" * 200,
    ],
)
@pytest.mark.parametrize("status", [400, 403, 422])
async def test_what_a_refusal_repeats_of_ours_is_not_repeated(
    case: Case, provider: Rigged, told: list[str], status: int, said: str
) -> None:
    known = {"text": TEXT, "number": case.number, "local": case.number[-8:]}
    said = said.replace("{text}", TEXT).replace("{number}", case.number).replace("{local}", case.number[-8:])
    provider.ending = answer(http(status, refusal(case, said)))
    error = await fate(case, TEXT)
    assert error is not None
    told.append(str(error))
    shown = str(error).lower()
    assert str(error).isprintable()
    assert not {"<", ">", "\u202e", "\x1b"} & set(shown)
    for word in ("marie", "ange", "éyéghé", "eyeghe", "15 000", "confidentielle", known["number"], known["local"]):
        assert word not in shown


async def test_what_a_refusal_explains_is_kept(case: Case, provider: Rigged) -> None:
    provider.ending = answer(http(400, refusal(case, f"the parameter «{NAME}» exceeds 160 characters")))
    assert f"the parameter «{HIDDEN}» exceeds 160 characters" in str(await fate(case, TEXT))


@pytest.mark.parametrize("code", ["ÉYÉGHÉ", "EYEGHE", "Marie", "24166123456", "x" * 500, "\x1b[31m"])
async def test_a_code_that_is_none_is_not_kept(case: Case, provider: Rigged, code: str) -> None:
    provider.ending = answer(http(400, json.dumps({"code": code, "statusCode": code, "error": "e", "message": "m"})))
    error = await fate(case, TEXT)
    assert error is not None
    assert code not in error.code
    assert code not in str(error)


def refusal(case: Case, said: str) -> str:
    """The provider's own form of a refusal."""
    match case.name:
        case "ventis":
            return json.dumps([{"error": "Violation", "statusCode": 1099, "message": said}])
        case "zoom":
            return json.dumps({"code": 7_001, "message": said, "errors": [{"field": "message", "message": said}]})
        case _:
            return json.dumps({"code": 21_602, "message": said, "status": 400})
