"""The broker of the Celery workers: a real Redis, found, started, asked and refused."""

import shutil
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from redis import Redis
from redis.exceptions import AuthenticationError
from redis.exceptions import ConnectionError as RedisConnectionError

from relances.local.broker import EmbeddedBroker, GivenBroker, find_broker
from relances.local.errors import LocalError
from relances.local.settings import Settings, read_settings
from relances.local.state import LOOPBACK, StateFolder
from relances.local.supervisor import Supervisor

needs_redis = pytest.mark.skipif(
    shutil.which("redis-server") is None, reason="redis-server n'est pas installé (Debian : apt install redis-server)"
)


def with_celery(**given: str) -> Settings:
    return read_settings({"EXECUTOR": "celery", **given})


@pytest.fixture
def supervisor() -> Iterator[Supervisor]:
    with (
        tempfile.TemporaryDirectory(prefix="relances-etat-") as folder,
        Supervisor(StateFolder(Path(folder) / "demo"), soon=0) as supervisor,
    ):
        yield supervisor


@pytest.fixture
def broker(supervisor: Supervisor) -> str:
    """The URL of one that runs."""
    found = find_broker(with_celery())
    assert isinstance(found, EmbeddedBroker)
    return found.start(supervisor)


def test_the_scheduler_alone_needs_no_broker() -> None:
    assert find_broker(read_settings({"RELANCES_BROKER_URL": "redis://127.0.0.1:1/0"})) is None


def test_a_machine_without_redis_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)

    with pytest.raises(LocalError, match=r"(?s)apt install redis-server.*RELANCES_BROKER_URL"):
        find_broker(with_celery())


@needs_redis
def test_it_lets_nobody_in_without_its_password_and_writes_nothing_down(supervisor: Supervisor, broker: str) -> None:
    with Redis.from_url(broker) as redis:
        redis.lpush("file", "tâche")
        assert redis.config_get("bind", "save", "appendonly") == {"bind": "127.0.0.1", "save": "", "appendonly": "no"}
        port = redis.connection_pool.connection_kwargs["port"]
    with Redis(port=port) as stranger, pytest.raises(AuthenticationError):
        stranger.ping()
    assert (supervisor.state.path / "redis.conf").stat().st_mode & 0o077 == 0


@needs_redis
def test_one_that_was_killed_comes_back_at_the_same_address(supervisor: Supervisor, broker: str) -> None:
    with Redis.from_url(broker) as redis:
        before = redis.info("server")["process_id"]
    psutil.Process(before).kill()

    supervisor.wait_for(lambda: process_behind(broker) not in {None, before}, 20, "it did not come back")


@needs_redis
def test_it_ends_with_the_stack() -> None:
    with tempfile.TemporaryDirectory(prefix="relances-etat-") as folder:
        with Supervisor(StateFolder(Path(folder) / "demo")) as supervisor:
            found = find_broker(with_celery())
            assert found is not None
            url = found.start(supervisor)

        assert process_behind(url) is None


@needs_redis
def test_a_broker_of_ones_own_is_taken_as_it_is(supervisor: Supervisor, broker: str) -> None:
    given = find_broker(with_celery(RELANCES_BROKER_URL=broker))

    assert given == GivenBroker(broker)
    assert given.start(supervisor) == broker


@needs_redis
def test_a_broker_that_refuses_is_one_sentence_without_its_password(broker: str) -> None:
    wrong = broker.replace("redis://:", "redis://:faux")

    with pytest.raises(LocalError, match=r"RELANCES_BROKER_URL : Redis refuse l'accès") as refusal:
        find_broker(with_celery(RELANCES_BROKER_URL=wrong))

    assert "faux" not in str(refusal.value)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("redis://:sesame@127.0.0.1:1/0", "Redis ne répond pas"),
        ("http://:sesame@127.0.0.1", "n'est pas l'adresse d'un Redis"),
        ("redis://:sesame@127.0.0.1:port", "n'est pas l'adresse d'un Redis"),
    ],
)
def test_a_broker_that_is_not_there_is_one_sentence(url: str, sentence: str) -> None:
    with pytest.raises(LocalError, match=sentence) as refusal:
        find_broker(with_celery(RELANCES_BROKER_URL=url))

    assert "sesame" not in str(refusal.value)


def test_what_answers_is_not_always_a_redis() -> None:
    with served_once(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port, pytest.raises(LocalError, match="pas un Redis"):
        find_broker(with_celery(RELANCES_BROKER_URL=f"redis://127.0.0.1:{port}/0"))


@contextmanager
def served_once(answer: bytes) -> Iterator[int]:
    """The port of a server that says this to whoever comes first."""

    def serve() -> None:
        with server.accept()[0] as client:
            client.recv(100)
            client.sendall(answer)

    with socket.create_server((LOOPBACK, 0)) as server:
        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        thread.join(20)


def process_behind(url: str) -> int | None:
    """Who answers there; None where nobody does."""
    try:
        with Redis.from_url(url) as redis:
            return int(redis.info("server")["process_id"])
    except RedisConnectionError:
        return None
