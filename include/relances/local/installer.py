"""``relances installer``: databases, connections and pools of the Airflow that the environment describes.

For an Airflow of several containers or machines, before its processes start, and again at each upgrade.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql

from relances.local.airflow_environment import USER
from relances.local.connections import SQLALCHEMY, Connection, read_database_url
from relances.local.console import Console, speaking_utf8
from relances.local.dags_connections import exported
from relances.local.errors import LocalError
from relances.local.pools import POOLS
from relances.local.settings import Settings
from relances.local.state import write_private
from relances.local.surroundings import Surroundings, demo_world, real_world
from relances.store.database import connect
from relances.store.pannes import panne

_METADATA: Final = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"
_OWN: Final = "RELANCES_URL_INTERNE"
_PASSWORDS_FILE: Final = "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"
_PATH: Final = re.compile(r"(?P<server>://[^/?]*)(?:/[^?]*)?")
_SIMULATORS: Final = "http://simulateurs:8080"  # the service of docker-compose.yaml


def install(settings: Settings, environment: Mapping[str, str], console: Console) -> None:
    """Make everything ready; whatever is ready stays. Raises LocalError, naming what to mend."""
    demonstration = bool(environment.get("RELANCES_DEMONSTRATION"))
    server = _server(environment)
    if demonstration and settings.real:
        raise LocalError(
            f"La démonstration n'emploie ni vos bases ni vos fournisseurs : ôtez {', '.join(sorted(settings.real))} de "
            ".env, ou COMPOSE_PROFILES=demo. — The demonstration uses no database or provider of yours."
        )
    _airflow("db", "migrate")
    known = exported(environment)
    _refuse_the_other_world(known, demonstration=demonstration)
    console.step("La base d'Airflow est à jour.")
    wanted = _world(server, settings, demonstration=demonstration).connections
    console.step("Les bases sont prêtes.")
    _put_connections(each.over(known.get(each.connection_id)).completed() for each in wanted)
    _add_pools()
    _write_password(environment)
    console.step("Les connexions et les pools sont en place.")


class _Server:
    """The PostgreSQL that keeps our databases too: that of Airflow's metadata, or one that has them already."""

    def __init__(self, url: str, *, is_ready: bool) -> None:
        self._url = url
        self._is_ready = is_ready

    def database(self, name: str) -> str:
        """The URL of a database, made unless it is there."""
        if not self._is_ready:
            self._make(name)
        return _PATH.sub(rf"\g<server>/{name}", self._url, count=1)

    def _make(self, name: str) -> None:
        create = sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0").format(sql.Identifier(name))
        try:
            with connect(self._url, autocommit=True) as connection:
                if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone() is None:
                    connection.execute(create)
        except psycopg.Error as error:
            refused = isinstance(error, psycopg.errors.InsufficientPrivilege)
            why = "son utilisateur n'a pas le droit d'en créer" if refused else panne(error).french
            raise LocalError(
                f"Le PostgreSQL d'Airflow ne donne pas la base {name} ({why}) ; créez-la "
                f"vous-même : createdb -E UTF8 -T template0 {name}. — Create the database yourself."
            ) from None


def _server(environment: Mapping[str, str]) -> _Server:
    url = environment.get(_METADATA, "")
    if not url.startswith("postgresql"):
        raise LocalError(
            f"{_METADATA} ne mène pas à un PostgreSQL : cette commande prépare l'Airflow de docker-compose.yaml, ou un "
            "autre ; « make up » prépare le sien. — No PostgreSQL of an Airflow in this environment."
        )
    url = SQLALCHEMY.sub("postgresql://", url, count=1)
    read_database_url(_METADATA, url)
    own = environment.get(_OWN)  # of the role that « preparer-bases » made
    if own:
        read_database_url(_OWN, own)
    return _Server(own or url, is_ready=bool(own))


def _refuse_the_other_world(known: Mapping[str, Connection], *, demonstration: bool) -> None:
    was = any((connection.host or "").startswith(_SIMULATORS) for connection in known.values())
    if known and was != demonstration:
        whose = "de la démonstration" if was else "d'une installation réelle"
        raise LocalError(
            f"Ces volumes sont ceux {whose} : donnez un autre COMPOSE_PROJECT_NAME dans .env, qui aura les siens. "
            "— These volumes belong to the other world: give another COMPOSE_PROJECT_NAME."
        )


def _world(server: _Server, settings: Settings, *, demonstration: bool) -> Surroundings:
    if not demonstration:
        return real_world(server.database, settings.real)
    from relances.local.simulated import Simulators

    return demo_world(server.database, Simulators(_SIMULATORS), settings.contribuables)


def _put_connections(connections: Iterable[Connection]) -> None:
    bodies = {connection.connection_id: connection.body() for connection in connections}
    for body in bodies.values():
        del body["connection_id"]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "connexions.json")
        write_private(file, json.dumps(bodies))
        _airflow("connections", "import", "--overwrite", str(file))


def _add_pools() -> None:
    """Those that the operator has stay as they are."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "pools.json")
        _airflow("pools", "export", str(file))
        known = json.loads(file.read_text(encoding="utf-8"))
        missing = {name: pool for name, pool in POOLS.items() if name not in known}
        if missing:
            file.write_text(json.dumps(missing), encoding="utf-8")
            _airflow("pools", "import", str(file))


def _write_password(environment: Mapping[str, str]) -> None:
    """Where Airflow's own users are a file and a password is given."""
    file, password = environment.get(_PASSWORDS_FILE), environment.get("RELANCES_MOT_DE_PASSE")
    if file and password:
        write_private(Path(file), json.dumps({USER: password}))


def _airflow(*words: str) -> None:
    """Run a command of Airflow's, which says for itself what goes wrong."""
    command = [sys.executable, "-W", "ignore", "-m", "airflow", *words]
    if subprocess.run(command, env={**os.environ, **speaking_utf8()}, check=False).returncode != 0:  # noqa: S603 - our own words
        raise LocalError(f"« airflow {' '.join(words[:2])} » a échoué ; la raison est ci-dessus. — It failed.")
