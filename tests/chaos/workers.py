"""The tasks of the Dags in processes of their own, which may be killed or frozen: forked from one that is warm."""

import multiprocessing
import os
import sys
import traceback
from collections.abc import Callable, Mapping
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Final

import psycopg

from relances.rules.errors import PipelineError
from relances.rules.restauration import Parole
from relances.sending import worker as sending
from relances_providers.errors import ProviderError
from tests import jour
from tests.integration.asked import restaurer
from tests.integration.world import ask, request
from tests.jour import Waits

MARGIN: Final = 4.0  # seconds, in place of the product's thirty: a lease is outlived in true time
PASSES: Final = 14  # of the reconciliation, until everything is at rest
ABSENCE: Final = 600  # seconds, by the policy: then what is not found was never sent
HELD_UP: Final = 3  # exit statuses
TRIED: Final = 4
DEFECT: Final = 5

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload([__name__])


def start(task: str, environment: Mapping[str, str], log: Path, *words: str) -> ForkServerProcess:
    """Start a task of this module. ``environment``: what is not as in the process that started the first."""
    process = _context.Process(target=run, args=(task, dict(environment), log, words), daemon=True)
    process.start()
    return process


def run(task: str, environment: dict[str, str], log: Path, words: tuple[str, ...]) -> None:
    with log.open("ab", buffering=0) as file:
        for number in (1, 2):
            os.dup2(file.fileno(), number)
    os.environ.update(environment)
    sending._LEASE_MARGIN = MARGIN  # the same rules, on a faster clock
    tasks: dict[str, Callable[..., None]] = {
        "send": send,
        "send_supervised": send_supervised,
        "send_all": send_all,
        "reconcile": reconcile,
        "recover": recover,
        "restore": restore,
    }
    try:
        tasks[task](*words)
    except Waits:
        sys.exit(HELD_UP)
    except (PipelineError, ProviderError, psycopg.OperationalError) as error:
        print(f"{environment['PGAPPNAME']} : {type(error).__name__} {error}", flush=True)
        sys.exit(TRIED)
    except Exception as error:  # what no task may end with
        print(f"{environment['PGAPPNAME']} : défaut {type(error).__name__} {error}", flush=True)
        traceback.print_exc()
        sys.exit(DEFECT)


def send(run_id: str, fournisseur: str, order: str) -> None:
    """Every lot of a fournisseur, one after the other, in one order or the other; what is held up comes back later."""
    asked = request(run_id)
    lots = jour.plan_lots(asked, fournisseur)
    for lot in lots[:: int(order)]:
        jour.send_lot(asked, **lot)  # type: ignore[arg-type]


def send_all(*runs_and_fournisseurs: str) -> None:
    """All that is due of each run, by each fournisseur: ``run:fournisseur``."""
    for pair in runs_and_fournisseurs:
        run_id, _, fournisseur = pair.partition(":")
        send(run_id, fournisseur, "1")


def send_supervised(run_id: str, fournisseur: str, order: str, pid_file: str) -> None:
    """The same in a child, as Airflow's supervisor does: the child outlives the kill of its supervisor."""
    child = os.fork()
    if child == 0:
        try:
            send(run_id, fournisseur, order)
        finally:
            os._exit(0)
    draft = Path(f"{pid_file}.tmp")
    draft.write_text(str(child))
    draft.replace(pid_file)
    os.waitpid(child, 0)


def reconcile() -> None:
    jour.reconcile_every_run()


def restore() -> None:
    print(restaurer(Parole.AUCUNE, forcer=False), flush=True)


def recover(url: str, passes: str, *runs_and_fournisseurs: str) -> None:
    """Pass after pass of reconciliation, and what nobody has tried yet, until everything is at rest."""
    for nth in range(1, PASSES + 1):
        Path(passes).write_text(str(nth))
        move_to_their_time(url)
        for work, words in ((reconcile, ()), (send_all, runs_and_fournisseurs)):
            try:
                work(*words)
            except (Waits, PipelineError, ProviderError) as error:
                print(f"{nth} : {type(error).__name__} {error}", flush=True)
        moving = "SELECT id FROM relances.relance WHERE statut IN ('en_attente', 'en_cours', 'incertaine') LIMIT 1"
        if nth > 1 and not ask(url, moving):
            return


def move_to_their_time(url: str) -> None:
    """Nobody works: every wait is over at once. A doubt is then just as old as nothing found has to be for a proof.

    Not older: what is looked for was sent before, by the clock of its fournisseur, which does not move.
    """
    for column, moment in (
        ("bail_jusqu_au", "now() - interval '1 second'"),
        ("incertaine_depuis", f"now() - interval '{ABSENCE} seconds'"),
        ("prochaine_tentative_le", "now()"),
        ("interrogee_le", f"now() - interval '{ABSENCE + 100} seconds'"),
    ):
        ask(url, f"UPDATE relances.relance SET {column} = {moment} WHERE {column} > {moment}")  # noqa: S608 - our own words
    for column in ("suspendue_jusqu_au", "prochain_depart"):
        ask(url, f"UPDATE relances.voie SET {column} = now() WHERE {column} > now()")  # noqa: S608
