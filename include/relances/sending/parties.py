"""How many calls begin together, so that the places of a lot are never all waiting for the database at once."""

from math import ceil
from typing import Final

_FEWEST: Final = 4  # parties at least: while one is written, the calls of the others are under way
_MOST: Final = 8  # parties at most: each costs a round trip
_WEIGHT: Final = 0.1  # of the latest of a duration in its mean


class Parties:
    """Calls begin, and their outcomes are written, by parties: those of one share a round trip to the database.

    As many parties as can be written while one call lasts keep all ``places`` busy: fewer, and answers wait for one
    another; more, and round trips take the time of calls.
    """

    def __init__(self, places: int) -> None:
        self._places = places
        self._call = self._writing = 0.0

    def note_call(self, seconds: float) -> None:
        """A call lasted so long."""
        self._call += _WEIGHT * (seconds - self._call)

    def note_writing(self, seconds: float) -> None:
        """A round trip lasted so long."""
        self._writing += _WEIGHT * (seconds - self._writing)

    @property
    def size(self) -> int:
        """Calls of the next party."""
        parties = self._call / self._writing if self._writing > 0 else _MOST
        return ceil(self._places / min(max(parties, _FEWEST), _MOST))
