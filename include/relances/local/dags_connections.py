"""The connections that the Dags use, for a command: those of the Airflow that runs, or that would.

In this order: the stack of ``make up`` that runs; an Airflow that the environment is configured for (a container,
one's own); the stack that does not run now, its PostgreSQL started for the time of the command, with ``.env`` over
what it holds, as the next start would.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

import msgspec

from relances.local.airflow_environment import AirflowPlaces, airflow_environment
from relances.local.connections import Connection, Value, unreadable_address
from relances.local.console import speaking_utf8
from relances.local.errors import LocalError
from relances.local.ownership import owner
from relances.local.postgres import EmbeddedPostgres
from relances.local.provider_variables import ALERTES, PROVIDER_CONNECTIONS
from relances.local.settings import Settings, World
from relances.local.state import StateFolder
from relances.local.supervisor import Supervisor
from relances.local.surroundings import ETAXE_DB, RELANCES_DB, real_connections
from relances.rules.adresse import Faute, fault_of

_OURS: Final = frozenset({ETAXE_DB, RELANCES_DB} | {each.connection_id for each in (*PROVIDER_CONNECTIONS, ALERTES)})
_DATABASE: Final = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"
_METADATA: Final = ("AIRFLOW_HOME", _DATABASE)
_CONNECT_SECONDS: Final = "10"
_EXPORT: Final = (sys.executable, "-W", "ignore", "-m", "airflow", "connections", "export", "--file-format", "json")


class _Exported(msgspec.Struct, frozen=True):
    """One connection of ``airflow connections export``. ``extra``: JSON."""

    conn_type: str
    host: str | None = None
    port: int | None = None
    schema: str | None = None
    login: str | None = None
    password: str | None = None
    extra: str | None = None

    def named(self, connection_id: str) -> Connection:
        extra: dict[str, Value] = json.loads(self.extra or "{}")
        return Connection(
            connection_id, self.conn_type, self.host, self.port, self.schema, self.login, self.password, extra
        )


@dataclass(frozen=True, slots=True)
class DagsConnections:
    """An environment in which a process finds them. ``origin``: whose they are, for the operator."""

    origin: str
    environment: Mapping[str, str] = field(repr=False)


@contextmanager
def dags_connections(settings: Settings) -> Iterator[DagsConnections]:
    """Raises LocalError when there is no Airflow to look into."""
    running = running_stack_of(settings)
    if running is not None:
        environment = _environment(settings, running)
        yield _found(f"l'Airflow qui tourne ({running.path})", environment, exported(environment))
    elif _is_set(_METADATA):
        yield _found("l'Airflow de cet environnement", os.environ, exported(os.environ))
    elif _is_set(("AIRFLOW_CONN_",)):
        yield _found("l'environnement (AIRFLOW_CONN_…)", os.environ, {})
    elif settings.world is World.LOCAL:
        with Supervisor(settings.state) as supervisor:
            yield _of_the_stack_at_rest(settings, supervisor)
    else:
        raise LocalError(
            "Aucun Airflow ne tourne ici : lancez « make up » dans un autre terminal, ou donnez vos bases et vos "
            "fournisseurs dans .env (voyez .env.example)."
        )


def running_stack_of(settings: Settings) -> StateFolder | None:
    """The folder of the stack that runs: that of the settings' world, else of the other."""
    folders = [settings.state, *(StateFolder(settings.root / world) for world in World)]
    return next((folder for folder in folders if owner(folder) is not None), None)


def _of_the_stack_at_rest(settings: Settings, supervisor: Supervisor) -> DagsConnections:
    given = real_connections(settings.real)
    environment, known = _environment(settings, settings.state), dict[str, Connection]()
    if supervisor.postgres.exists():
        supervisor.postgres.start()
        known = exported(environment)
    after = known | {each.connection_id: each.over(known.get(each.connection_id)) for each in given}
    origin = "vos variables (.env, environnement)"
    if known:
        origin += f" et l'Airflow à l'arrêt ({settings.state.path})"
    if RELANCES_DB not in after:
        origin += f" ; {RELANCES_DB} sera créée par « make up »"
    return _found(origin, environment, after)


def _environment(settings: Settings, state: StateFolder) -> dict[str, str]:
    """That of the stack's own processes."""
    database = EmbeddedPostgres(state.postgres).url("airflow")
    port = state.ports().get("interface", 0)
    places = AirflowPlaces(
        World(state.path.name), state, settings.dags, settings.plugins, settings.politique, database, port
    )
    return airflow_environment(places, os.environ)


def _found(origin: str, environment: Mapping[str, str], known: Mapping[str, Connection]) -> DagsConnections:
    # What the environment says comes first in Airflow too.
    variables = {connection.variable: connection.as_json() for connection in known.values()}
    return DagsConnections(origin, {"PGCONNECT_TIMEOUT": _CONNECT_SECONDS, **variables, **environment})


def _is_set(prefixes: tuple[str, ...]) -> bool:
    return any(value and name.startswith(prefixes) for name, value in os.environ.items())


def exported(environment: Mapping[str, str]) -> dict[str, Connection]:
    """Our connections as this Airflow keeps them, secrets included: they stay in memory.

    Raises LocalError where it does not give them.
    """
    _refuse_unreadable(environment.get(_DATABASE, ""))
    with open(os.memfd_create("connexions"), "rb") as file:  # noqa: PTH123 - of no path; Airflow logs to its output
        command = [*_EXPORT, f"/proc/self/fd/{file.fileno()}"]
        done = subprocess.run(  # noqa: S603 - our own command
            command,
            env={**environment, **speaking_utf8()},
            pass_fds=[file.fileno()],
            stdin=subprocess.DEVNULL,  # what a command is to ask for may be waiting there
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        if done.returncode != 0:
            reason = (done.stderr.strip().splitlines() or ["sans un mot"])[-1]
            raise LocalError(
                f"Airflow ne rend pas ses connexions ({reason}) ; sa base est-elle à jour ? « make up » y pourvoit, ou "
                "« airflow db migrate » pour un Airflow à vous."
            )
        exported = msgspec.json.decode(file.read(), type=dict[str, _Exported])
    return {name: connection.named(name) for name, connection in exported.items() if name in _OURS}


def _refuse_unreadable(metadata: str) -> None:
    """Airflow itself would show what it takes for a server; an address of another form is for it to refuse."""
    if fault_of(metadata, frozenset({metadata.partition("://")[0]})) is Faute.MOT_DE_PASSE:
        raise unreadable_address(_DATABASE, Faute.MOT_DE_PASSE, "")
