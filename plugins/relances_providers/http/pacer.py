"""Starts calls one after the other, never faster than a rate."""

import asyncio
import time
from collections.abc import Callable


class Pacer:
    """One start every ``1 / rate`` seconds, in the order they were asked for. ``clock`` is monotonic, in seconds."""

    def __init__(self, rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._interval = 1 / rate
        self._clock = clock
        self._next = clock()

    async def turn(self) -> None:
        """Wait for the next start, and take it."""
        await asyncio.sleep(self.take())

    def take(self) -> float:
        """Take the next start; returns how many seconds away it is."""
        now = self._clock()
        start = max(now, self._next)
        self._next = start + self._interval
        return start - now
