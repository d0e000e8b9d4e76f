"""Text that was misread before it came: ``marchÃ©``, ``l‚Äôeau``, ``march�``. Its encoding cannot be mended here."""

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

from relances.rules.orthographe import fits

_SIGNS: Final = "àâäáãçéèêëíîïñóôöúùûüÿœæÀÂÄÁÃÇÉÈÊËÍÎÏÑÓÔÖÚÙÛÜŒÆ’‘“”«»°€–—…•²³·º§©®™½\xa0"
_READ_AS: Final = ("cp1252", "mac_roman", "cp850", "cp437", "cp1250")
_LOST: Final = "�"


def _misreadings() -> dict[str, str]:
    """By what its UTF-8 looks like when read in another encoding, the sign that was meant."""
    found: dict[str, str] = {}
    for encodage in _READ_AS:
        for sign in _SIGNS:
            found.setdefault(sign.encode().decode(encodage, "ignore"), sign)
    return {misread: sign for misread, sign in found.items() if len(misread) == len(sign.encode())}


_SIGN_OF: Final = _misreadings()
# « M. BÂ » ends with a capital that somebody's name has, before a space that does not break.
_TWICE: Final = re.compile(rf"(?!(?<=[A-ZÀ-Þ])Â[\xa0»])(?:{'|'.join(map(re.escape, _SIGN_OF))})")
# Bytes of another encoding that are UTF-8 by accident: « d’étal » of a Mac is « dՎtal », « MARCHÉ… » of Windows
# « MARCHɅ ». Nobody writes a word in two alphabets; what has none, as Chinese, is written beside Latin letters.
_LATIN: Final = "[A-Za-zÀ-ÖØ-öø-\u02af\u1e00-\u1eff]"
_OTHER: Final = r"(?![\d_])[\u0370-\u1cff\u1f00-\u1fff](?<=[\w\u0483-\u0489\u055a-\u055f])"
_MIXED: Final = re.compile(
    rf"{_LATIN}[\u0300-\u036f]*{_OTHER}|{_OTHER}{_LATIN}|(?<=[A-Z]{{2}})(?:[\u0250-\u02af]|[ǠȠɅ])"
)
_DAMAGE: Final = re.compile(rf"[\x80-\x9f{_LOST}]|(?<=[a-z])[ÃÂ√├┬]|(?<!\S)Ã(?!\S)|{_TWICE.pattern}|{_MIXED.pattern}")
_SUSPECT: Final = re.compile(
    rf"[\x80-\x9f{_LOST}ÃÂ√├┬\u01e0\u0220\u0245\u0250-\u02af\u0370-\u1cff\u1f00-\u1fff]"
    rf"|[{''.join(sorted({misread[0] for misread in _SIGN_OF}))}][^\x00-\x7f]"
)
"""A quick sieve: what it does not find is not damaged."""
_AROUND: Final = re.compile(r"[^\s\d;,]{0,20}$"), re.compile(r"[^\s\d;,]{0,20}")  # no figure of a number


def damage(text: str) -> str | None:
    """Why a text is damaged, quoting the word that shows it; None where nothing shows."""
    if text.isascii() or not _SUSPECT.search(text):
        return None
    found = _DAMAGE.search(text)
    if found is None:
        return None
    before, after = _AROUND[0].search(text, 0, found.start()), _AROUND[1].match(text, found.end())
    word = (before[0] if before else "") + found[0] + (after[0] if after else "")
    meant = _TWICE.sub(lambda misread: _SIGN_OF[misread[0]], word)
    if meant == word and _MIXED.search(word):
        meant = next(filter(fits, _otherwise(word)), word)
    return (
        f"texte mal lu avant d'arriver ici, « {printed(word)} »"
        + (f" au lieu de « {printed(meant)} »" if meant != word else "")
        + " ; exportez de nouveau en « CSV UTF-8 », corrigez la cellule, ou changez --encodage"
    )


def _otherwise(word: str) -> Iterator[str]:
    """What a word would be whose bytes were UTF-8 by accident."""
    for encodage in _READ_AS:
        with suppress(UnicodeError):
            yield word.encode().decode(encodage)


def printed(word: str) -> str:
    """A word as it may be shown: what cannot be is a sign that says so."""
    return "".join(each if each.isprintable() else _LOST for each in word.replace("\xa0", " "))
