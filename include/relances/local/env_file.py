"""Reads a file of variables, and says what it had to guess. No value is ever repeated.

python-dotenv's parser reads it, one line at a time: given a whole file it lets a quote that is never closed swallow
the lines that follow. What it cuts at a ``#``, or decodes after a ``\\``, it does not tell: the remarks here do.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Final

from dotenv.parser import Binding, parse_stream

from relances.local.errors import LocalError
from relances.rules.fichiers import refusal

_LARGEST: Final = 32_768  # bytes: four times .env.example
_LONGEST: Final = 4_096  # characters: the time that the parser takes grows with the square of a line's blanks
_NAME: Final = re.compile(r"\s*(?:export\s+)?['\"]?(\w+)['\"]?", re.ASCII)
_AROUND_EQUALS: Final = re.compile(r"[^=]*?(\s=|=\s)")
_TYPOGRAPHIC_QUOTES: Final = "“”„«»‘’\u00a0 "
_INVISIBLE: Final = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_NEEDS_QUOTES: Final = re.compile(r"[\s#'\"\\]")


@dataclass(frozen=True, slots=True)
class EnvFile:
    """The variables that hold something, and a sentence for each line that reads otherwise than it looks."""

    values: dict[str, str] = field(repr=False)
    remarks: list[str]


def read_env_file(path: Path) -> EnvFile:
    """Raises LocalError when the file is not there, is no text, or is too large to be one of variables."""
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except OSError as error:
        raise LocalError(f"{path} ne peut être lu ({refusal(error)}).") from error
    if len(content) > _LARGEST:
        raise LocalError(
            f"{path} fait plus de {_LARGEST // 1024} Kio, trop pour des variables ; donnez un autre fichier."
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise LocalError(f"{path} n'est pas un texte en UTF-8 ; enregistrez-le ainsi.") from error
    for number, line in enumerate(_lines(text), start=1):
        if len(line) > _LONGEST:
            raise LocalError(f"{path}, ligne {number} : plus de {_LONGEST} caractères ; aucune variable n'en a tant.")
    return read_lines(text)


def read_lines(content: str) -> EnvFile:
    """Read the content of a file of variables."""
    values: dict[str, str] = {}
    seen: dict[str, int] = {}
    remarks: list[str] = []
    for number, line in enumerate(_lines(content), start=1):
        for binding in parse_stream(StringIO(line)):
            said, value = _read(line, binding)
            name = binding.key or _name_of(line)
            if value is not None:
                if name in seen:
                    said.append(f"déjà donnée à la ligne {seen[name]} ; celle-ci l'emporte")
                seen[name] = number
                values[name] = value
            remarks += [f"ligne {number}, {name} : {remark}." for remark in said]
    return EnvFile({name: value for name, value in values.items() if value}, remarks)


def _lines(content: str) -> StringIO:
    return StringIO(content, newline=None)


def _read(line: str, binding: Binding) -> tuple[list[str], str | None]:
    """The remarks on a line and its value; no value where it has none or cannot be read."""
    if binding.value is not None:
        value = _clean(binding.value)
        return list(_remarks(line, binding.value, value)), value
    if binding.error or binding.key is not None:
        return ["illisible, ignorée ; écrivez NOM=valeur, un guillemet se ferme"], None
    return [], None


def _clean(value: str) -> str:
    return value.translate(_INVISIBLE).strip().strip(_TYPOGRAPHIC_QUOTES)


def _remarks(line: str, parsed: str, value: str) -> Iterator[str]:
    written = line.partition("=")[2].strip()
    quoted = written[:1] in {"'", '"'}
    if value and _AROUND_EQUALS.match(line):
        yield "espaces autour de = ôtés"
    if quoted and not _NEEDS_QUOTES.search(value):
        yield "guillemets inutiles ôtés"
    if not quoted and len(written) > len(parsed.strip()):
        yield "ce qui suit # n'est pas lu ; entre apostrophes ('…'), il le serait"
    if not quoted and re.search(r"\s", value):
        yield "la valeur contient un espace, gardé"
    if written.startswith('"') and "\\" in written:
        yield "entre guillemets doubles, \\ change ce qui le suit ; mettez des apostrophes ('…') pour le garder"
    if quoted and value != parsed and value == parsed.strip():
        yield "espaces entre les guillemets ôtés"
    if value != parsed.strip():
        yield "guillemets typographiques ou caractères invisibles ôtés"


def _name_of(line: str) -> str:
    found = _NAME.match(line)
    return found[1] if found else "?"
