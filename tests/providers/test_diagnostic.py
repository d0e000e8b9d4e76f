"""What the diagnostic says of a provider's connection, part by part."""

import asyncio
import ssl
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from relances_providers.messaging import Finding, Verdict
from relances_providers.ventis.hook import VentisHook
from tests.providers.misbehaving import answer, misbehaving
from tests.providers.servers import Connect, Simulated
from tests.support import one_sentence

TOKEN = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n{"access_token":"j"}'


async def findings() -> dict[str, Finding]:
    """What is found of ``ventis_default``, by the name of the part."""
    return {finding.part: finding for finding in await VentisHook().diagnose()}


async def test_a_connection_that_works_is_said_part_by_part(simulated: Simulated) -> None:
    found = await findings()

    assert {part: finding.verdict for part, finding in found.items()} == {
        "champs": Verdict.GOOD,
        "host": Verdict.GOOD,
        "host, TLS": Verdict.UNSEEN,
        "keycloak_host": Verdict.GOOD,
        "keycloak_host, TLS": Verdict.UNSEEN,
        "identifiants": Verdict.GOOD,
        "sender": Verdict.UNSEEN,
    }
    assert found["host, TLS"].text.startswith("http : ni secrets ni messages ne sont chiffrés")
    assert await simulated.ledger() == []


async def test_a_field_that_cannot_be_read_is_all_there_is_to_say(simulated: Simulated, connect: Connect) -> None:
    connect(simulated.url, keycloak_host="keycloak")
    found = await findings()

    assert found.keys() == {"champs"}
    assert found["champs"].verdict is Verdict.BAD
    assert "le champ keycloak_host doit être une adresse https" in found["champs"].text
    assert await simulated.requests() == {}


async def test_a_refused_password_is_its_cure_and_ends_the_examination(simulated: Simulated, connect: Connect) -> None:
    connect(simulated.url, password="faux")
    found = await findings()

    assert found["identifiants"].verdict is Verdict.BAD
    assert "vérifiez login et password de la connexion ventis_default" in found["identifiants"].text
    assert "sender" not in found


async def test_a_host_that_does_not_resolve_is_named_by_its_field(simulated: Simulated, connect: Connect) -> None:
    connect(simulated.url, keycloak_host="https://keycloak.invalid")
    found = await findings()

    assert found["host"].verdict is Verdict.GOOD
    assert found["keycloak_host"].verdict is Verdict.BAD
    assert "corrigez le champ keycloak_host de la connexion ventis_default" in found["keycloak_host"].text
    one_sentence(Exception(found["keycloak_host"].text))


async def test_no_token_is_asked_for_while_an_address_is_out_of_reach(simulated: Simulated, connect: Connect) -> None:
    connect(simulated.url, host="http://127.0.0.1:1/api")
    found = await findings()

    assert found["host, accès"].verdict is Verdict.BAD
    assert "identifiants" not in found
    assert not [path for path in await simulated.requests() if path.endswith("/token")]


async def test_an_untrusted_certificate_is_bad(connect: Connect, self_signed: ssl.SSLContext) -> None:
    async with misbehaving(answer(TOKEN), self_signed) as server:
        connect(server.url)
        found = await findings()

    assert found["host, accès"].verdict is Verdict.BAD
    assert "SSL_CERT_FILE" in found["host, accès"].text


async def test_a_certificate_that_an_authority_vouches_for_is_good(
    connect: Connect, self_signed: ssl.SSLContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with misbehaving(answer(TOKEN), self_signed) as server:
        at = urlsplit(server.url)
        authority = await asyncio.to_thread(ssl.get_server_certificate, (at.hostname or "", at.port or 0))
        (tmp_path / "authority.pem").write_text(authority)
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
        connect(server.url)
        found = await findings()

    assert found["host, TLS"] == Finding("host, TLS", Verdict.GOOD, "certificat accepté — certificate accepted")


async def test_a_certificate_nobody_looks_at_is_said(connect: Connect, self_signed: ssl.SSLContext) -> None:
    async with misbehaving(answer(TOKEN), self_signed) as server:
        connect(server.url, verify_ssl=False)
        found = await findings()

    assert found["host, TLS"].verdict is Verdict.UNSEEN
    assert "verify_ssl=false" in found["host, TLS"].text
    assert found["identifiants"].verdict is Verdict.GOOD


async def test_a_name_is_left_to_the_proxy_where_there_is_one(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with misbehaving(answer(TOKEN)) as proxy:
        monkeypatch.setenv("https_proxy", proxy.url)
        connect("https://keycloak.invalid")
        found = await findings()

    assert found["host"].verdict is Verdict.GOOD
    assert "keycloak.invalid, par le proxy 127.0.0.1" in found["host"].text
