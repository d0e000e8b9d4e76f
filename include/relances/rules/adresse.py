"""An address that a person typed, with or without a password in it: whether it can only be read in one way.

A password that is not escaped ends where it should not: what follows would be taken for a host, and shown in an error.
Nothing here, nor in what it returns, repeats any part of an address.
"""

import re
from enum import Enum
from typing import Final
from urllib.parse import unquote_to_bytes

from relances.rules.lettres import is_text

POSTGRES: Final = frozenset({"postgresql", "postgres"})
REDIS: Final = frozenset({"redis", "rediss", "unix"})
WEB: Final = frozenset({"http", "https"})

_ESCAPED: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_BRACKET: Final = re.compile(r"[\[\]]")
_HOST: Final = r"[\w.-]+|\[[0-9A-Fa-f:.]+(?:%25\w+)?\]"
_SOCKET: Final = r"(?:%2[Ff][\w.%~+-]*)"
_SERVER: Final = re.compile(rf"(?:{_HOST}|{_SOCKET})?(?::(\d{{1,5}}))?")
_HOSTS: Final = re.compile(r"/.*|[\w.:,\[\]-]*")


class Faute(Enum):
    """What is wrong with an address, in words that follow the name of a variable (French, English)."""

    MOT_DE_PASSE = (
        "est illisible, et n'est pas montrée : son mot de passe (ou son nom d'utilisateur) contient sans doute @, #, "
        "/, ?, %, [, ] ou une espace ; écrivez %40, %23, %2F, %3F, %25, %5B, %5D, %20",
        "unreadable: escape @ # / ? % [ ] and spaces of the password as %40 %23 %2F %3F %25 %5B %5D %20",
    )
    FORME = ("n'est pas une adresse de la forme attendue", "not an address of that form")
    OCTETS = ("n'est pas du texte en UTF-8 ; récrivez-la dans un fichier ou un terminal en UTF-8", "not UTF-8 text")


def fault_of(address: str, schemes: frozenset[str]) -> Faute | None:
    """Why this is no address that starts with one of these schemes; None where it reads in one way only."""
    if not is_text(address):
        return Faute.OCTETS
    scheme, separator, rest = address.partition("://")
    if not separator or scheme not in schemes:
        return Faute.FORME
    credentials, _, server = _authority(rest).rpartition("@")
    path_may = schemes == WEB and not credentials and ":" not in server  # a webhook's may have an @ of its own
    if (
        "@" in credentials
        or "#" in rest
        or ("@" in _beyond(rest) and not path_may)
        or _ESCAPED.search(rest)
        or (schemes != POSTGRES and _BRACKET.search(credentials))  # which libpq alone reads
        or not rest.isprintable()
        or " " in rest
        or not _is_utf_8(rest)
    ):
        return Faute.MOT_DE_PASSE if "@" in rest else Faute.FORME
    found = _SERVER.fullmatch(server)
    return None if found is not None and int(found[1] or 1) in range(1, 65_536) else Faute.FORME


def is_cut(address: str) -> bool:
    """Whether what reads URLs takes a piece of a password for the server: what ends it comes before its @."""
    rest = address.partition("://")[2]
    return "#" in rest or "@" in _beyond(rest)


def _authority(rest: str) -> str:
    return re.split(r"[/?]", rest, maxsplit=1)[0]


def _beyond(rest: str) -> str:
    return rest[len(_authority(rest)) :]


def is_host(name: str) -> bool:
    """Whether this may be a server's name, several of them, or a socket's folder; a piece of an address is not."""
    return is_text(name) and _HOSTS.fullmatch(name) is not None


def _is_utf_8(escaped: str) -> bool:
    try:
        return "\0" not in unquote_to_bytes(escaped).decode("utf-8")
    except UnicodeDecodeError:
        return False
