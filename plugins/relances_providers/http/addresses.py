"""Which addresses may be spoken to: web addresses without credentials, encrypted unless they stay on this machine."""

import os
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

import httpx

_DEMONSTRATION: Final = "RELANCES_DEMONSTRATION"
_SIMULATORS: Final = "simulateurs"  # the look-alikes in a network of containers, where nothing is anybody's


def is_web_address(value: str) -> bool:
    """Whether it is an http(s) address that names a host which may exist, and nobody's password."""
    try:
        url = httpx.URL(value)
        host = url.raw_host.decode().encode("idna")  # refuses what a resolver could not even be asked
        authority = urlsplit(value).netloc
    except (httpx.InvalidURL, ValueError):
        return False
    # Behind a port, an @ may be the end of a password that a slash cut in two: https://nom:12/suite@serveur.
    cut = "@" in value and ":" in authority and not is_loopback(url.host)
    if "@" in authority or "#" in value or cut:  # credentials, or what is left of some: not to be shown
        return False
    return url.scheme in {"http", "https"} and host != b"" and (url.port or 0) < 65_536


def is_encrypted(address: str) -> bool:
    """Whether nobody on the way reads what is said to a web address: by TLS, or because it never leaves the machine.

    In the demonstration, whose senders write to nobody else, its look-alikes count too.
    """
    url = httpx.URL(address)
    return (
        url.scheme == "https"
        or is_loopback(url.host)
        or (url.host == _SIMULATORS and bool(os.environ.get(_DEMONSTRATION)))
    )


def is_loopback(host: str) -> bool:
    """Whether a host, by name or number, is this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
