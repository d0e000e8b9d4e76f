"""Finds the encoding of an 8-bit file from its words; where a word leaves it in doubt, names that word.

A file that is not UTF-8 is read as Windows-1252 where all its words may be so written, and where for each other
encoding some word tells against it. Detectors by statistics were measured on such files, which have a few accents in
all: they take the French of Windows and of the Mac alike for Czech or Chinese.
"""

import codecs
import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from relances.rules.errors import Blocked
from relances.rules.mojibake import damage, printed
from relances.rules.orthographe import fits, is_arabic, is_likely, may_be

WINDOWS: Final = "cp1252"
_AUTRES: Final = ("mac_roman", "cp850", "iso8859-15", "cp1250", "cp1256")
"""What spreadsheets write elsewhere: on a Mac, under MS-DOS, on a Windows of Central Europe or of the Arab world."""

_NOT_OF_FILES: Final = frozenset(
    {"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "unicode_escape", "utf-7"}
)
"""Codecs of Python that write names or programs; and one whose texts no database holds."""


class MotLu(NamedTuple):
    """A word as one encoding reads it."""

    encodage: str
    mot: str


class Doute(NamedTuple):
    """A word that may not be what Windows-1252 makes of it: its line, and what it may be, that first if it may."""

    ligne: int
    mot: str
    lectures: tuple[MotLu, ...]


_WORD: Final = re.compile(r'[^ \t\r\n;,"]{1,60}')  # a longer one is judged in parts
_FIGURE: Final = re.compile("[0-9]")
_REMEMBERED: Final = 20_000  # words: those that come again and again


def find_doubt(lines: Iterable[str]) -> Doute | None:
    """The first word in doubt of a file read as Windows-1252, undefined bytes escaped; None: it is surely that.

    In flat memory.
    """
    wrong: tuple[int, str] | None = None
    first = dict[str, tuple[int, str]]()  # by encoding, what it reads otherwise
    possible, unsettled, judged = set(_AUTRES), set(_AUTRES), set[str]()
    for numero, word in _words(lines):
        shape = _FIGURE.sub("0", word)
        if shape in judged:
            continue
        if len(judged) < _REMEMBERED:
            judged.add(shape)
        of_windows = may_be(shape, WINDOWS) and damage(shape) is None
        if wrong is None and not of_windows:
            wrong = numero, word
        sure = of_windows and fits(shape)
        for encodage in tuple(possible):
            reading = _as(shape, encodage)
            if not may_be(reading, encodage):
                possible.remove(encodage)
            elif reading != shape:
                first.setdefault(encodage, (numero, word))
                if sure and not is_likely(reading):
                    unsettled.discard(encodage)
    if wrong is not None:
        return _wrong(*wrong, [each for each in _AUTRES if each in possible])
    places = {encodage: first[encodage] for encodage in _AUTRES if encodage in possible & unsettled & first.keys()}
    if not places:
        return None
    place = min(places.values())
    return _doubt(*place, [WINDOWS, *(encodage for encodage in places if places[encodage] == place)])


def _words(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """The words that are not ASCII, each with its line number."""
    for numero, line in enumerate(lines, start=1):
        if not line.isascii():
            yield from ((numero, word) for word in _WORD.findall(line) if not word.isascii())


def _doubt(numero: int, word: str, encodages: Iterable[str]) -> Doute:
    """The doubt about a word that Windows-1252 may have written: its likely readings, else all of them."""
    readings = _readings(word, encodages)
    return _doute(numero, word, [lecture for lecture in readings if is_likely(lecture.mot)] or readings)


def _wrong(numero: int, word: str, encodages: Iterable[str]) -> Doute:
    """The doubt about a word that Windows-1252 cannot have written, with its likely readings only."""
    others = [each for each in _readings(word, encodages) if each.mot != _shown(word)]
    return _doute(numero, word, [each for each in others if is_likely(each.mot) or is_arabic(each.mot)])


def _readings(word: str, encodages: Iterable[str]) -> list[MotLu]:
    return [MotLu(encodage, _as(_shown(word), encodage)) for encodage in encodages]


def _doute(numero: int, word: str, lectures: Iterable[MotLu]) -> Doute:
    return Doute(numero, printed(_shown(word)), tuple(MotLu(each, printed(mot)) for each, mot in lectures))


def _as(word: str, encodage: str) -> str:
    """The word, read as Windows-1252, as another encoding reads the same bytes."""
    return word.encode(WINDOWS, "surrogateescape").decode(encodage, "replace")


def _shown(word: str) -> str:
    """The part of a word that may be shown: around its first sign beyond ASCII, without any digit."""
    found = re.search(r"[^\d\x80-\U0010ffff]{0,20}[^\x00-\x7f][^\d]{0,20}", word)
    return found[0] if found else ""


def read_encoding(name: str) -> str:
    """The encoding of that Python name (``mac_roman``, ``cp1252``…). Blocked where there is none."""
    try:
        found = codecs.lookup(name).name
        "".encode(found)
    except (LookupError, ValueError):
        found = ""
    if not found or found in _NOT_OF_FILES:
        raise Blocked(
            f"--encodage : « {printed(name)[:40]} » n'est pas un encodage de texte ; donnez par exemple utf-8, cp1252 "
            "(Windows), mac_roman (Mac), cp850 (MS-DOS), cp1250, cp1256 ou iso8859-15",
            "this is no text encoding",
        )
    return "utf-8-sig" if found == "utf-8" else found
