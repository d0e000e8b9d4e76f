"""Words that exports write where there is nothing: ``NULL``, ``nan``, ``#N/A``, ``-``. No message repeats them.

Two measures. Where a person's name may stand, only what an export writes to the letter: somebody is called Nil, Nan or
Na, and keeps that name. Where a date, an amount, a language or a tax stands, any word for nothing.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final, TypeAlias

_EXPORTED: Final = frozenset({"NULL", "null", "nan", "NaN", "None", "none", "NONE", "nil", "NaT"})
"""To the letter: « Null » and « NAN » may be somebody."""
_BRACKETED: Final = frozenset({"na", "nan", "nat", "nc", "nd", "nil", "none", "null", "missing", "rien", "vide"})
"""Whatever their case, within brackets or quotes: (NULL), <NA>, [null], 'None', «vide»."""
_NOTHING: Final = _BRACKETED | {"nr", "ras"}

_E: Final = r"(?:e|\(e\)|[.·-]e)?s?"
# An error of a spreadsheet (#N/A, #NOM ?, #DIV/0!), the mark of PostgreSQL's and MySQL's exports, and with a slash or
# dots what letters alone would be somebody's initials: n/a, n.d.
_SIGNED: Final = r"#[A-ZÀ-Ý][A-ZÀ-Ý0-9/_]*[ \xa0]?[!?]|(?i:#n/?[ad])|#GETTING_DATA|\\N|(?i:n/[acd])|n\.[acd]\."
# What is nobody's name, in any case.
_SAID: Final = (
    rf"undefined|unknown|anonyme|n[ée]ant|aucun{_E}|ind[ée]fini{_E}|ind[ée]termin[ée]{_E}|inconnu{_E}"
    r"|(?:not|non)[ -](?:available|applicable|provided|specified|known|set)|no[ -]name|sans[ -](?:nom|objet)"
    r"|(?:non|pas)[ -](?:applicable|disponible"
    rf"|(?:renseign[ée]|d[ée]fini|communiqu[ée]|pr[ée]cis[ée]|indiqu[ée]|connu|sp[ée]cifi[ée]|fourni|saisi){_E})"
)
_APART: Final = r"\s,;/|"
_WORD: Final = re.compile(
    rf"(?<![^{_APART}])(?=[^\w\s]{{0,3}}[#\\NUAIPSnuaips])[^\w\s]{{0,3}}?(?:(?P<signed>{_SIGNED})|(?P<said>(?i:{_SAID})))[^\w\s]{{0,3}}(?![^{_APART}])"
    rf"|(?P<word>[^{_APART}]+)"
)
"""A word, with the signs around it; or a phrase."""
_LETTERS: Final = re.compile(r"[^\W_]+")
_OPENING: Final = "(<[{'\"“«‘„‹`"
_CLOSING: Final = ")>]}'\"”»’“›`"
_EDGES: Final = " ,;/|&+:–—-"
"""What joins to the others a word that is left out."""

_CIVILITES: Final = frozenset(
    {"m", "mm", "mr", "mrs", "ms", "mme", "mmes", "mlle", "mlles", "melle", "miss", "monsieur", "messieurs", "madame"}
    | {"mesdames", "mademoiselle", "dr", "docteur", "pr", "me", "maître", "maitre", "veuve", "vve"}
)
_BETWEEN: Final = frozenset({"et", "ou"})

_Word: TypeAlias = re.Match[str]


def says_nothing(text: str) -> bool:
    """Whether a cell holds only words that exports write for nothing, and signs; an absent cell does."""
    return _is_empty(_judged(text, _is_nothing))


def is_absent(text: str) -> bool:
    """Whether a cell that is not a name holds only a word for nothing, of any kind."""
    return _is_empty(_judged(text, _is_nothing_at_all))


def name_in(cell: str) -> str:
    """A name without the words for nothing that exports wrote in it; empty where nothing is left."""
    return _without(cell, _is_nothing)


def spoken(name: str) -> str:
    """The whole name as a message may say it; empty where it names nobody, as « M. » alone."""
    found = name_in(name)
    return "" if _are_civilites(_LETTERS.findall(found)) else found


@lru_cache(maxsize=4096)
def taxe_in(libelle: str) -> str:
    """A tax's name as a message may say it; empty where it holds only words for nothing."""
    # « sans objet » may be a part of what it says.
    return "" if is_absent(libelle) else _without(libelle, _is_exported)


def _judged(text: str, nothing: Callable[[_Word], bool]) -> list[tuple[_Word, bool]]:
    return [(word, nothing(word)) for word in _WORD.finditer(text)]


def _without(text: str, nothing: Callable[[_Word], bool]) -> str:
    words = _judged(text, nothing)
    # A spreadsheet shows 0 for an empty cell of another sheet.
    if _is_empty(words) or not text.strip(" 0.,"):
        return ""
    left_out = [word.span() for word, is_nothing in words if is_nothing and not _is_sign(word[0])]
    if not left_out:
        return text
    starts, ends = zip(*left_out, strict=True)
    first, *others = (text[start:end] for start, end in zip((0, *ends), (*starts, len(text)), strict=True))
    return " ".join(" ".join([first, *(other.lstrip(_EDGES) for other in others)]).split()).strip(_EDGES)


def _is_empty(words: list[tuple[_Word, bool]]) -> bool:
    """Whether a whole name is nobody's: « NA NA » (both columns hold one word for nothing), « M. NULL »."""
    said = [word[0] for word, is_nothing in words if not is_nothing]
    if len(said) < len(words) and _are_civilites([each for word in said for each in _LETTERS.findall(word)]):
        return True
    return not said or (len(said) > 1 and len(set(map(_letters, said))) == 1 and _letters(said[0]) in _NOTHING)


def _are_civilites(words: list[str]) -> bool:
    return all(word.casefold() in _CIVILITES or word in _BETWEEN for word in words)


def _is_nothing(word: _Word) -> bool:
    return word["said"] is not None or _is_exported(word)


def _is_exported(word: _Word) -> bool:
    if word["signed"] is not None or _is_sign(word[0]):
        return True
    if word["word"] is None:
        return False
    if word[0].isalpha():
        return word[0] in _EXPORTED
    letters = _LETTERS.findall(word[0])
    bare = word[0].rstrip(".:!?")
    if bare[:1] in _OPENING and bare[-1:] in _CLOSING and _letters(bare) in _BRACKETED:
        return True
    # « M.NULL » is one word too.
    return not _EXPORTED.isdisjoint(letters) and _are_civilites([each for each in letters if each not in _EXPORTED])


def _is_nothing_at_all(word: _Word) -> bool:
    return (
        _is_nothing(word) or _letters(word[0]) in _NOTHING or _NOTHING.issuperset(_LETTERS.findall(word[0].casefold()))
    )


def _letters(word: str) -> str:
    """The letters of a word: « nc » for « N.C. »."""
    return "".join(_LETTERS.findall(word)).casefold()


def _is_sign(word: str) -> bool:
    return not any(map(str.isalnum, word))
