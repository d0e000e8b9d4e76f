"""Statements that change many rows, so many at a time: none holds its rows for long, and a pass has an end."""

from collections.abc import Callable
from time import monotonic
from typing import Final

_AT_ONCE: Final = 5_000  # rows: a fraction of a second


class Upkeep:
    """The ``seconds`` that one pass has for them. What it does not come to is for the next one."""

    def __init__(self, seconds: float) -> None:
        self._left = seconds

    def all(self, change: Callable[[int], int]) -> int:
        """Repeat a change, which returns how many rows it changed, until none is left or time is over.

        Once at least: nothing starves what comes after it.
        """
        begun, total = monotonic(), 0
        while True:
            done = change(_AT_ONCE)
            total += done
            spent = monotonic() - begun
            if done < _AT_ONCE or spent >= self._left:
                self._left = max(0.0, self._left - spent)
                return total
