"""When messages may leave: days, hours and public holidays, in Libreville."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

LIBREVILLE: Final = ZoneInfo("Africa/Libreville")
JOURS: Final = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_HORIZON: Final = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Fenetre:
    """From ``debut`` to ``fin`` on the days of ``jours`` (0: Monday), public holidays of Gabon left out or not.

    A ``fin`` of ``time.max`` is midnight.
    """

    jours: frozenset[int]
    debut: time
    fin: time
    jours_feries: bool

    def closing(self, moment: datetime) -> datetime | None:
        """When the window that is open at that moment closes; None where it is closed.

        Open round the clock, it closes before the next day that is none of its own; a year later at the latest.
        """
        if not self._is_open(moment):
            return None
        closing = self._end(moment.astimezone(LIBREVILLE).date())
        while self._is_open(closing) and closing - moment < _HORIZON:
            closing += timedelta(days=1)
        return closing

    def next_opening(self, moment: datetime) -> datetime:
        """The next opening, at that moment or later. Raises ValueError where the window does not open within a year."""
        local = moment.astimezone(LIBREVILLE)
        if self._is_open(moment):
            return local
        for days in range(_HORIZON.days):
            day = local.date() + timedelta(days=days)
            opening = datetime.combine(day, self.debut, LIBREVILLE)
            if self._is_day(day) and opening > local:
                return opening
        raise ValueError("the window never opens")

    def _is_open(self, moment: datetime) -> bool:
        local = moment.astimezone(LIBREVILLE)
        return self._is_day(local.date()) and self.debut <= local.time() and local < self._end(local.date())

    def _end(self, day: date) -> datetime:
        if self.fin == time.max:
            return datetime.combine(day + timedelta(days=1), time.min, LIBREVILLE)
        return datetime.combine(day, self.fin, LIBREVILLE)

    def _is_day(self, day: date) -> bool:
        return day.weekday() in self.jours and (self.jours_feries or day not in _jours_feries(day.year))


TOUJOURS: Final = Fenetre(frozenset(range(7)), time.min, time.max, jours_feries=True)
"""Open at any hour of any day."""


def in_words(moment: datetime) -> str:
    """A moment as it is said in Libreville: 31/03/2026 à 08:00."""
    return f"{moment.astimezone(LIBREVILLE):%d/%m/%Y à %H:%M}"


@cache
def _jours_feries(year: int) -> Set[date]:
    import holidays  # noqa: PLC0415 - a tenth of a second, which every task and every reading of the Dags would take

    return frozenset(holidays.country_holidays("GA", years=year))
