"""The bytes of a CSV file that a spreadsheet wrote → its rows, or one sentence that says why there are none.

Spreadsheets in French write ``;`` and Windows-1252, others ``,`` or tabs and UTF-8, with or without its mark.
"""

import csv
import re
import unicodedata
from codecs import getincrementaldecoder
from collections.abc import Iterator
from dataclasses import dataclass
from io import TextIOWrapper
from itertools import chain
from typing import BinaryIO, Final, NamedTuple

from relances.rules.errors import Blocked

SCIENTIFIC: Final = re.compile(r"[+-]?\d+(?:[.,]\d+)?E\+?\d+", re.ASCII | re.IGNORECASE)
"""How a spreadsheet writes a long number: most of its digits are lost."""
AS_TEXT: Final = "donnez à la colonne le format texte, ressaisissez la cellule et exportez de nouveau"

_BLOCK: Final = 1 << 16  # bytes
_LINE_MAX: Final = 1_000_000  # characters: what has no end of line by then is no table
_DELIMITERS: Final = ";,\t"
_QUOTED: Final = re.compile(r'"[^"]*"?')
_DELIMITER_SAID: Final = re.compile(r'"?sep=([;,\t])"?\s*', re.IGNORECASE)  # a first line of Excel's
_FORMULA: Final = re.compile(r'="(.*)"')  # how a text is kept from being read as a number
_UNSEEN: Final = frozenset({"Cc", "Cf"})  # what a telephone's contacts put around the numbers they copy
_GUESSED: Final = "cp1252"
_CURE: Final = "enregistrez-le sous « CSV UTF-8 » dans le tableur"
# What é, ç or œ become where another encoding is taken for Windows-1252: two characters where it was UTF-8, a sign
# within a word where it was that of MS-DOS or ISO-8859-15. No French text has either.
_UTF_8_REST: Final = re.escape(bytes(range(0x80, 0xC0)).decode("cp1252", errors="ignore"))
_MISREAD: Final = re.compile(rf"[ÃÂ][{_UTF_8_REST}]|â€|(?<=[^\W\d_])[‚ƒ„†‡ˆ‰Š‹½¤¾¼]|[‚ƒ„†‡ˆ‰Š‹½¤¾¼](?=[^\W\d_])")
_MAGIC: Final = {
    b"PK\x03\x04": "c'est un classeur, pas un CSV",
    b"\xd0\xcf\x11\xe0": "c'est un classeur, pas un CSV",
    b"\xff\xfe": "il est en UTF-16 (« texte Unicode »)",
    b"\xfe\xff": "il est en UTF-16 (« texte Unicode »)",
}


class Ligne(NamedTuple):
    """A row: the number of its first line in the file, from 1, and its cells without the spreadsheet's marks."""

    numero: int
    cellules: list[str]


@dataclass(frozen=True, slots=True)
class Tableau:
    """The titles of the columns, and the rows below them that are not blank: read once, in flat memory."""

    nom: str
    titres: list[str]
    lignes: Iterator[Ligne]


def read_table(file: BinaryIO, nom: str) -> Tableau:
    """Read a file that can be rewound, and close it at the end; ``nom``: what to call it.

    Blocked where it is no CSV: at once where its beginning tells, else from its rows, naming the line.
    """
    lines = _lines(TextIOWrapper(file, encoding=_encoding(file, nom), newline=""), nom)
    passed, delimiter = 0, None
    for first in lines:
        said = _DELIMITER_SAID.fullmatch(first)
        if said is None and first.strip():
            break
        passed += 1
        delimiter = said[1] if said else delimiter
    else:
        raise Blocked(f"{nom} : le fichier est vide", "the file is empty")
    rows = _rows(chain([first], lines), delimiter or _most_frequent(first), passed, nom)
    return Tableau(nom, next(rows).cellules, (row for row in rows if any(row.cellules)))


def _encoding(file: BinaryIO, nom: str) -> str:
    """UTF-8 where all of it is, else what French spreadsheets write. Blocked where it is no text."""
    file.seek(0)
    head = file.read(4)
    what = next((what for magic, what in _MAGIC.items() if head.startswith(magic)), None)
    if what is not None:
        raise Blocked(f"{nom} : {what} ; {_CURE}", "this is no CSV: save it as CSV UTF-8")
    decoder, encoding = getincrementaldecoder("utf-8")(), "utf-8-sig"
    file.seek(0)
    while encoding == "utf-8-sig":
        block = file.read(_BLOCK)
        try:
            decoder.decode(block, final=not block)
        except UnicodeDecodeError:
            encoding = _GUESSED
        if not block:
            break
    file.seek(0)
    return encoding


def _lines(text: TextIOWrapper, nom: str) -> Iterator[str]:
    """Its lines, with their ends; Blocked where one is no text, is misread or has no end. Closes it."""
    numero, guessed = 0, text.encoding == _GUESSED
    with text:
        while line := _line(text, nom):
            numero += 1
            if "\0" in line or len(line) == _LINE_MAX:
                raise Blocked(
                    f"{nom}, ligne {numero} : ce n'est pas du texte ; {_CURE}", "this is no text: save it as CSV UTF-8"
                )
            if guessed and _MISREAD.search(line):
                raise Blocked(
                    f"{nom}, ligne {numero} : ses accents ne sont ni en UTF-8 ni en Windows-1252 ; {_CURE}",
                    "unknown encoding: save it as CSV UTF-8",
                )
            yield line


def _line(text: TextIOWrapper, nom: str) -> str:
    try:
        return text.readline(_LINE_MAX)
    except UnicodeDecodeError:
        raise Blocked(
            f"{nom} : il n'est ni en UTF-8 ni en Windows-1252 ; {_CURE}", "unknown encoding: save it as CSV UTF-8"
        ) from None


def _rows(lines: Iterator[str], delimiter: str, passed: int, nom: str) -> Iterator[Ligne]:
    """``passed``: how many lines came before."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        numero = passed + reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise Blocked(
                f"{nom}, ligne {numero} : un guillemet est mal placé ou jamais refermé, ou une cellule est démesurée ; "
                "corrigez la ligne",
                "a quote is misplaced or never closed, or a cell is huge",
            ) from None
        yield Ligne(numero, [_plain(cell) for cell in cells])


def _most_frequent(line: str) -> str:
    bare = _QUOTED.sub("", line)
    return max(_DELIMITERS, key=bare.count)


def _plain(cell: str) -> str:
    """What the cell shows: no mark of a text, no unseen character, ordinary spaces."""
    text = " ".join(cell.split())
    if not text.isprintable():
        text = "".join(each for each in text if unicodedata.category(each) not in _UNSEEN).strip()
    formula = _FORMULA.fullmatch(text)
    return (formula[1] if formula else text).removeprefix("'").strip()
