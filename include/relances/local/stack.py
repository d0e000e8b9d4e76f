"""Brings the stack up: PostgreSQL, the world around, Airflow, its connections, its pools and its Dag."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from relances.local.airflow import EmbeddedAirflow
from relances.local.airflow_api import AirflowApi
from relances.local.airflow_environment import AirflowPlaces, Celery, airflow_environment
from relances.local.broker import Broker, find_broker
from relances.local.console import Console
from relances.local.errors import LocalError
from relances.local.provider_variables import PROVIDER_CONNECTIONS
from relances.local.settings import Settings, World
from relances.local.state import LOOPBACK
from relances.local.supervisor import Supervisor
from relances.local.surroundings import ETAXE_DB, Surroundings, surround

DAG = "relances_quotidiennes"
_API_SECONDS = 180.0
_DAG_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Stack:
    """A stack that runs, its Dag read. ``address``: of the user interface."""

    settings: Settings
    supervisor: Supervisor
    api: AirflowApi
    address: str
    surroundings: Surroundings


@contextmanager
def running_stack(settings: Settings, console: Console) -> Iterator[Stack]:
    """Everything is up on entering, nothing is left on leaving. Raises LocalError when it does not come up."""
    broker = find_broker(settings)
    console.say(_introduction(settings))
    with Supervisor(settings.state, console.step) as supervisor:
        supervisor.postgres.start()
        console.step("PostgreSQL tourne.")
        port = settings.state.port("interface", settings.port)
        celery = _celery(settings, broker, supervisor, console)
        airflow = _airflow(settings, supervisor, port, celery)
        surroundings = _prepare(settings, airflow, console)
        since = datetime.now(UTC)
        airflow.start()
        with AirflowApi(f"http://{LOOPBACK}:{port}", settings.state.secrets().password) as api:
            supervisor.wait_for(api.is_up, _API_SECONDS, f"Airflow ne répond pas ; voyez {settings.state.logs}.")
            console.step("Airflow répond.")
            airflow.complete()
            _set_up(api, surroundings, console)
            _await_dag(supervisor, api, since)
            console.step(f"Le Dag {DAG} est prêt.")
            yield Stack(settings, supervisor, api, f"http://localhost:{port}", surroundings)


def _introduction(settings: Settings) -> str:
    if settings.world is World.DEMO:
        return (
            f"Démonstration : contribuables inventés, faux fournisseurs, aucun message ne part ({settings.state.path})."
        )
    names = ", ".join(sorted(settings.real))
    return f"Monde réel, à cause de {names} : les messages partent vraiment ({settings.state.path})."


def _celery(settings: Settings, broker: Broker | None, supervisor: Supervisor, console: Console) -> Celery | None:
    if broker is None:
        return None
    celery = Celery(broker.start(supervisor), settings.workers)
    console.step(f"Redis répond ; workers Celery : {celery.workers}.")
    return celery


def _airflow(settings: Settings, supervisor: Supervisor, port: int, celery: Celery | None) -> EmbeddedAirflow:
    database = supervisor.postgres.create_database("airflow")
    places = AirflowPlaces(
        settings.world, settings.state, settings.dags, settings.plugins, settings.politique, database, port, celery
    )
    environment = airflow_environment(places, os.environ)
    return EmbeddedAirflow(supervisor, environment, database, celery.workers if celery is not None else 0)


def _prepare(settings: Settings, airflow: EmbeddedAirflow, console: Console) -> Surroundings:
    migration = airflow.begin_migration()
    surroundings = surround(settings, airflow.supervisor)  # meanwhile
    console.step("Les bases sont prêtes.")
    if migration is not None:
        airflow.end_migration(migration)
        console.step("La base d'Airflow est à jour.")
    return surroundings


def _set_up(api: AirflowApi, surroundings: Surroundings, console: Console) -> None:
    api.log_in()
    api.put_connections(surroundings.connections)
    api.add_pools()
    if api.connection(ETAXE_DB) is None:
        _warn(console, f"pas de connexion {ETAXE_DB} ; donnez ETAXE_URL dans .env")
    if not any(api.connection(provider.connection_id) for provider in PROVIDER_CONNECTIONS):
        _warn(console, "aucun fournisseur n'a de connexion ; donnez les variables de l'un d'eux dans .env")


def _warn(console: Console, sentence: str) -> None:
    console.say(f"Attention : {sentence}, ou créez-la dans l'interface (Admin → Connections).")


def _await_dag(supervisor: Supervisor, api: AirflowApi, since: datetime) -> None:
    def is_read() -> bool:
        found = api.has_dag(DAG)
        for problem in [] if found else api.import_problems(since):
            raise LocalError(f"Le Dag {problem.filename} ne se charge pas :\n{problem.stack_trace}")
        return found

    supervisor.wait_for(is_read, _DAG_SECONDS, f"Airflow ne trouve pas le Dag {DAG}.", every=0.5)
