"""The error tables: complete, in both languages, findable by the words that users have, and printed as they stand."""

import re
from collections.abc import Iterable
from importlib import import_module

import pytest

from documentation.erreurs import page
from relances_providers.error_table import ErrorRow, Table, table
from relances_providers.errors import (
    Fault,
    Misconfigured,
    NumberState,
    OutcomeUnknown,
    ProviderError,
    Rejected,
    TryLater,
)
from relances_providers.http.errors import TABLE as NETWORK
from relances_providers.provider_info import PROVIDERS, Provider
from tests.support import one_sentence

KINDS = {TryLater, Rejected, Misconfigured, OutcomeUnknown}


def named(name: str) -> Table:
    module, _, attribute = name.partition(":")
    found: Table = getattr(import_module(module), attribute)
    return found


TABLES = {name: named(name) for provider in PROVIDERS for name in provider.error_tables} | {"network": NETWORK}

BLAMED = {
    TryLater: set(Fault),
    Rejected: {Fault.NUMBER, Fault.TEXT},
    Misconfigured: {Fault.ACCOUNT},
    OutcomeUnknown: {Fault.PROVIDER},
}
CODES = {
    "ventis": "1003 ENDPOINT_NOT_FOUND 408 401 429",
    "twilio": (
        "20003 20429 21211 21614 21608 21610 21617 21654 21655 21656 30001 30003 30006 63003 63024 63007 63012 63015 "
        "63016 63018 63032 63033 63049 63038"
    ),
    "zoom": "300 316 7001 1001 124 4711 403 429 429_jour",
}
MEANT = {
    "20003": Misconfigured,
    "20429": TryLater,
    "21211": Rejected,
    "21608": Rejected,
    "21610": Rejected,
    "21656": Misconfigured,
    "30001": TryLater,
    "30003": TryLater,
    "30006": Rejected,
    "63007": Misconfigured,
    "63012": TryLater,
    "63015": Rejected,
    "63016": Rejected,
    "63018": TryLater,
    "63038": TryLater,
    "4711": Misconfigured,
    "124": Misconfigured,
    "1003": Misconfigured,
}
WORDS = [
    "Client secret not provided in request",
    "Invalid client or Invalid client credentials",
    "Invalid client secret",
    "invalid_client",
    "unauthorized_client",
    "Client not allowed for direct access grants",
    "invalid_grant",
    "Invalid user credentials",
    "Account disabled",
    "Account is not fully set up",
    "Realm does not exist",
    "Sender ID must be one of them",
    "Violation de contrainte",
    "ENDPOINT_NOT_FOUND",
    "408",
    "timeout",
    "20003",
    "authentification",
    "21608",
    "join sandbox",
    "30006",
    "no WhatsApp",
    "63007",
    "recipient not in the sandbox",
    "63016",
    "message too long",
    "phone:write:sms",
    "phone_sms:write",
    "1600",
    "CERTIFICATE_VERIFY_FAILED",
]


# --- rows: of a whole table at once, for there are five hundred ---

each_table = pytest.mark.parametrize("rows", [rows.values() for rows in TABLES.values()], ids=list(TABLES))


@each_table
def test_a_row_says_meaning_and_cure_in_both_languages(rows: Iterable[ErrorRow]) -> None:
    for row in rows:
        sentence = one_sentence(row.error("ma_connexion", detail="HTTP 400"))
        for part in (row.meaning, row.cure, row.english, row.english_cure):
            assert part.strip() == part != "", row
            assert " — " not in part, row
        assert f"({row.code} : HTTP 400)" in sentence, row
        assert "{conn_id}" not in sentence, row


@each_table
def test_a_row_has_no_placeholder_but_the_connection_and_its_addresses(rows: Iterable[ErrorRow]) -> None:
    for row in rows:
        written = f"{row.meaning} {row.cure} {row.english} {row.english_cure} {row.wording}"
        known = {"{conn_id}", "{adresses}"} if row in NETWORK.values() else {"{conn_id}"}
        assert set(re.findall(r"\{.*?\}", written)) <= known, row


@each_table
def test_a_cure_of_a_connection_names_it(rows: Iterable[ErrorRow]) -> None:
    assert [row for row in rows if "connexion" in row.cure and "connexion {conn_id}" not in row.cure] == []


@each_table
def test_a_row_says_what_happens_next_and_only_what_goes_with_it(rows: Iterable[ErrorRow]) -> None:
    for row in rows:
        assert row.kind in KINDS, row
        if row.kind is not Rejected:
            assert (row.number, row.other_channel) == (NumberState.FINE, None), row
        if row.kind is not TryLater:
            assert row.retry_after is None, row


