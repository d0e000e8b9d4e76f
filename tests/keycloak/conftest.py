"""A real Keycloak of each release in KEYCLOAK_RELEASES; without that, nothing here is a test (make test-keycloak)."""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack

import httpx
import pytest

from simulators import Settings, serve
from tests.keycloak.front import Front, before
from tests.keycloak.server import Unavailable, running
from tests.providers.conftest import connect
from tests.providers.servers import Connect, Simulated

RELEASES = os.environ.get("KEYCLOAK_RELEASES", "").split()
collect_ignore_glob = [] if RELEASES else ["test_*.py"]

__all__ = ["connect"]


@pytest.fixture(scope="session", params=RELEASES)
def release(request: pytest.FixtureRequest) -> str:
    """Each release in turn."""
    return str(request.param)


@pytest.fixture(scope="session")
def keycloak(release: str) -> Iterator[str]:
    """The address of a running Keycloak."""
    with ExitStack() as stack:
        try:
            address = stack.enter_context(running(release))
        except Unavailable as reason:
            pytest.skip(str(reason))
        yield address


@pytest.fixture
async def simulated() -> AsyncIterator[Simulated]:
    """The simulators behind the front."""
    async with serve(Settings()) as url, httpx.AsyncClient(base_url=url) as control:
        yield Simulated(url, control)


@pytest.fixture
async def front(keycloak: str, simulated: Simulated, connect: Connect) -> AsyncIterator[Front]:
    """Keycloak and Ventis at one address, behind the connection."""
    async with before(keycloak, simulated.url) as front:
        connect(front.url)
        yield front
