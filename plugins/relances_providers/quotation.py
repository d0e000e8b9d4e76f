"""What a provider says, made fit to be repeated in an error, an alert or a note of the tax application.

It may repeat what it was sent: the text, the debtor's name in it, the number, a secret. It may hold what a terminal or
a chat obeys. What is left is one short line that says neither and does nothing.
"""

import re
import unicodedata
from base64 import b64decode
from collections.abc import Iterable, Iterator
from html import unescape
from typing import Final
from urllib.parse import unquote

import httpx

from relances_providers.discretion import HIDDEN, hidden_in, shown_in, without_numbers, without_secrets

_LONGEST: Final = 200  # characters of what a provider says that are worth repeating
_READ: Final = 4_000  # of what it says that are looked at
_ESCAPES: Final = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|.)|\x9b[0-?]*[ -/]*[@-~]")
_CODED: Final = re.compile(r"\\u([0-9a-fA-F]{4})")
_BLANK: Final = re.compile(r"\s+|[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_WORD: Final = re.compile(r"[^\W_]+")
_RUN: Final = re.compile(rf"{HIDDEN}(?:[^\w{HIDDEN[0]}]{{0,3}}{HIDDEN})+")
_OPAQUE: Final = re.compile(r"(?<![\w-])(?=\S*[0-9A-Z])(?!\S*://)[\w+/=-]{41,}")  # no word of an explanation
_BRACKETS: Final = str.maketrans("<>", "‹›")

_SAID_BY_ALL: Final = frozenset(
    _WORD.findall(
        """
        a an and are at be by can for from has have id in invalid is it must no not of on one or please than that the
        them this to too with you your allowed character characters code content contains empty error field format
        length long message messages missing number phone recipient request sender service sms text type value
        au aux avec ce ces cette dans de des doit du elle en est et etre il ils la le les leur mais ne non on ou par pas
        pour que qui sans se son sont sur un une votre vous caractere caracteres contenu destinataire erreur expediteur
        invalide longueur numero obligatoire telephone texte trop valeur vide
        """
    )
)
"""Words that reminders and explanations share, which name nobody."""


def quote(said: str, response: httpx.Response, hiding: Iterable[str] = ()) -> str:
    """What an answer says, without any word that only the request, or a text of ``hiding``, can have given it."""
    try:
        request = response.request
    except RuntimeError:  # an answer to nothing, as a test makes it
        request = httpx.Request("GET", "")
    kind = request.headers.get("Content-Type", "")
    sent = [*hidden_in(request.content, kind), *_credentials(request.headers.get("Authorization", ""))]
    line = without_numbers(_readable(said))
    return plain(_without_words(line, [*sent, *hiding], shown_in(request.content, kind)))


def plain(said: str) -> str:
    """One short line without numbers, secrets, or anything that a terminal or a chat would obey."""
    line = without_secrets(without_numbers(_readable(said)))
    line = _OPAQUE.sub(HIDDEN, line).translate(_BRACKETS)
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def _readable(said: str) -> str:
    """Its letters as they are meant, on one line, and nothing unseen."""
    text = said[:_READ]
    for _ in range(2):  # what is escaped may have been so twice
        text = unquote(unescape(_CODED.sub(lambda found: chr(int(found[1], 16)), text)))
    text = _BLANK.sub(" ", _ESCAPES.sub(" ", text))
    text = "".join(each for each in unicodedata.normalize("NFC", text) if each.isprintable())
    return " ".join(text.split())


def _without_words(said: str, hiding: Iterable[str], kept: Iterable[str]) -> str:
    texts = [_readable(way) for text in hiding for way in _ways_to_say(text)]
    words = {word for text in texts for word in _words(text)}
    words -= _SAID_BY_ALL | {word for text in kept for word in _words(text)}
    if not words:
        return said
    long, joined = [word for word in words if len(word) >= 4], ["".join(_WORD.findall(_folded(text))) for text in texts]
    hidden = False

    def judged(found: re.Match[str]) -> str:
        nonlocal hidden
        word = _folded(found[0])
        hidden = word not in _SAID_BY_ALL and (
            word in words
            or (len(word) >= 5 and any(word in text for text in joined))
            or any(known in word for known in long)
            or (hidden and any(known.startswith(word) for known in words))  # cut short in the middle of a name
        )
        return HIDDEN if hidden else found[0]

    return _RUN.sub(HIDDEN, _WORD.sub(judged, said))


def _ways_to_say(text: str) -> Iterator[str]:
    """A text as it is, and as who mistakes its characters repeats it."""
    yield text
    if not text.isascii():
        said = text.encode("utf-8", "replace")
        yield from (said.decode("latin-1"), said.decode("cp1252", "replace"), text.encode("ascii", "replace").decode())


def _words(text: str) -> Iterator[str]:
    """Its words, without accents; and what is left of those that an alphabet without accents breaks."""
    yield from (word for word in _WORD.findall(_folded(text)) if len(word) > 1)
    yield from re.findall(r"[a-z]{3,}", text.casefold())


def _folded(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text).replace("œ", "oe").replace("Œ", "oe")
    return "".join(each for each in letters if not unicodedata.combining(each)).casefold()


def _credentials(header: str) -> list[str]:
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "basic":
        return [value] if value else []
    try:
        return [value, b64decode(value).decode().partition(":")[2]]
    except ValueError:
        return [value]
