"""The table of Twilio's errors, as the guides and Twilio's dictionary name them."""

from pathlib import Path

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
from relances_providers.twilio.errors import TABLE

FINE, GONE, OUT = NumberState.FINE, NumberState.UNREACHABLE, NumberState.OPTED_OUT
HOUR, DAY = 3_600.0, 86_400.0
PUBLISHED = [
    line.split("\t")
    for line in Path(__file__).with_name("twilio_dictionary.tsv").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


def test_every_code_that_twilio_publishes_of_messages_has_its_row() -> None:
    assert len(PUBLISHED) > 300
    assert [(code, name) for code, name in PUBLISHED if code not in TABLE] == []


@pytest.mark.parametrize(
    ("codes", "fault"),
    [
        ("63112 63022 63030 63051 63020 63040 63007 21606 30002 30034 63109 63111 21408", Fault.ACCOUNT),
        ("63060 63010 63009 63012 30500 30001 63018 63038", Fault.PROVIDER),
        ("30007 92007 63016 63021 63049 21617", Fault.TEXT),
        ("63003 63024 63033 30003 30005 30006 21211 21610 63029 63015 21608", Fault.NUMBER),
        ("30008 63023 30453 30620 inconnu", Fault.NOBODY),
    ],
)
def test_a_code_blames_who_can_mend_it(codes: str, fault: Fault) -> None:
    assert {code: TABLE[code].blames for code in codes.split()} == dict.fromkeys(codes.split(), fault)


def test_what_twilio_itself_will_not_send_twice_is_not_sent_again() -> None:
    assert TABLE["30410"].kind is OutcomeUnknown


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("authentification", "20003"),
        ("invalid 'to'", "21211"),
        ("format du numéro, rejoindre le sandbox", "21608"),
        ("number format, join sandbox", "21608"),
        ("téléphone injoignable", "30003"),
        ("pas de whatsapp", "30006"),
        ("no whatsapp", "30006"),
        ("destinataire non inscrit au sandbox", "63007"),
        ("recipient not in the sandbox", "63007"),
        ("message trop long", "63016"),
        ("message too long", "63016"),
    ],
)
def test_the_words_of_the_guides_lead_to_the_code(words: str, code: str) -> None:
    assert words in TABLE[code].wording.lower()


def test_what_63016_means_is_not_what_the_guides_say() -> None:
    assert "24 heures" in TABLE["63016"].meaning
    assert "long" not in TABLE["63016"].meaning


@pytest.mark.parametrize(
    ("codes", "kind"),
    [
        (("20003", "20005", "20404", "21654", "21655", "21656", "21701", "63007", "63051"), Misconfigured),
        (("20429", "30001", "30003", "63012", "63018", "63038", "63049"), TryLater),
        (("21211", "21608", "21610", "21614", "21617", "30006", "63003", "63015", "63016", "63024", "63032"), Rejected),
    ],
)
def test_each_code_is_named_by_what_happens_next(codes: tuple[str, ...], kind: type[ProviderError]) -> None:
    assert {TABLE[code].kind for code in codes} == {kind}


@pytest.mark.parametrize(
    ("code", "number", "other_channel"),
    [
        ("21211", GONE, None),
        ("21614", GONE, None),
        ("21610", OUT, None),
        ("21608", FINE, None),
        ("30006", GONE, "sms"),
        ("63003", GONE, "sms"),
        ("63024", GONE, "sms"),
        ("63015", FINE, None),
        ("63016", FINE, "sms"),
        ("63033", OUT, None),
    ],
)
def test_a_refusal_says_what_becomes_of_the_number_and_which_channel_is_left(
    code: str, number: NumberState, other_channel: str | None
) -> None:
    error = TABLE[code].error("twilio_default")
    assert isinstance(error, Rejected)
    assert (error.number, error.other_channel) == (number, other_channel)


@pytest.mark.parametrize(
    ("code", "least", "most"),
    [("30003", HOUR, DAY / 2), ("63018", HOUR, DAY / 2), ("63038", DAY / 2, DAY), ("63049", DAY, DAY)],
)
def test_what_may_pass_later_says_when(code: str, least: float, most: float) -> None:
    error = TABLE[code].error("twilio_default")
    assert isinstance(error, TryLater)
    assert error.retry_after is not None
    assert least <= error.retry_after <= most
