"""Words that exports write where there is nothing: ``NULL``, ``nan``, ``#N/A``, ``-``. None of them is said to anybody.

Two measures. Where a person's name may stand, only what an export writes to the letter: somebody is called Nil, Nan or
Na, and keeps that name. Where a date, an amount or a language stands, any word for nothing.
"""

import re
from typing import Final

_EXPORTED: Final = frozenset({"NULL", "null", "nan", "NaN", "None", "none", "nil", "NaT", "undefined"})
"""To the letter: « Null » and « NAN » may be somebody."""
_NOBODY: Final = frozenset({"néant", "neant"})
# An error of a spreadsheet (#N/A, #NOM?, #DIV/0!), the mark of PostgreSQL's and MySQL's exports, and with a slash or
# dots what letters alone would be somebody's initials: n/a, n.d.
_SIGNED: Final = re.compile(r"#[A-ZÀ-Ý][A-ZÀ-Ý0-9/_]*[!?]|(?i:#n/?[ad])|#GETTING_DATA|\\N|(?i:n/[acd])|n\.[acd]\.")
_BRACKETED: Final = frozenset({"na", "nan", "nat", "nil", "none", "null", "undefined", "missing"})
"""Whatever their case, within brackets or quotes: (NULL), <NA>, [null], 'None'."""
_BRACKETS: Final = re.compile(r"\((.+)\)|<(.+)>|\[(.+)\]|\{(.+)\}|'(.+)'|\"(.+)\"")
_NOTHING: Final = frozenset(
    {"na", "n/a", "nan", "nat", "nil", "null", "none", "nc", "n.c", "nd", "n.d", "undefined", "unknown", "missing"}
    | {"néant", "neant", "rien", "vide", "aucun", "aucune", "inconnu", "inconnue", "sans objet", "non disponible"}
    | {f"non {word}{e}" for word in ("renseigné", "renseigne", "défini", "defini", "communiqué") for e in ("", "e")}
)


def says_nothing(text: str) -> bool:
    """Whether a cell, of a name or not, holds but words that exports write for nothing, and signs. So does none."""
    words = text.split()
    return all(map(_is_nothing, words)) or _repeat_nothing(words)


def is_absent(text: str) -> bool:
    """The same of a cell that is no name: any word for nothing."""
    return says_nothing(text) or text.strip().casefold().rstrip(".") in _NOTHING


def spoken(name: str) -> str:
    """What may be said of a name, without the words that exports wrote in it; empty where nothing is left."""
    words = name.split()
    found = list(map(_is_nothing, words))
    # A spreadsheet shows 0 for an empty cell of another sheet.
    if all(found) or _repeat_nothing(words) or not name.strip(" 0.,"):
        return ""
    if not any(found):
        return name
    return " ".join(word for word, nothing in zip(words, found, strict=True) if not nothing or _is_sign(word))


def _repeat_nothing(words: list[str]) -> bool:
    """« NA NA » is nobody: both columns of a name hold what one of them alone might mean."""
    return len(words) > 1 and words[0] == words[1] and len(set(words)) == 1 and words[0].casefold() in _NOTHING


def _is_nothing(word: str) -> bool:
    if word.isalpha():
        return word in _EXPORTED or word.casefold() in _NOBODY
    if _is_sign(word) or _SIGNED.fullmatch(word):
        return True
    inside = _BRACKETS.fullmatch(word)
    return inside is not None and inside[inside.lastindex or 0].casefold() in _BRACKETED


def _is_sign(word: str) -> bool:
    return not any(map(str.isalnum, word))
