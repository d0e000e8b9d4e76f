"""The bytes of a CSV file that a spreadsheet wrote → its rows, or one sentence that says why there are none.

Spreadsheets in French write ``;`` and Windows-1252, others ``,`` or tabs and UTF-8, with or without its mark. What is
in neither is read by the encoding that somebody names, or not at all.
"""

import csv
import re
import unicodedata
from codecs import getincrementaldecoder
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import TextIOWrapper
from itertools import chain
from typing import BinaryIO, Final, NamedTuple

from relances.rules.encodage import WINDOWS, Doute, find_doubt
from relances.rules.errors import Blocked
from relances.rules.mojibake import damage

SCIENTIFIC: Final = re.compile(r"[+-]?\d+(?:[.,]\d+)?E\+?\d+", re.ASCII | re.IGNORECASE)
"""How a spreadsheet writes a long number: most of its digits are lost."""
AS_TEXT: Final = "donnez à la colonne le format texte, ressaisissez la cellule et exportez de nouveau"

_BLOCK: Final = 1 << 16  # bytes
_HEAD: Final = 4096  # bytes, that tell how wide letters are
_FEW: Final = 8  # bytes, that tell nothing
_LINE_MAX: Final = 1_000_000  # characters: what has no end of line by then is no table
_DELIMITERS: Final = ";,\t"
_QUOTED: Final = re.compile(r'"[^"]*"?')
_DELIMITER_SAID: Final = re.compile(r'"?sep=([;,\t])"?\s*', re.IGNORECASE)  # a first line of Excel's
_FORMULA: Final = re.compile(r'="(.*)"')  # how a text is kept from being read as a number
_UNSEEN: Final = frozenset({"Cc", "Cf"})  # what a telephone's contacts put around the numbers they copy
_CURE: Final = "enregistrez-le sous « CSV UTF-8 » dans le tableur"
_MAGIC: Final = {
    b"PK\x03\x04": "c'est un classeur, pas un CSV",
    b"\xd0\xcf\x11\xe0": "c'est un classeur, pas un CSV",
}
_MARKS: Final = {
    b"\xff\xfe\0\0": "utf-32",
    b"\0\0\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
"""How files begin that say their encoding themselves, the longer first; UTF-8's mark is optional."""
_WIDE: Final[Mapping[tuple[bool, ...], str]] = {
    (False, True, False, True): "utf-16-le",
    (True, False, True, False): "utf-16-be",
    (False, True, True, True): "utf-32-le",
    (True, True, True, False): "utf-32-be",
}
"""Which bytes of each four are NUL where most letters are those of English."""


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


def read_table(file: BinaryIO, nom: str, encodage: str | None = None) -> Tableau:
    """Read a file that can be rewound, and close it at the end; ``nom``: what to call it.

    ``encodage``: as :func:`read_encoding` gives it; None: that of the file, where it leaves no doubt. Blocked where it
    is no CSV, or in no sure encoding: at once where that can be told, else from its rows, naming the line.
    """
    # What the encoding that is named cannot hold becomes a sign of which each cell is cured.
    lines = _all(TextIOWrapper(file, _encoding(file, nom, encodage), errors="replace", newline=""), nom)
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
    titres = next(rows)
    for titre in titres.cellules:
        if why := damage(titre):
            raise Blocked(f"{nom}, ligne {titres.numero} : {why}", "the titles are damaged text: see --encodage")
    return Tableau(nom, titres.cellules, (row for row in rows if any(row.cellules)))


def _encoding(file: BinaryIO, nom: str, named: str | None) -> str:
    """That which is named or that the file says, else UTF-8 where all of it is, else Windows-1252 where it surely is.

    Blocked otherwise, and where it is no text.
    """
    file.seek(0)
    head = file.read(_HEAD)
    what = next((what for magic, what in _MAGIC.items() if head.startswith(magic)), None)
    if what is not None:
        raise Blocked(f"{nom} : {what} ; {_CURE}", "this is no CSV: save it as CSV UTF-8")
    said = next((encoding for mark, encoding in _MARKS.items() if head.startswith(mark)), None)
    _check_units(head, nom, named, said)
    encoding = named or said or ("utf-8-sig" if _is_utf_8(file) else WINDOWS)
    file.seek(0)
    if encoding == WINDOWS and named is None:
        text = TextIOWrapper(file, encoding=WINDOWS, errors="surrogateescape", newline="")
        doubt = find_doubt(_lines(text, nom))
        text.detach()  # or it would close the file
        if doubt is not None:
            raise _unsure(doubt, nom)
        file.seek(0)
    return encoding


def _check_units(head: bytes, nom: str, named: str | None, said: str | None) -> None:
    """Blocked where the order of the bytes of UTF-16 or UTF-32 is said neither by the file nor by who asks."""
    wide = None if said or len(head) < _FEW else _WIDE.get(_nuls(head))
    if named in _MARKS.values() and head and said != named:
        raise Blocked(
            f"{nom} : il n'a pas la marque d'un fichier en {named} ; "
            + (f"donnez --encodage {wide}" if wide else f"ôtez --encodage, ou donnez {named}-le ou {named}-be"),
            f"it has not the mark of {named}: name {wide or f'{named}-le or {named}-be, or nothing'}",
        )
    if wide and named not in _WIDE.values():
        raise Blocked(
            f"{nom}, ligne 1 : ce n'est pas du texte à lire octet par octet ; {_CURE}, ou ajoutez --encodage {wide}",
            f"its letters have several bytes: save it as CSV UTF-8, or name {wide} with --encodage",
        )


def _nuls(head: bytes) -> tuple[bool, ...]:
    return tuple(2 * head[place::4].count(0) > len(head[place::4]) for place in range(4))


def _is_utf_8(file: BinaryIO) -> bool:
    decoder = getincrementaldecoder("utf-8")()
    file.seek(0)
    try:
        while block := file.read(_BLOCK):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _unsure(doubt: Doute, nom: str) -> Blocked:
    read_as = " ou ".join(f"« {lecture.mot} » en {lecture.encodage}" for lecture in doubt.lectures)
    named = " ou ".join(f"--encodage {lecture.encodage}" for lecture in doubt.lectures)
    known = any(lecture.encodage == WINDOWS for lecture in doubt.lectures)
    return Blocked(
        f"{nom}, ligne {doubt.ligne} : "
        + ("son encodage n'est pas sûr" if known else "ses accents ne sont ni en UTF-8 ni en Windows-1252")
        + (f" (« {doubt.mot} » se lirait {read_as})" if read_as else f" (« {doubt.mot} »)")
        + f" ; {_CURE}{named and f', ou ajoutez {named}'}",
        "unknown encoding: save it as CSV UTF-8, or name it with --encodage",
    )


def _all(text: TextIOWrapper, nom: str) -> Iterator[str]:
    with text:
        yield from _lines(text, nom)


def _lines(text: TextIOWrapper, nom: str) -> Iterator[str]:
    """The lines of the file, line ends kept; Blocked where one is no text, or is longer than any real one."""
    numero = 0
    while line := text.readline(_LINE_MAX):
        numero += 1
        if "\0" in line or len(line) == _LINE_MAX:
            raise Blocked(
                f"{nom}, ligne {numero} : ce n'est pas du texte ; {_CURE}", "this is no text: save it as CSV UTF-8"
            )
        yield line


def _rows(lines: Iterator[str], delimiter: str, passed: int, nom: str) -> Iterator[Ligne]:
    """The rows below. ``passed``: how many lines came before."""
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
    """What the cell shows: no mark of a text, no unseen character, ordinary spaces, accents on their letters.

    Damaged, it stays as it is.
    """
    if not cell.isascii() and damage(cell):
        return cell
    text = " ".join(cell.split())
    if not text.isprintable():
        text = "".join(each for each in text if unicodedata.category(each) not in _UNSEEN).strip()
    text = unicodedata.normalize("NFC", text)
    formula = _FORMULA.fullmatch(text)
    return (formula[1] if formula else text).removeprefix("'").strip()
