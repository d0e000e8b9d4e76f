"""Examines the addresses of a connection: a fact where one is good, the cure where it is not. Nothing is sent."""

import asyncio
from collections.abc import Mapping
from itertools import chain
from typing import Final

import httpx

from relances_providers.http.client import Client, Wire
from relances_providers.http.transport import environment_proxy
from relances_providers.messaging import Finding, Verdict

# A person waits; an address slower than that is worth saying.
_PROBE: Final = {"timeout": httpx.Timeout(10).as_dict()}


async def diagnose_addresses(wire: Wire, addresses: Mapping[str, str]) -> list[Finding]:
    """Whether each address, by the name of its field, has a machine that answers, and how it is spoken to."""
    async with wire.client() as client:
        probes = await asyncio.gather(*(_diagnose_address(wire, client, *each) for each in addresses.items()))
    return list(chain.from_iterable(probes))


async def _diagnose_address(wire: Wire, client: Client, name: str, address: str) -> list[Finding]:
    resolved = await _resolve(wire.conn_id, name, httpx.URL(address))
    if resolved.verdict is Verdict.BAD:
        return [resolved]
    try:
        await client.send(httpx.Request("GET", address, extensions=_PROBE))  # whatever it answers: it is there
    except httpx.TransportError as error:
        return [resolved, Finding(f"{name}, accès", Verdict.BAD, str(wire.unreachable(error)))]
    return [resolved, _encryption(wire, name, address)]


async def _resolve(conn_id: str, name: str, url: httpx.URL) -> Finding:
    proxy = environment_proxy(url.scheme, url.host)
    if proxy is not None:
        return Finding(name, Verdict.GOOD, f"{url.host}, par le proxy {httpx.URL(proxy).host} — through the proxy")
    try:
        found = await asyncio.get_running_loop().getaddrinfo(url.host, url.port)
    except OSError as error:
        text = (
            f"aucune machine ne s'appelle {url.host} ({error.strerror}) : corrigez le champ {name} de la connexion "
            f"{conn_id}, ou la résolution de noms de cette machine — the host name does not resolve"
        )
        return Finding(name, Verdict.BAD, text)
    return Finding(name, Verdict.GOOD, f"{url.host} → {found[0][4][0]}")


def _encryption(wire: Wire, name: str, address: str) -> Finding:
    part = f"{name}, TLS"
    if httpx.URL(address).scheme == "http":
        return Finding(part, Verdict.UNSEEN, "http : ni secrets ni messages ne sont chiffrés — nothing is encrypted")
    if not wire.verify_ssl:
        return Finding(part, Verdict.UNSEEN, "certificat non vérifié (verify_ssl=false) — certificate not verified")
    return Finding(part, Verdict.GOOD, "certificat accepté — certificate accepted")
