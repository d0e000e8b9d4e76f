"""When messages may leave: days, hours and public holidays, in Libreville."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

import holidays

LIBREVILLE: Final = ZoneInfo("Africa/Libreville")
JOURS: Final = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_HORIZON_DAYS: Final = 366


@dataclass(frozen=True, slots=True)
class Fenetre:
    """From ``debut`` to ``fin`` on the days of ``jours`` (0: Monday), public holidays of Gabon left out or not."""

    jours: frozenset[int]
    debut: time
    fin: time
    jours_feries: bool

    def closing(self, moment: datetime) -> datetime | None:
        """When the window that is open at that moment closes; None where it is closed."""
        local = moment.astimezone(LIBREVILLE)
        if not self._is_day(local.date()) or not self.debut <= local.time() < self.fin:
            return None
        return datetime.combine(local.date(), self.fin, LIBREVILLE)

    def next_opening(self, moment: datetime) -> datetime:
        """When it opens next, at that moment or later. Raises ValueError where it does not within a year."""
        local = moment.astimezone(LIBREVILLE)
        if self.closing(moment) is not None:
            return local
        for days in range(_HORIZON_DAYS):
            day = local.date() + timedelta(days=days)
            opening = datetime.combine(day, self.debut, LIBREVILLE)
            if self._is_day(day) and opening > local:
                return opening
        raise ValueError("the window never opens")

    def _is_day(self, day: date) -> bool:
        return day.weekday() in self.jours and (self.jours_feries or day not in _jours_feries(day.year))


TOUJOURS: Final = Fenetre(frozenset(range(7)), time.min, time.max, jours_feries=True)
"""Open at any hour of any day, to the last microsecond."""


@cache
def _jours_feries(year: int) -> Set[date]:
    return frozenset(holidays.country_holidays("GA", years=year))
