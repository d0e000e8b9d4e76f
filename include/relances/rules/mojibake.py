"""Text that was misread before it came: ``marchÃ©``, ``l‚Äôeau``, ``march�``. Its encoding cannot be mended here."""

import re
from typing import Final

_SIGNS: Final = "àâäáãçéèêëíîïñóôöúùûüÿœæÀÂÄÁÃÇÉÈÊËÍÎÏÑÓÔÖÚÙÛÜŒÆ’‘“”«»°€–—…•²³·º§©®™½\xa0"
_READ_AS: Final = ("cp1252", "mac_roman", "cp850", "cp437", "cp1250")
_LOST: Final = "�"


def _misreadings() -> dict[str, str]:
    """What each sign becomes where its UTF-8 is taken for something else."""
    found: dict[str, str] = {}
    for encodage in _READ_AS:
        for sign in _SIGNS:
            found.setdefault(sign.encode().decode(encodage, "ignore"), sign)
    return {misread: sign for misread, sign in found.items() if len(misread) == len(sign.encode())}


_SIGN_OF: Final = _misreadings()
# « M. BÂ » ends with a capital that somebody's name has, before a space that does not break.
_TWICE: Final = re.compile(rf"(?!(?<=[A-ZÀ-Þ])Â[\xa0»])(?:{'|'.join(map(re.escape, _SIGN_OF))})")
_DAMAGE: Final = re.compile(rf"[\x80-\x9f{_LOST}]|(?<=[a-z])[ÃÂ√├┬]|(?<!\S)Ã(?!\S)|{_TWICE.pattern}")
_SUSPECT: Final = re.compile(
    rf"[\x80-\x9f{_LOST}ÃÂ√├┬]|[{''.join(sorted({misread[0] for misread in _SIGN_OF}))}][^\x00-\x7f]"
)
"""A quick sieve: what it does not find is not damaged."""
_AROUND: Final = re.compile(r"[^\s\d;,]{0,20}$"), re.compile(r"[^\s\d;,]{0,20}")  # no figure of a number


def damage(text: str) -> str | None:
    """Why a text cannot be what somebody wrote, with the word that shows it; None where nothing shows."""
    if text.isascii() or not _SUSPECT.search(text):
        return None
    found = _DAMAGE.search(text)
    if found is None:
        return None
    before, after = _AROUND[0].search(text, 0, found.start()), _AROUND[1].match(text, found.end())
    word = (before[0] if before else "") + found[0] + (after[0] if after else "")
    meant = _TWICE.sub(lambda misread: _SIGN_OF[misread[0]], word)
    return (
        f"texte mal lu avant d'arriver ici, « {printed(word)} »"
        + (f" au lieu de « {printed(meant)} »" if meant != word else "")
        + " ; exportez de nouveau en « CSV UTF-8 », corrigez la cellule, ou changez --encodage"
    )


def printed(word: str) -> str:
    """A word as it may be shown: what cannot be is a sign that says so."""
    return "".join(each if each.isprintable() else _LOST for each in word.replace("\xa0", " "))
