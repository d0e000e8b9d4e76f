"""How many calls may start now, so that no second holds more than the provider's rate, whoever else sends.

Departures are reserved in the voie that all workers share; each is good for a moment only, or those of one worker that
was held up would fall into the time of another's.
"""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from relances.store.voies import Departs


@dataclass(frozen=True, slots=True)
class Cadence:
    """How a provider's rate, per second, is kept by departures. ``debit``: departures a second.

    ``tolerance``: seconds that one may be late. Any window of a second then holds ``rate`` starts at most: those of
    ``1 + tolerance`` seconds, and one more. Below seven a second that would cost too much: there, no two starts are
    nearer than ``1 / rate``.
    """

    debit: float
    tolerance: float

    @classmethod
    def of(cls, rate: float) -> "Cadence":
        late = 1 + 0.05 * rate
        if rate - late > 0.8 * rate:
            return cls(rate - late, (late - 1) / (rate - late))
        return cls(0.8 * rate, 0.25 / rate)


class Pace:
    """The departures of one worker that are still to come."""

    def __init__(self, cadence: Cadence, clock: Callable[[], float] = time.monotonic) -> None:
        self._tolerance = cadence.tolerance
        self._clock = clock
        self._departures: deque[_Departure] = deque()
        self._granted: deque[_Departure] = deque()
        self._owed = 0

    def add(self, departs: Departs) -> None:
        """Departures that were reserved."""
        # A database that answers slowly makes them late already; but half of it is left, or none would ever be good.
        good_for = max(self._tolerance / 2, self._tolerance - departs.trajet)
        starts = (departs.premier + rang * departs.pas for rang in range(departs.nombre))
        self._departures.extend(_Departure(start, start + good_for) for start in starts)

    @property
    def left(self) -> int:
        """How many departures are still good, now or later."""
        self._forget_the_missed()
        return len(self._departures)

    def grant(self, wanted: int) -> int:
        """How many of the wanted starts may happen now; they count as made."""
        self._forget_the_missed()
        now = self._clock()
        self._granted.clear()
        while self._departures and self._departures[0].start <= now and len(self._granted) < wanted:
            departure = self._departures.popleft()
            if self._owed > 0:
                self._owed -= 1
            else:
                self._granted.append(departure)
        return len(self._granted)

    def give_back(self, unused: int) -> None:
        """Return grants of the last time that were not used."""
        for _ in range(unused):
            self._departures.appendleft(self._granted.pop())

    def owe(self, more: int) -> None:
        """What has started counts for so many departures more: a long SMS is several."""
        self._owed += more

    def drop(self) -> None:
        """Give up every departure: the provider asked for silence."""
        self._departures.clear()

    def delay(self) -> float | None:
        """Seconds until one start may happen, 0 when it may now; None where nothing is reserved."""
        self._forget_the_missed()
        if not self._departures:
            return None
        next_one = self._departures[min(self._owed, len(self._departures) - 1)]
        return max(0.0, next_one.start - self._clock())

    def _forget_the_missed(self) -> None:
        now = self._clock()
        while self._departures and self._departures[0].until < now:
            self._departures.popleft()
            self._owed = max(0, self._owed - 1)


class _Departure(NamedTuple):
    """Good from ``start`` until ``until``, in monotonic seconds."""

    start: float
    until: float