@each_table
def test_a_row_says_whose_fault_it_is_and_its_error_says_the_same(rows: Iterable[ErrorRow]) -> None:
    for row in rows:
        assert row.blames in BLAMED[row.kind], row
        assert row.error("ma_connexion").fault is row.blames, row


@each_table
def test_only_a_refusal_for_its_number_or_its_text_is_over_for_good(rows: Iterable[ErrorRow]) -> None:
    for row in rows:
        if row.kind is Rejected:
            assert row.fault in {Fault.NUMBER, Fault.TEXT}, row
        if row.number is not NumberState.FINE:
            assert row.fault is Fault.NUMBER, row


@each_table
def test_a_row_that_does_not_blame_the_number_does_not_ask_to_check_it(rows: Iterable[ErrorRow]) -> None:
    for row in rows:
        if row.blames in {Fault.ACCOUNT, Fault.PROVIDER, Fault.NOBODY}:
            assert not re.search(r"(vérifie|corrige)[rz] le numéro(?! sender)", row.cure), row


def test_every_provider_has_a_row_for_what_no_row_explains() -> None:
    for provider in PROVIDERS:
        [row] = [rows["inconnu"] for name in provider.error_tables if "inconnu" in (rows := TABLES[name])]
        assert (row.kind, row.blames) == (TryLater, Fault.NOBODY)
        assert "code inconnu" in row.meaning


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.name)
def test_a_code_has_one_row_among_all_the_tables_of_a_provider(provider: Provider) -> None:
    codes = [code for name in provider.error_tables for code in TABLES[name]]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.name)
def test_the_other_channel_is_another(provider: Provider) -> None:
    channels = {other.channel for other in PROVIDERS} - {provider.channel}
    named = {row.other_channel for name in provider.error_tables for row in TABLES[name].values()}
    assert named - {None} <= channels


@pytest.mark.parametrize("name", CODES)
def test_every_code_of_the_guides_is_there(name: str) -> None:
    [provider] = [provider for provider in PROVIDERS if provider.name == name]
    there = {code for table_name in provider.error_tables for code in TABLES[table_name]}
    assert set(CODES[name].split()) <= there


@pytest.mark.parametrize(("code", "kind"), MEANT.items())
def test_a_code_means_what_its_provider_says(code: str, kind: type[ProviderError]) -> None:
    [row] = [rows[code] for rows in TABLES.values() if code in rows]
    assert row.kind is kind


# --- errors ---


def row(kind: type[ProviderError], **more: object) -> ErrorRow:
    return ErrorRow("7", kind, "panne", "attendez {conn_id}", "failure", "wait", **more)  # type: ignore[arg-type]


def test_an_error_says_the_provider_s_words_and_the_connection() -> None:
    error = row(Misconfigured).error("zoom_default", detail="Bad Request")
    assert str(error) == "panne (7 : Bad Request) : attendez zoom_default — failure: wait"
    assert (type(error), error.code) == (Misconfigured, "7")


@pytest.mark.parametrize(("said", "asked"), [(None, 60), (5, 5), (0, 0)])
def test_the_delay_is_the_provider_s_or_that_of_the_row(said: float | None, asked: float) -> None:
    error = row(TryLater, retry_after=60).error("zoom_default", retry_after=said)
    assert isinstance(error, TryLater)
    assert error.retry_after == asked


def test_a_refusal_carries_what_is_known_of_the_number_and_the_other_channel() -> None:
    error = row(Rejected, number=NumberState.OPTED_OUT, other_channel="sms").error("zoom_default")
    assert isinstance(error, Rejected)
    assert (error.number, error.other_channel) == (NumberState.OPTED_OUT, "sms")


def test_a_code_written_twice_is_a_defect() -> None:
    with pytest.raises(ValueError, match="7 is in the table twice"):
        table([row(Rejected), row(TryLater)])


# --- the page ---


@pytest.mark.parametrize("words", WORDS)
def test_the_words_of_the_guides_are_found_on_the_page(words: str) -> None:
    assert words in page()


def test_the_page_has_a_section_per_provider_and_an_entry_per_code() -> None:
    sections = re.split(r"^## ", page(), flags=re.MULTILINE)[1:]
    assert [section.splitlines()[0] for section in sections[:-1]] == [provider.title for provider in PROVIDERS]
    for provider, section in zip(PROVIDERS, sections, strict=False):
        codes = [code for name in provider.error_tables for code in TABLES[name]]
        assert re.findall(r"^### `(.+)`$", section, flags=re.MULTILINE) == codes
