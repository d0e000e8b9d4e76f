"""A day as a spreadsheet shows it, or why it cannot be read."""

import re
from datetime import date
from typing import Final

from relances.rules.colonnes import Illisible
from relances.rules.values import is_absent

_DAY_FIRST: Final = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})", re.ASCII)
_YEAR_FIRST: Final = re.compile(r"(\d{4})([/.-])(\d{1,2})\2(\d{1,2})", re.ASCII)
_SHORT_YEAR: Final = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{1,2}", re.ASCII)
# The hour and the zone that an export writes after a day, which stays the day that is written.
_MINUTES: Final = r":[0-5]\d(?::[0-5]\d(?:[.,]\d{1,9})?)?"
_HOUR: Final = rf"(?:0?\d|1\d|2[0-3])(?:{_MINUTES}| ?h ?(?:[0-5]\d)?)|(?:0?\d|1[0-2]){_MINUTES} ?[AP]M"
_TWELVE_HOURS: Final = re.compile(r"\d ?[ap]m", re.ASCII | re.IGNORECASE)
_MONTHS: Final = 12
_OFFSET: Final = r"[+-](?:0\d|1[0-4])"
_ZONE: Final = rf" ?(?:Z|UTC|GMT|{_OFFSET}(?::?[0-5]\d)?)"
_CLOCK: Final = re.compile(
    rf"(?:(?:[ T]| à )(?:{_HOUR})(?:{_ZONE})?|Z|{_OFFSET}:[0-5]\d)(?:\[[\w/+-]{{1,40}}\])?$", re.ASCII | re.IGNORECASE
)


def read_iso_date(value: object) -> date | None:
    """A day written as 2026-03-31, and in no other way that Python reads too (20260331, 2026-W14-2)."""
    try:
        found = date.fromisoformat(str(value))
    except ValueError:
        return None
    return found if found.isoformat() == value else None


def read_date(text: str) -> date:
    """A day written as 31/03/2026 or 2026-03-31, its hour ignored. Raises Illisible."""
    if is_absent(text):
        raise Illisible("échéance absente")
    day = _CLOCK.sub("", text)
    if _SHORT_YEAR.fullmatch(day):
        raise Illisible("date ambiguë : écrivez l'année en quatre chiffres, comme 18/12/2025")
    if found := _DAY_FIRST.fullmatch(day):
        jour, mois, annee = int(found[1]), int(found[3]), int(found[4])
        # A spreadsheet that writes these hours writes the month first, unless somebody told it otherwise.
        if jour != mois and jour <= _MONTHS and _TWELVE_HOURS.search(text):
            raise Illisible(
                "date ambiguë : avec AM ou PM, le mois est peut-être avant le jour ; écrivez-la sans heure, comme "
                "18/12/2025"
            )
    elif found := _YEAR_FIRST.fullmatch(day):
        jour, mois, annee = int(found[4]), int(found[3]), int(found[1])
    else:
        raise Illisible("date illisible : attendu 18/12/2025 ou 2025-12-18, au plus suivi d'une heure")
    try:
        return date(annee, mois, jour)
    except ValueError:
        raise Illisible("cette date n'existe pas : attendu jour/mois/année, comme 18/12/2025") from None
