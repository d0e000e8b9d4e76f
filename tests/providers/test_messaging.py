"""What all providers share: values that hide numbers and texts, and how long a call may last."""

from datetime import UTC, datetime

import pytest

from relances_providers.messaging import Limits, Message, Sought, Template

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Message("24166123456", "Bonjour"), "Message(to=+241••••3456, 7 characters)"),
        (Sought("24166123456", "Bonjour", NOW, NOW), "Sought(to=+241••••3456, 7 characters)"),
        (Template("HX0", ("Awa", "15 000 F")), "Template(HX0, 2 variables)"),
    ],
)
def test_a_value_that_holds_a_number_or_a_text_shows_neither(value: object, written: str) -> None:
    assert repr(value) == written


def test_a_call_may_connect_and_then_wait_as_long_again() -> None:
    assert Limits(rate_per_second=5, max_in_flight=16, timeout=30).longest_call == 60
