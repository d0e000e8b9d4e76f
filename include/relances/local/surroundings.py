"""What the embedded Airflow is connected to, in each of the two worlds; nothing of one is in reach of the other."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from relances.local.connections import Connection, database_connection, read_database_url
from relances.local.errors import LocalError
from relances.local.provider_variables import ALERTES, provider_connections
from relances.local.settings import Settings
from relances.local.supervisor import Supervisor
from relances.rules.errors import PipelineError
from relances.store import migrate

if TYPE_CHECKING:
    from relances.local.simulated import Simulators

RELANCES_DB, ETAXE_DB = "relances_db", "etaxe_db"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Databases and providers, migrated and filled. ``simulators``: in the demo world, and only there."""

    relances_url: str = field(repr=False)
    connections: list[Connection]
    simulators: "Simulators | None"


def surround(settings: Settings, supervisor: Supervisor) -> Surroundings:
    """Prepare the world that the settings ask for. Raises LocalError, naming the variable to mend."""
    database = supervisor.postgres.create_database
    if settings.real:
        return real_world(database, settings.real)
    from relances.local.simulated import start_simulators

    return demo_world(database, start_simulators(supervisor, settings.state), settings.contribuables)


def demo_world(database: Callable[[str], str], simulators: "Simulators", contribuables: int) -> Surroundings:
    """The world of the demonstration, its databases made and filled. ``database``: the URL of one, by its name."""
    from relances.local.simulated import fill_etaxe

    relances_url, etaxe_url = database("relances"), database("etaxe")
    migrate(relances_url)
    fill_etaxe(etaxe_url, contribuables)
    databases = [
        database_connection(RELANCES_DB, "relances", relances_url),
        database_connection(ETAXE_DB, "etaxe", etaxe_url),
    ]
    return Surroundings(relances_url, [*databases, *simulators.connections()], simulators)


def real_world(database: Callable[[str], str], given: Mapping[str, str]) -> Surroundings:
    """The world that the variables describe, our own database made where they name none. Raises LocalError."""
    relances_url = given.get("RELANCES_URL") or database("relances")
    connections = real_connections({**given, "RELANCES_URL": relances_url})
    migrate_given(relances_url)
    return Surroundings(relances_url, connections, None)


def real_connections(given: Mapping[str, str]) -> list[Connection]:
    """The connections that the variables describe. Raises LocalError, naming the variable to mend."""
    databases = ((ETAXE_DB, "ETAXE_URL"), (RELANCES_DB, "RELANCES_URL"))
    return [
        *provider_connections(given),
        *filter(None, [ALERTES.connection(given)]),
        *(database_connection(name, variable, given[variable]) for name, variable in databases if variable in given),
    ]


def migrate_given(url: str) -> None:
    """Migrate a database of the operator's. Raises LocalError, with the cure, where that cannot be."""
    read_database_url("RELANCES_URL", url)
    try:
        migrate(url)
    except PipelineError as error:
        raise LocalError(f"RELANCES_URL : {error}") from None
