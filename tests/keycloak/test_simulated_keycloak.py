"""The simulator answers as the real server of its generation does: same status, same words."""

from collections.abc import AsyncIterator
from typing import Literal

import httpx
import pytest

from simulators import Settings, serve
from simulators.keycloak import DISABLED, INCOMPLETE, NO_DIRECT_ACCESS
from tests.keycloak.realms import SECRET
from tests.providers.servers import TOKEN

GOOD = {
    "grant_type": "password",
    "client_id": "api-messaging",
    "client_secret": SECRET,
    "username": "simulateur",
    "password": "simulateur",
}
REFUSED: dict[str, dict[str, str | None]] = {
    "no secret": {"client_secret": None},
    "wrong secret": {"client_secret": "faux"},
    "no client": {"client_id": None},
    "unknown client": {"client_id": "inconnu"},
    "password grant off": {"client_id": NO_DIRECT_ACCESS},
    "no user": {"username": None},
    "unknown user": {"username": "inconnu"},
    "no password": {"password": None},
    "wrong password": {"password": "faux"},
    "account disabled": {"username": DISABLED},
    "account not set up": {"username": INCOMPLETE},
    "account not set up, wrong password": {"username": INCOMPLETE, "password": "faux"},
    "no grant": {"grant_type": None},
    "unknown grant": {"grant_type": "autre"},
    "no refresh token": {"grant_type": "refresh_token"},
}


@pytest.fixture
async def simulator(release: str) -> AsyncIterator[str]:
    """The simulator of the release's generation."""
    generation: Literal["20", "26"] = "26" if release.startswith("26.") else "20"
    async with serve(Settings(client_secret=SECRET, generation=generation)) as url:
        yield url


async def ask(host: str, changes: dict[str, str | None], realm: str = "Messaging") -> httpx.Response:
    form = {name: value for name, value in (GOOD | changes).items() if value is not None}
    async with httpx.AsyncClient(base_url=host, timeout=30) as client:
        return await client.post(TOKEN.format(realm=realm), data=form)


@pytest.mark.parametrize("changes", REFUSED.values(), ids=REFUSED)
async def test_a_refusal_has_the_same_words(keycloak: str, simulator: str, changes: dict[str, str | None]) -> None:
    real, ours = await ask(keycloak, changes), await ask(simulator, changes)
    assert (ours.status_code, ours.json()) == (real.status_code, real.json())


async def test_an_unknown_realm_has_the_same_words(keycloak: str, simulator: str) -> None:
    real, ours = await ask(keycloak, {}, realm="Autre"), await ask(simulator, {}, realm="Autre")
    assert (ours.status_code, ours.json()) == (real.status_code, real.json())


async def test_a_token_has_the_same_fields(keycloak: str, simulator: str) -> None:
    real, ours = await ask(keycloak, {}), await ask(simulator, {})
    assert ours.json().keys() == real.json().keys()
