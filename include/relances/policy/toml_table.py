"""One table of a TOML document, field by field: what is wrong is named with its line and what it should hold."""

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import fields
from datetime import date, datetime, time
from decimal import Decimal
from difflib import get_close_matches
from typing import Final

from relances.policy.toml_document import Place, TomlDocument
from relances.rules.errors import Blocked

_DAY: Final = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_HOUR: Final = re.compile("(?:[01][0-9]|2[0-3]):[0-5][0-9]")
_MILLIARD: Final = 1_000_000_000


class Table:
    """One table of a document. Each method gives a field, or raises Blocked where it is missing or wrong."""

    def __init__(self, document: TomlDocument, place: Place, content: Mapping[str, object]) -> None:
        self._document = document
        self._place = place
        self._content = content

    def only(self, known: Iterable[str]) -> None:
        """Refuse any other name."""
        names = list(known)
        for key in self._content:
            if key not in names:
                near = get_close_matches(key, names, n=1)
                hint = f"vouliez-vous dire {near[0]} ? " if near else ""
                raise self._refusal(key, f"est inconnu ; {hint}noms connus : {', '.join(names)}", "is unknown")

    def only_fields(self, cls: type) -> None:
        """Refuse any name that is not of this dataclass."""
        self.only(field.name for field in fields(cls))

    def has(self, key: str) -> bool:
        return key in self._content

    def table(self, key: str) -> "Table":
        content = self._content.get(key)
        if not isinstance(content, dict):
            raise self.wrong(key, f"une table [{self._name(key)}]", "a table")
        return self._below((key,), content)

    def tables(self, key: str) -> list["Table"]:
        """Those of ``[[key]]``; none where the file has none."""
        content = self._content.get(key, [])
        if not isinstance(content, list) or not all(isinstance(entry, dict) for entry in content):
            raise self.wrong(key, f"des tables [[{key}]]", "tables")
        return [self._below((key, number), entry) for number, entry in enumerate(content)]

    def text(self, key: str) -> str:
        value = self._content.get(key)
        if not isinstance(value, str) or not value:
            raise self.wrong(key, "un texte entre guillemets", "a text")
        return value

    def text_like(self, key: str, pattern: str, french: str, english: str) -> str:
        """A text of this regular expression, which ``french`` and ``english`` describe."""
        value = self._content.get(key)
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            raise self.wrong(key, french, english)
        return value

    def one_of(self, key: str, known: Sequence[str]) -> str:
        value = self._content.get(key)
        if not isinstance(value, str) or value not in known:
            raise self.wrong(key, f"l'un de : {', '.join(known)}", f"one of: {', '.join(known)}")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        value = self._content.get(key)
        if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
            raise self.wrong(key, "une liste de textes entre guillemets", "a list of texts")
        return tuple(value)

    def some_of(self, key: str, known: Sequence[str]) -> tuple[str, ...]:
        value = self._content.get(key)
        if not isinstance(value, list) or not all(item in known for item in value):
            names = ", ".join(known)
            raise self.wrong(key, f"une liste prise dans : {names}", f"a list taken from: {names}")
        return tuple(value)

    def flag(self, key: str) -> bool:
        value = self._content.get(key)
        if not isinstance(value, bool):
            raise self.wrong(key, "true ou false", "true or false")
        return value

    def integer(self, key: str, minimum: int, maximum: int) -> int:
        value = self._content.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or not minimum <= value <= maximum:
            raise self.wrong(key, f"un entier de {minimum} à {maximum}", f"an integer from {minimum} to {maximum}")
        return value

    def number(self, key: str, minimum: float, maximum: float) -> float:
        value = self._content.get(key)
        if not isinstance(value, int | float) or isinstance(value, bool) or not minimum <= value <= maximum:
            raise self.wrong(key, f"un nombre de {minimum} à {maximum}", f"a number from {minimum} to {maximum}")
        return value

    def amount(self, key: str, minimum: int = 0, maximum: int = _MILLIARD) -> Decimal:
        return Decimal(str(self.number(key, minimum, maximum)))

    def day(self, key: str, minimum: date, maximum: date) -> date:
        value = self._content.get(key)
        if isinstance(value, str) and _DAY.fullmatch(value):
            with suppress(ValueError):
                value = date.fromisoformat(value)
        if not isinstance(value, date) or isinstance(value, datetime) or not minimum <= value <= maximum:
            raise self.wrong(key, f"un jour de {minimum} à {maximum}", f"a day from {minimum} to {maximum}")
        return value

    def hour(self, key: str) -> time:
        """A time of the day; ``24:00``, its end, is ``time.max``."""
        value = self._content.get(key)
        if isinstance(value, time):
            return value
        if value == "24:00":
            return time.max
        if not isinstance(value, str) or not _HOUR.fullmatch(value):
            raise self.wrong(key, 'une heure comme "08:00"', 'an hour like "08:00"')
        return time.fromisoformat(value)

    def where(self, key: str) -> str:
        """The line and the full name of a field that the table has."""
        return f"{self._document.where((*self._place, key))} : {self._name(key)}"

    def wrong(self, key: str, french: str, english: str) -> Blocked:
        """What a field must be: said where it stands, or of the table where it is missing."""
        if key not in self._content:
            return self._refusal(key, f"manque : attendu {french}", f"is missing: expected {english}")
        return self._refusal(key, f"doit être {french}", f"must be {english}")

    def _refusal(self, key: str, french: str, english: str) -> Blocked:
        name = self._name(key)
        place = (*self._place, key) if key in self._content else self._place
        return Blocked(f"{self._document.where(place)} : {name} {french}", f"{name} {english}")

    def _name(self, key: str) -> str:
        return ".".join(part for part in (*self._place, key) if isinstance(part, str))

    def _below(self, place: Place, content: Mapping[str, object]) -> "Table":
        return Table(self._document, (*self._place, *place), content)
