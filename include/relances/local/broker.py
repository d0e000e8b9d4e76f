"""The broker between the scheduler and its Celery workers: a Redis of this machine's, or one that the operator names.

Nothing is needed from it after a restart: Airflow asks again for what it had queued there.
"""

import os
import secrets
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from redis import Redis
from redis.exceptions import AuthenticationError, ConnectionError, RedisError, ResponseError, TimeoutError

from relances.local.connections import unreadable_address
from relances.local.errors import LocalError
from relances.local.settings import BROKER_VARIABLE, Executor, Settings
from relances.local.state import LOOPBACK, write_private
from relances.local.supervisor import Supervisor
from relances.rules.adresse import REDIS, Faute, fault_of

_SERVER = "redis-server"
_ELSEWHERE = "/usr/sbin:/usr/local/bin:/usr/local/sbin"  # not on everybody's PATH
_CONNECT_SECONDS = 5.0
_START_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class GivenBroker:
    """A Redis of the operator's, which answered when it was asked. ``url`` holds its password."""

    url: str = field(repr=False)

    def start(self, _: Supervisor) -> str:
        """Its URL."""
        return self.url


@dataclass(frozen=True, slots=True)
class EmbeddedBroker:
    """A Redis of our own, on loopback, behind a password that lives as long as the stack."""

    program: Path

    def start(self, supervisor: Supervisor) -> str:
        """Start it and wait until it answers; returns its URL. Raises LocalError when it does not."""
        port, password = supervisor.state.port("redis"), secrets.token_urlsafe(32)
        settings = supervisor.state.path / "redis.conf"  # a password given as an argument would show in ps
        write_private(settings, _settings(port, password))
        redis = supervisor.start(
            "redis", [str(self.program), str(settings)], {"PATH": os.defpath, "LC_ALL": "C"}, replaceable=True
        )
        url = f"redis://:{password}@{LOOPBACK}:{port}/0"
        supervisor.wait_for(lambda: _answers(url), _START_SECONDS, f"Redis ne répond pas ; voyez {redis.log}.")
        return url


Broker = GivenBroker | EmbeddedBroker


def find_broker(settings: Settings) -> Broker | None:
    """What the workers will be reached through, asked before anything is started; None where they need nothing.

    Raises LocalError when there is none, or when the given one does not let us in.
    """
    match settings.executor:
        case Executor.LOCAL:
            return None
        case Executor.CELERY if settings.broker is not None:
            _ask(settings.broker)
            return GivenBroker(settings.broker)
        case Executor.CELERY:
            return EmbeddedBroker(_program())


def _program() -> Path:
    found = shutil.which(_SERVER) or shutil.which(_SERVER, path=_ELSEWHERE)
    if found is None:
        raise LocalError(
            "EXECUTOR=celery demande Redis, absent de cette machine ; installez-le (Debian, Ubuntu : « apt install "
            "redis-server »), ou donnez l'adresse du vôtre dans RELANCES_BROKER_URL."
        )
    return Path(found)


def _settings(port: int, password: str) -> str:
    return f'bind {LOOPBACK}\nport {port}\nrequirepass {password}\nsave ""\nappendonly no\n'


def _answers(url: str) -> bool:
    try:
        _ping(url)
    except RedisError:
        return False
    return True


def _ask(url: str) -> None:
    form = "n'est pas l'adresse d'un Redis ; écrivez redis://:motdepasse@hote:6379/0."
    fault = fault_of(url, REDIS)
    if fault is not None:
        raise unreadable_address(BROKER_VARIABLE, fault, form)
    try:
        _ping(url)
    except ValueError:
        raise unreadable_address(BROKER_VARIABLE, Faute.FORME, form) from None
    except (AuthenticationError, ResponseError) as error:
        raise LocalError(
            f"RELANCES_BROKER_URL : Redis refuse l'accès ({error}) ; vérifiez l'utilisateur, le mot de passe et le "
            "numéro de base."
        ) from error
    except (ConnectionError, TimeoutError) as error:
        raise LocalError(f"RELANCES_BROKER_URL : Redis ne répond pas ({error}) ; vérifiez qu'il tourne.") from error
    except RedisError as error:
        raise LocalError(f"RELANCES_BROKER_URL : ce qui répond n'est pas un Redis ({error}).") from error


def _ping(url: str) -> None:
    with Redis.from_url(url, socket_connect_timeout=_CONNECT_SECONDS, socket_timeout=_CONNECT_SECONDS) as redis:
        redis.ping()
