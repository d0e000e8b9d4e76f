"""What tests of every room share."""

import time
from collections.abc import Callable

PATIENCE_SECONDS = 30


def one_sentence(error: BaseException) -> str:
    """The message of an error meant for an operator: one line, French first, English after the dash."""
    message = str(error)
    assert "\n" not in message
    french, _, english = message.partition(" — ")
    assert french
    assert english
    return message


def wait_until(condition: Callable[[], object], what: str) -> None:
    """Look until the condition holds; fail, saying what was waited for, when it does not in time."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        time.sleep(0.01)
