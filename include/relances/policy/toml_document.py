"""A TOML file as read, and the line of whatever is in it."""

import re
import tomllib
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from relances.rules.errors import Blocked
from relances.rules.fichiers import refusal

_CLOSED: Final = re.compile(r""""(?:[^"\\]|\\.)*"|'[^']*'|#.*""")
_SPACED: Final = re.compile(r"=\s*([0-9]+(?:\s+[0-9]+)+)\s*")
_COMMA: Final = re.compile(r"=\s*([0-9]+),([0-9]+)\s*")

_TOKEN: Final = re.compile(
    r"""
    "{3}(?:\\.|[^\\])*?"{3} | '{3}.*?'{3}           # texts of several lines
    | "(?:\\.|[^"\\\n])*" | '[^'\n]*' | \#[^\n]*  # texts, comments
    | [\[\]{}] | \n
    """,
    re.DOTALL | re.VERBOSE,
)
_LARGEST: Final = 65_536  # bytes: ten times the product's own policy, and read in no time
_LONGEST: Final = 10_000  # characters of a line
_DEEPEST: Final = 50  # points of a line, but for its texts: a name of tens of thousands of parts takes minutes

Place: TypeAlias = tuple[str | int, ...]
"""Where something is in a document: ``("niveau", 1, "canal")`` in the second ``[[niveau]]``."""


@dataclass(frozen=True, slots=True)
class TomlDocument:
    """``file``: its name, for messages."""

    file: str
    text: str
    content: Mapping[str, object]

    def where(self, place: Place) -> str:
        """``politique.toml, ligne 23``, where what stands at that place begins; the file alone for all of it."""
        return f"{self.file}, ligne {self._line(place)}" if place else self.file

    def _line(self, place: Place) -> int:
        # tomllib tells no lines. What stands there begins after the longest beginning of the text, of whole settings,
        # that does not hold it.
        ends = list(_ends(self.text))
        first = bisect_left(ends, x=True, key=lambda end: self._holds_before(end, place))
        return self.text.count("\n", 0, ends[first - 1] if first else 0) + 1

    def _holds_before(self, end: int, place: Place) -> bool:
        try:
            return _holds(tomllib.loads(self.text[:end]), place)
        except tomllib.TOMLDecodeError:
            return False


def _ends(text: str) -> Iterator[int]:
    """The offsets where a setting may end: ends of lines outside any bracket or multi-line text."""
    depth = 0
    for token in _TOKEN.finditer(text):
        match token.group():
            case "[" | "{":
                depth += 1
            case "]" | "}":
                depth -= 1
            case "\n" if depth == 0:
                yield token.end()


def read_file(path: Path) -> str:
    """The text of a policy's file. Blocked where it cannot be read, or is too long to be one."""
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
        if len(content) > _LARGEST:
            raise Blocked(
                f"{path.name} fait plus de {_LARGEST // 1024} Kio, trop pour une politique ; corrigez "
                "RELANCES_POLITIQUE",
                "the file is too large to be a policy",
            )
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as error:
        wrong = "n'existe pas" if isinstance(error, FileNotFoundError) else f"ne peut être lu ({refusal(error)})"
        raise Blocked(
            f"la politique {path} {wrong} ; corrigez RELANCES_POLITIQUE, qui la nomme, ou le fichier et ses droits",
            "the policy cannot be read: mend RELANCES_POLITIQUE, which names it, or the file and its rights",
        ) from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise Blocked(
            f"{path.name}, ligne {line} : enregistrez le fichier en UTF-8", "the file is not UTF-8"
        ) from error


def parse_toml(name: str, text: str) -> TomlDocument:
    """``name``: of the file that the text is of, for messages. Blocked where it is no TOML, or too deep."""
    _refuse_endless_lines(name, text)
    try:
        return TomlDocument(name, text, tomllib.loads(text))
    except RecursionError:
        raise Blocked(
            f"{name} : des crochets ou des accolades trop imbriqués ; aucun réglage n'en demande autant",
            "brackets nested too deep",
        ) from None
    except ValueError as error:  # TOMLDecodeError, and what Python says of an endless number
        found = re.search("at line ([0-9]+)", str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        raise Blocked(f"{name}, ligne {line} : " + _cure(text.split("\n")[line - 1]), str(error)) from error


def _refuse_endless_lines(name: str, text: str) -> None:
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > _LONGEST or line.count(".") > _DEEPEST < _CLOSED.sub("", line).count("."):
            raise Blocked(
                f"{name}, ligne {number} : trop longue, ou trop de points dans un nom ; coupez-la en plusieurs",
                "a line is too long, or a name has too many parts",
            )


def _cure(line: str) -> str:
    """The cure for a line that is not TOML."""
    bare = _CLOSED.sub("", line)
    value = bare[bare.find("=") :]
    if spaced := _SPACED.fullmatch(value):
        return f"écrivez {''.join(spaced[1].split())}, sans espace"
    if comma := _COMMA.fullmatch(value):
        return f"écrivez {comma[1]}.{comma[2]}, avec un point"
    if '"' in bare or "'" in bare:
        return "guillemet fermant oublié ; ajoutez-le"
    return "attendu [table] ou nom = valeur, les textes entre guillemets, chaque nom une seule fois"


def _holds(content: object, place: Place) -> bool:
    if not place:
        return True
    match content, place[0]:
        case dict(), str(key) if key in content:
            return _holds(content[key], place[1:])
        case list(), int(number) if number < len(content):
            return _holds(content[number], place[1:])
        case _:
            return False
