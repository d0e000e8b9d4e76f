"""What may be shown of what goes over the wire: no phone number, no secret, no text of a message.

Providers repeat recipients in their errors, and httpx logs each address it calls, query and all.
"""

import json
import logging
import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, quote, unquote

import httpx

logger = logging.getLogger(__name__)

HIDDEN: Final = "••••"
_NUMBER: Final = re.compile(r"(?<![0-9A-Za-z])\d(?:[ ./()-]*\d){5,}(?![0-9A-Za-z])")
_SECRETS: Final = frozenset(
    {"password", "client_secret", "access_token", "refresh_token", "id_token", "authorization", "auth_token", "token"}
)
_TEXTS: Final = frozenset({"message", "body", "contentvariables", "text"})
_LONGEST: Final = 2_000  # characters of a body worth reading in a log


def mask(phone: str) -> str:
    """A phone number fit for a log: ``24166123456`` → ``+241••••3456``. A short one is hidden whole."""
    digits = phone.removeprefix("+")
    return f"+{digits[:3]}{HIDDEN}{digits[-4:]}" if len(digits) >= 10 else HIDDEN


def without_numbers(text: str) -> str:
    """The text with whatever could be a phone number hidden: six digits or more, however they are spaced."""
    return _NUMBER.sub(HIDDEN, text)


def without_numbers_in_url(url: str) -> str:
    """The address with the phone numbers of its path and query hidden."""
    address, mark, query = url.partition("?")
    hidden = "&".join(quote(without_numbers(unquote(part)), safe="=:,+•<>") for part in query.split("&"))
    scheme, separator, rest = address.partition("://")
    host, slash, path = rest.partition("/")  # a host may be digits alone, an address of the network
    return f"{scheme}{separator}{host}{slash}{without_numbers(path)}{mark}{hidden}"


def shown(content: bytes, content_type: str = "") -> str:
    """A body fit for a log: secrets and texts hidden by their field's name, numbers wherever they are."""
    text = content.decode(errors="replace")
    try:
        body = json.loads(text)
    except ValueError:
        body = dict(parse_qsl(text)) if "form-urlencoded" in content_type else text
    hidden = _hide(body)
    return (hidden if isinstance(hidden, str) else json.dumps(hidden, ensure_ascii=False))[:_LONGEST]


def _hide(value: object, name: str = "") -> object:
    match value:
        case str() if name.lower() in _SECRETS:
            return HIDDEN
        case str() if name.lower() in _TEXTS:
            return f"<{len(value)} caractères>"
        case str():
            return without_numbers(value)
        case bool() | None:
            return value
        case int() | float():
            return without_numbers(str(value))
        case Mapping():
            return {str(key): _hide(item, str(key)) for key, item in value.items()}
        case list():
            return [_hide(item, name) for item in value]
        case _:
            return HIDDEN


async def log_request(request: httpx.Request) -> None:
    """An event hook of a client in debug: what is sent, headers left out."""
    body = shown(await request.aread(), request.headers.get("Content-Type", ""))
    logger.info("→ %s %s %s", request.method, without_numbers_in_url(str(request.url)), body)


async def log_response(response: httpx.Response) -> None:
    """An event hook of a client in debug: what is answered, headers left out."""
    body = shown(await response.aread(), response.headers.get("Content-Type", ""))
    logger.info("← %s %s %s", response.status_code, without_numbers_in_url(str(response.request.url)), body)


class _DiscreetUrls(logging.Filter):
    """Hides numbers in the addresses that httpx logs; never drops a line."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                without_numbers_in_url(str(arg)) if isinstance(arg, httpx.URL) else arg for arg in record.args
            )
        return True


logging.getLogger("httpx").addFilter(_DiscreetUrls("discreet"))
