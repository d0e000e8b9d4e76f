"""What all providers share: a message that hides its number, and how long a call may last."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relances_providers.messaging import Limits, Message, mask


@pytest.mark.parametrize(
    ("phone", "masked"),
    [("24166123456", "+241••••3456"), ("3546123456", "+354••••3456"), ("66123456", "••••"), ("", "••••")],
)
def test_a_masked_number_shows_its_country_and_its_end(phone: str, masked: str) -> None:
    assert mask(phone) == masked


@given(st.text("0123456789", min_size=1))
def test_a_masked_number_never_shows_the_whole(phone: str) -> None:
    assert phone not in mask(phone)


def test_a_message_shows_neither_its_number_nor_its_text() -> None:
    assert repr(Message("24166123456", "Bonjour")) == "Message(to=+241••••3456, 7 characters)"


def test_a_call_may_connect_and_then_wait_as_long_again() -> None:
    assert Limits(rate_per_second=5, max_in_flight=16, timeout=30).longest_call == 60
