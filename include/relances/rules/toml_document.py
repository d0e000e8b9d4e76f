"""A TOML file as read, and the line of whatever is in it."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from relances.rules.errors import Blocked

_CLOSED: Final = re.compile(r""""(?:[^"\\]|\\.)*"|'[^']*'|#.*""")
_SPACED: Final = re.compile(r"=\s*([0-9]+(?:\s+[0-9]+)+)\s*")
_COMMA: Final = re.compile(r"=\s*([0-9]+),([0-9]+)\s*")

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
        # tomllib tells no lines. What stands there begins after the longest beginning of the text that is TOML and
        # does not hold it.
        before, lines = 0, self.text.split("\n")
        for number in range(1, len(lines) + 1):
            try:
                read = tomllib.loads("\n".join(lines[:number]))
            except tomllib.TOMLDecodeError:  # in the midst of a value
                continue
            if _holds(read, place):
                break
            before = number
        return before + 1


def read_toml(path: Path) -> TomlDocument:
    """Blocked where the file cannot be read or is no TOML."""
    try:
        text = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as error:
        wrong = "n'existe pas" if isinstance(error, FileNotFoundError) else f"ne peut être lu ({error.strerror})"
        raise Blocked(
            f"la politique {path} {wrong} ; corrigez RELANCES_POLITIQUE, qui la nomme, ou le fichier et ses droits",
            "the policy cannot be read: mend RELANCES_POLITIQUE, which names it, or the file and its rights",
        ) from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise Blocked(
            f"{path.name}, ligne {line} : enregistrez le fichier en UTF-8", "the file is not UTF-8"
        ) from error
    try:
        return TomlDocument(path.name, text, tomllib.loads(text))
    except ValueError as error:  # TOMLDecodeError, and what Python says of an endless number
        found = re.search("at line ([0-9]+)", str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        raise Blocked(f"{path.name}, ligne {line} : " + _cure(text.split("\n")[line - 1]), str(error)) from error


def _cure(line: str) -> str:
    """What to do about a line that is no TOML."""
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
