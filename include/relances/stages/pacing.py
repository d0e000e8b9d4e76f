"""How many calls may start now, so that no second ever holds more than the provider's rate."""

import time
from collections.abc import Callable
from typing import Final

_BURST_SECONDS: Final = 0.05


class Pace:
    """Grants starts, at most ``rate`` in any window of one second (one in ``1 / rate`` seconds below 1).

    Grants come in small bursts, since waking up for each message would cost more than sending it; the refill
    is slower than the rate by as much as a burst is large.
    """

    def __init__(self, rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._burst = max(1.0, rate * _BURST_SECONDS)
        self._refill = rate - self._burst if rate > 2 else rate / 2
        self._level = self._burst
        self._updated = clock()
        self._closed_until = self._updated

    def grant(self, wanted: int) -> int:
        """How many of the wanted starts may happen now; they count as made."""
        if self.delay() > 0:
            return 0
        granted = min(wanted, int(self._level))
        self._level -= granted
        return granted

    def give_back(self, unused: int) -> None:
        """Return grants that were not used."""
        self._level = min(self._burst, self._level + unused)

    def pause(self, seconds: float) -> None:
        """Grant nothing for that long."""
        self._closed_until = max(self._closed_until, self._clock() + seconds)

    def delay(self) -> float:
        """Seconds until one start may happen; 0 when it may now."""
        now = self._clock()
        self._level = min(self._burst, self._level + (now - self._updated) * self._refill)
        self._updated = now
        return max(0.0, (1 - self._level) / self._refill, self._closed_until - now)
