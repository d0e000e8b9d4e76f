"""How long results take to be shown, and whether that is linear in how many they are.

``python -m tests.bench.report [relances …]``: of each number, on databases of their own, the first time, once more
unchanged, and when all of them are delivered; beside it, what the keys of as many rows take to be looked for.
"""

import logging
import os
import resource
import sys
import tempfile
import time
from pathlib import Path
from time import perf_counter
from typing import Final

import psutil
import psycopg

from relances.local.postgres import EmbeddedPostgres
from relances.rules.politique import BaseFiscale
from relances.services.write_back import write_back
from relances.store.sources import Source
from tests.bench.agents import prepare

_UNKNOWN: Final = (
    "UPDATE relances.relance SET statut_reporte = NULL; UPDATE relances.relance_creance SET ligne = NULL; "
)
_CASES: Final = {
    "premier report": "SELECT",
    "rejoué, rien n'a changé": "UPDATE relances.relance SET statut_reporte = NULL",
    "livrées": "UPDATE relances.relance SET statut = 'livree', livree_le = now()",
    "rejoué, clés oubliées": _UNKNOWN,
}


def main() -> None:
    """Measure and print."""
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory(prefix="relances-report-") as folder:
        postgres = EmbeddedPostgres(Path(folder) / "postgres")
        postgres.start()
        try:
            for relances in [int(arg) for arg in sys.argv[1:]] or [10_000, 100_000]:
                _measure(postgres, relances)
        finally:
            postgres.stop()


def _measure(postgres: EmbeddedPostgres, relances: int) -> None:
    etaxe, ours = prepare(postgres, relances, relances * 13 // 10, f"_{relances}")
    for name, before in _CASES.items():
        with psycopg.connect(ours, autocommit=True) as connection:
            connection.execute(before)
            connection.execute("VACUUM ANALYZE")
        written, began, cpu = _writes(etaxe), perf_counter(), time.process_time()
        with psycopg.connect(etaxe, autocommit=True) as there, psycopg.connect(ours, autocommit=True) as here:
            shown = write_back(Source("collecte_taxe"), there, here, BaseFiscale())
            seconds = perf_counter() - began
            servers = [_cpu(connection) for connection in (there, here)]
        print(
            f"{name:24} {shown:>9} relances en {seconds:6.1f} s ; calcul : {time.process_time() - cpu:.1f} s ici, "
            f"{servers[0]:.1f} s dans la base fiscale, {servers[1]:.1f} s dans la nôtre ; "
            f"{_writes(etaxe) - written} lignes écrites là-bas ; "
            f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} Mo",
            flush=True,
        )


def _cpu(connection: psycopg.Connection) -> float:
    """Seconds that the server computed for a connection: a machine that others use too says less by its clock."""
    spent = psutil.Process(connection.info.backend_pid).cpu_times()
    return spent.user + spent.system


def _writes(url: str) -> int:
    """Rows of the tax application's tables that were added or changed so far."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT pg_stat_force_next_flush()")
        [(rows,)] = connection.execute("SELECT sum(n_tup_ins + n_tup_upd)::bigint FROM pg_stat_user_tables")
    return int(rows)


if __name__ == "__main__":
    os.environ.setdefault("NO_PROXY", "*")
    main()
