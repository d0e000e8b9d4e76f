"""What may be shown of what goes over the wire: no phone number, no secret, no text of a message.

Secrets and texts are known by the names of their fields, numbers by their digits, wherever they are.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import parse_qsl, unquote

HIDDEN: Final = "••••"
_GAP: Final = r"[ \t\u00a0\u2009\u202f./()\u2010-\u2015-]{0,3}"  # what people write between digits
_DATE: Final = (
    r"(?:19|20)\d\d-[01]\d-[0-3]\d(?:[T ][0-2]\d:[0-5]\d(?::\d\d(?:[.,]\d{1,9})?)?)?"  # 2026-11-21T08:00:00.000
    r"|[0-3]\d/[01]\d/(?:19|20)\d\d"
    r"|[0-3]\d [A-Z][a-z]{2} (?:19|20)\d\d [0-2]\d:[0-5]\d:\d\d"  # 21 Nov 2026 08:00:00
)
_ID: Final = r"[A-Z]{2}[0-9a-f]{32}(?![0-9a-zA-Z])|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-zA-Z])"
_NUMBER: Final = re.compile(rf"(?P<kept>(?<!\d)(?:{_DATE})(?!{_GAP}\d)|(?<![0-9A-Za-z])(?:{_ID}))|\d(?:{_GAP}\d){{5,}}")
_PHONE: Final = re.compile(r"(whatsapp:)?\+?(\d{10,15})")
_SECRETS: Final = frozenset(
    {"password", "secret", "client_secret", "access_token", "refresh_token", "id_token", "authorization", "auth_token"}
    | {"token", "assertion", "api_key"}
)
_BEARER: Final = re.compile(r"\b(Bearer|Basic) [^\s\"',;}<]+", re.IGNORECASE)
_SECRET_SAID: Final = re.compile(
    rf"""((?:{"|".join(sorted(_SECRETS))})["']?\s*[=:]\s*["']?(?:Bearer\s+|Basic\s+)?)[^\s"'&,;}}<]+""", re.IGNORECASE
)
_TEXTS: Final = frozenset({"message", "body", "contentvariables", "text", "display_name"})
_EXPLAINED: Final = frozenset({"code", "statuscode", "error", "field"})  # beside them, a refusal's "message" is its why
_LONGEST: Final = 2_000  # characters of a body worth reading in a log
_UNPRINTED: Final = "\ufffd"  # for what a terminal would obey, or no log can hold


def mask(phone: str) -> str:
    """A phone number fit for a log: ``24166123456`` → ``+241••••3456``. A short one is hidden whole."""
    digits = phone.removeprefix("+")
    return f"+{digits[:3]}{HIDDEN}{digits[-4:]}" if len(digits) >= 10 else HIDDEN


def without_numbers(text: str) -> str:
    """The text with whatever could be a phone number hidden: six digits or more, however they are spaced.

    Dates stay, and ids of the shapes that providers give (a UUID, two letters and 32 hexadecimal digits).
    """
    return _NUMBER.sub(lambda found: found["kept"] or HIDDEN, text)


def shown_url(url: str) -> str:
    """An address fit for a log: its path without numbers, its query as :func:`shown` shows a form."""
    address, mark, query = url.partition("?")
    scheme, separator, rest = address.partition("://")
    host, slash, path = rest.partition("/")  # a host may be digits alone, an address of the network
    fields = "&".join(f"{name}={_hide(value, name)}" for name, value in parse_qsl(query, keep_blank_values=True))
    return f"{scheme}{separator}{host}{slash}{without_numbers(unquote(path))}{mark}{fields}"


def shown(content: bytes, content_type: str = "", *, refusal: bool = False) -> str:
    """A body fit for a log, cut where it is long. ``refusal``: it explains an error, and no text of ours is in it."""
    try:
        hidden = _hide(_read(content, content_type), refusal=refusal)
    except RecursionError:  # a log must not make a call fail
        return HIDDEN
    line = (hidden if isinstance(hidden, str) else json.dumps(hidden, ensure_ascii=False))[:_LONGEST]
    return "".join(each if each.isprintable() else _UNPRINTED for each in line)


def hidden_in(content: bytes, content_type: str) -> list[str]:
    """The secrets and the texts of a body, which an answer to it may repeat in words of its own."""
    return list(_hidden(_read(content, content_type)))


def shown_in(content: bytes, content_type: str) -> list[str]:
    """The words of a body that are neither secrets nor texts: the sender's name, for one."""
    return list(_shown(_read(content, content_type)))


def without_secrets(text: str) -> str:
    """The text with whatever stands where a secret would hidden."""
    return _BEARER.sub(rf"\1 {HIDDEN}", _SECRET_SAID.sub(rf"\1{HIDDEN}", text))


def _read(content: bytes, content_type: str) -> object:
    text = content.decode(errors="replace")
    if "form-urlencoded" in content_type:
        return dict(parse_qsl(text, keep_blank_values=True))
    try:
        return json.loads(text)
    except ValueError:
        return text


def _hide(value: object, name: str = "", *, refusal: bool = False) -> object:
    match value:
        case None | bool():
            return value
        case _ if name.lower() in _SECRETS:
            return HIDDEN
        case _ if name.lower() in _TEXTS:
            return f"<{len(str(value))} caractères>"
        case str() if phone := _PHONE.fullmatch(value):
            return f"{phone[1] or ''}{mask(phone[2])}"
        case str():
            return without_secrets(without_numbers(value))
        case int() | float():
            hidden = without_numbers(str(value))
            return hidden if HIDDEN in hidden else value
        case Mapping():
            explained = refusal and not _EXPLAINED.isdisjoint(str(key).lower() for key in value)
            return {
                without_numbers(str(key)): _hide(
                    item, "" if explained and str(key).lower() == "message" else str(key), refusal=refusal
                )
                for key, item in value.items()
            }
        case list():
            return [_hide(item, name, refusal=refusal) for item in value]
        case _:
            return HIDDEN


def _shown(body: object) -> Iterator[str]:
    match body:
        case str():
            yield body
        case Mapping():
            for name, value in body.items():
                if name.lower() not in _SECRETS | _TEXTS:
                    yield from _shown(value)
        case list():
            for item in body:
                yield from _shown(item)


def _hidden(body: object) -> Iterator[str]:
    match body:
        case Mapping():
            for name, value in body.items():
                if isinstance(value, str) and value and name.lower() in _SECRETS | _TEXTS:
                    yield value
                else:
                    yield from _hidden(value)
        case list():
            for item in body:
                yield from _hidden(item)
