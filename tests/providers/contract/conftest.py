"""Each test of the contract runs once per provider, in debug, and fails if anything it logs should be hidden."""

import logging
import socket
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from simulators import Settings, serve
from tests import connexions
from tests.providers.contract.cases import CASES, PASSWORD, SECRET, SETTINGS, Case
from tests.providers.contract.line import Line
from tests.providers.contract.rigged import TOKEN, Rigged, rigged
from tests.providers.servers import Connect, Simulated


@pytest.fixture(params=CASES, ids=str)
def case(request: pytest.FixtureRequest) -> Case:
    """Each provider in turn."""
    found: Case = request.param
    return found


@pytest.fixture
def told() -> Iterator[list[str]]:
    """All that is logged, whoever logs it, and what a test adds to it; none of it may tell what is confidential."""
    lines: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    handler, root, client = Keep(), logging.getLogger(), logging.getLogger("httpx")
    levels = root.level, client.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    client.setLevel(logging.DEBUG)
    yield lines
    root.removeHandler(handler)
    root.setLevel(levels[0])
    client.setLevel(levels[1])


@pytest.fixture(autouse=True)
def nothing_confidential_is_told(told: list[str], case: Case) -> Iterator[None]:
    """Of no test: a secret, a token, a text, a number."""
    yield
    everything = "\n".join(told)
    confidential = [PASSWORD, SECRET, TOKEN, "confidentielle", case.number, case.number[-9:]]
    assert [hidden for hidden in confidential if hidden in everything] == []


@pytest.fixture
def connect(case: Case, monkeypatch: pytest.MonkeyPatch) -> Connect:
    """Set the provider's default connection to a server, in debug, with other fields than the good ones."""

    def set_connection(url: str, **changes: object) -> None:
        told = {**case.told, "password": PASSWORD, "debug": True, "timeout": 30, **changes}
        connexions.connect(monkeypatch, case.name, url, **told)

    return set_connection


@pytest.fixture
def closed_port() -> Iterator[str]:
    """An address that refuses connections."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"


@pytest.fixture
async def simulated(connect: Connect) -> AsyncIterator[Simulated]:
    """The simulators, behind the connection."""
    async with serve(Settings(**SETTINGS)) as url, httpx.AsyncClient(base_url=url) as control:  # type: ignore[arg-type]
        connect(url)
        yield Simulated(url, control)


@pytest.fixture
async def provider(case: Case, connect: Connect) -> AsyncIterator[Rigged]:
    """A provider down to the socket, behind the connection."""
    async with rigged(case) as opened:
        connect(opened.url)
        yield opened


@pytest.fixture
def line(case: Case, told: list[str]) -> Line:
    return Line(case, told)
