"""Which modules of the product one relance passes, from its creation to its settlement: a trace of a real run.

``python -m tests.mesures.passage`` prints their names as JSON, twice: of the relance itself, from the service that
creates it to the row that settles it; and of its three tasks whole, with what a task reads and opens before. One
contribuable owes one creance; PostgreSQL is real, Ventis simulated. A module counts where one of its functions runs:
what its import alone runs does not.
"""

import asyncio
import inspect
import json
import os
import subprocess
import sys
import tempfile
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from relances.local.postgres import EmbeddedPostgres

REPOSITORY: Final = Path(__file__).parents[2]
ROOMS: Final = {REPOSITORY / "include": "relances", REPOSITORY / "plugins": "relances_providers"}
_ONE_OWES: Final = """
UPDATE contribuable SET telephone = '066123456', nom = 'NOM', prenom = 'Prenom', actif = true;
DELETE FROM relance;
UPDATE info_collecte SET montant = 0;
"""


@dataclass(frozen=True, slots=True)
class Passage:
    """The modules that a relance enters; and its tasks, all in all."""

    relance: list[str]
    tasks: list[str]


def passage() -> Passage:
    """Traced in a process of its own."""
    command = [sys.executable, "-W", "ignore", "-m", "tests.mesures.passage"]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return Passage(**json.loads(done.stdout.splitlines()[-1]))


def modules_entered(run: Callable[[], object]) -> list[str]:
    """The modules of the product whose functions run meanwhile."""
    files = set[str]()
    with _entering(files):
        run()
    paths = [(root, Path(file)) for file in files for root, room in ROOMS.items() if f"{root / room}/" in file]
    return sorted(".".join(path.relative_to(root).with_suffix("").parts) for root, path in paths)


@contextmanager
def _entering(files: set[str]) -> Iterator[None]:
    """Note the file of each function that is called, on this thread and on those that begin."""

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code.co_flags & inspect.CO_OPTIMIZED:  # no body of a module or of a class
            files.add(frame.f_code.co_filename)

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        yield
    finally:
        sys.setprofile(None)
        threading.setprofile(None)  # as its documentation has it


def _trace(folder: Path) -> Passage:
    # Imported once the environment is told: Airflow makes its home as soon as it is.
    from relances.local.postgres import EmbeddedPostgres
    from tests.integration.provider import running_provider

    postgres = EmbeddedPostgres(folder / "postgres")
    postgres.start()
    try:
        with running_provider() as provider:
            os.environ.update(provider.variables())
            _one_owes(postgres, folder, "tasks")
            tasks = modules_entered(_tasks)
            url = _one_owes(postgres, folder, "relance")
            create, send = _create_of(url), _send_of(url, folder / "temoin")
            relance = modules_entered(lambda: (create(), send()))
    finally:
        postgres.stop()
    return Passage(relance, tasks)


def _one_owes(postgres: "EmbeddedPostgres", folder: Path, name: str) -> str:
    """Databases where one creance waits for its relance; the URL of the pipeline's own."""
    from demo import create_base_fictive
    from relances.store import migrate
    from tests import jour
    from tests.integration.world import TODAY, ask, request
    from tests.support import postgres_connection, write_policy

    etaxe, relances = (postgres.create_database(f"{name}_{part}") for part in ("etaxe", "relances"))
    create_base_fictive(etaxe, contribuables=1, date_reference=TODAY)
    ask(etaxe, _ONE_OWES)
    migrate(relances)
    os.environ.update(
        AIRFLOW_CONN_ETAXE_DB=postgres_connection(etaxe),
        AIRFLOW_CONN_RELANCES_DB=postgres_connection(relances),
        RELANCES_POLITIQUE=str(write_policy(folder / "politique.toml")),
        RELANCES_DATA_DOCS=str(folder / "data_docs"),
        RELANCES_TEMOIN=str(folder / f"temoin_{name}"),
    )
    for task in (jour.check_providers, jour.extract, jour.validate):
        task(request())
    return relances


def _tasks() -> None:
    """The steps of the day that the relance passes."""
    from tests import jour
    from tests.integration.world import request

    jour.create_relances(request())
    for part in jour.plan_lots(request(), "ventis"):
        jour.send_lot(request(), **part)


def _create_of(url: str) -> Callable[[], object]:
    """What creates the relance, all that its step reads before being at hand."""
    import psycopg

    from relances.services.creation import create_relances
    from relances.store.executions import Executions
    from tests.integration.world import request
    from tests.jour import rules_of

    connection = psycopg.connect(url, autocommit=True)
    execution = Executions(connection).get(request().run_id)
    regles = rules_of(request(), connection)
    return lambda: create_relances(connection, execution, regles, None)


def _send_of(url: str, witness: Path) -> Callable[[], object]:
    """What cuts the day into lots, reads the balances of one again, and sends it."""
    import psycopg

    from relances.orchestration.connections import hook_of
    from relances.rules.soldes import Relecture
    from relances.sending.worker import LotSender, lease
    from relances.services.fournisseurs import chemin_of, known_provider
    from relances.services.soldes import Lecteur
    from relances.store.executions import Executions
    from relances.store.lots import Lots
    from relances.store.restauration import Temoin
    from relances.store.sending import LotStore
    from tests.integration.world import request
    from tests.jour import here, rules_of
    from tests.support import JAMAIS

    connection = psycopg.connect(url, autocommit=True)
    execution, plume = Executions(connection).get(request().run_id), rules_of(request(), connection).plume
    relecture = Relecture(plume, chemin_of(here(), known_provider("ventis"), plume.politique))
    envoi, hook = plume.politique.envoi, hook_of("ventis")
    limits, account, bail = hook.limits, hook.account, lease(hook.limits)

    async def send() -> None:
        [lot] = Lots(connection).plan(execution, "ventis", envoi.taille_lot, 10)
        Lecteur(here(), lot, plume.politique.base_fiscale, lambda _: lambda _: relecture).before()
        store = LotStore(url, lot, bail, account, envoi.expiration_heures, temoin=Temoin(witness))
        async with hook.open() as sender, store:
            await LotSender(store, sender, limits, envoi, JAMAIS, par_segment=True).run()

    return lambda: asyncio.run(send())


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as place:
        os.environ.update(AIRFLOW_HOME=f"{place}/airflow", NO_PROXY="*", no_proxy="*")
        found = _trace(Path(place))
        print(json.dumps({"relance": found.relance, "tasks": found.tasks}))
