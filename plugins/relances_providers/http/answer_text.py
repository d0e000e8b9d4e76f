"""Reads an answer as text, whatever it says of its own characters."""

from typing import Final

import httpx

_KNOWN: Final = frozenset(
    {"utf-8", "us-ascii", "ascii", "iso-8859-1", "iso-8859-15", "windows-1252", "utf-16", "utf-32"}
)
"""What servers write. Python knows names that decode no bytes (rot13), names that take minutes (punycode), and more."""


def text_of(response: httpx.Response) -> str:
    """The body in the charset that it names, if that is one of the web's, else as UTF-8; never fails."""
    named = (response.charset_encoding or "utf-8").strip().lower()
    return response.content.decode(named if named in _KNOWN else "utf-8", errors="replace")
