"""``relances connexions``: from the variables of the guides to Airflow's connections. No value is ever shown."""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from relances.local.airflow_api import AirflowApi
from relances.local.connections import SQLALCHEMY, Connection, database_connection
from relances.local.dags_connections import running_stack_of
from relances.local.env_file import read_env_file
from relances.local.errors import LocalError
from relances.local.provider_variables import ALERTES, PROVIDER_CONNECTIONS
from relances.local.settings import OWN_VARIABLES, REAL_VARIABLES, Settings, World
from relances.local.state import LOOPBACK, StateFolder
from relances.local.surroundings import ETAXE_DB, real_connections

_DATABASE: Final = "DATABASE_URL"
_UNUSED: Final = "TWILIO_WEBHOOK_BASE_URL"
_KNOWN: Final = REAL_VARIABLES | {*OWN_VARIABLES, _DATABASE, _UNUSED}


@dataclass(frozen=True, slots=True)
class Guide:
    """The connections that a file describes, and what an operator should know of how it was read."""

    connections: list[Connection] = field(repr=False)
    remarks: list[str]


def read_guide(path: Path) -> Guide:
    """Raises LocalError when the file cannot be read, or a value in it is not what its variable holds."""
    file = read_env_file(path)
    given, remarks = file.values, [*file.remarks, *_remarks(file.values)]
    problems = [problem for each in (*PROVIDER_CONNECTIONS, ALERTES) for problem in each.problems(given)]
    if problems:
        raise LocalError("\n".join([*remarks, *problems, "Rien n'a été écrit : corrigez le fichier."]))
    connections = real_connections(given)
    if _DATABASE in given and "ETAXE_URL" not in given:
        # The tax application writes it for SQLAlchemy, which names its driver in the scheme.
        url = SQLALCHEMY.sub("postgresql://", given[_DATABASE], count=1)
        connections.append(database_connection(ETAXE_DB, _DATABASE, url))
    if not connections:
        raise LocalError("\n".join([*remarks, f"{path} ne décrit aucune connexion."]))
    return Guide(connections, remarks)


def deliver(guide: Guide, settings: Settings, *, imprimer: bool) -> None:
    """Write the connections into the Airflow of ``make up`` that runs, or print them if asked.

    Raises LocalError where none runs, for the lines hold secrets; and where the demonstration runs: its taxpayers are
    invented, their numbers may be someone's.
    """
    for remark in guide.remarks:
        print(remark, file=sys.stderr)
    running = running_stack_of(settings)
    if imprimer:
        print("Lignes à mettre dans l'environnement d'Airflow ; elles tiennent des secrets.", file=sys.stderr)
        print("\n".join(connection.line() for connection in guide.connections))
    elif running is None:
        raise LocalError(
            "« make up » ne tourne pas : lancez-le, ou ajoutez --imprimer pour avoir les lignes AIRFLOW_CONN_…, "
            "secrets compris."
        )
    elif running.path.name == World.DEMO:
        raise LocalError(
            "La démonstration tourne : de vrais fournisseurs écriraient à ses contribuables inventés. Mettez ces "
            "variables dans .env et relancez « make up », ou ajoutez --imprimer."
        )
    else:
        _write(guide.connections, running)


def _write(connections: list[Connection], running: StateFolder) -> None:
    with AirflowApi(f"http://{LOOPBACK}:{running.ports().get('interface', 0)}", running.secrets().password) as api:
        api.log_in()
        api.put_connections(connections)
    names = ", ".join(sorted(connection.connection_id for connection in connections))
    print(f"Écrites dans Airflow : {names}. « relances diagnostic » les examine.")


def _remarks(given: Mapping[str, str]) -> Iterator[str]:
    for name in sorted(given.keys() - _KNOWN):
        close = get_close_matches(name.upper(), _KNOWN, n=1, cutoff=0.75)
        yield f"{name} : variable inconnue, ignorée{f' ; vouliez-vous {close[0]} ?' if close else '.'}"
    if _UNUSED in given:
        yield f"{_UNUSED} : ignorée, les statuts sont demandés à Twilio sans qu'il ait à nous appeler."
    if _DATABASE in given and "ETAXE_URL" in given:
        yield f"{_DATABASE} : ignorée, ETAXE_URL dit où est l'application fiscale."
    for provider in PROVIDER_CONNECTIONS:
        if missing := provider.missing(given):
            yield f"{provider.name} : il manque {', '.join(missing)} pour envoyer."
