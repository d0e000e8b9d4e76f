"""How long an officer waits behind us: dossiers and relances changed at random while results are written back.

``python -m tests.bench.agents [relances] [contribuables]``: the waits of who works in the tax application, in
milliseconds, without us and beside us, and how long the results take.
"""

import logging
import os
import random
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles
from threading import Event, Thread
from time import perf_counter, sleep
from typing import Final

import psycopg

from demo import create_base_fictive
from relances.local.postgres import EmbeddedPostgres
from relances.rules.politique import BaseFiscale
from relances.services.write_back import write_back
from relances.store import migrate
from relances.store.sources import Source
from tests.bench.connections import DATE
from tests.bench.staged import stage

OFFICERS: Final = 3
_TOUCHED: Final = (
    "UPDATE dossier_impaye SET notes = 'vu' WHERE id = (SELECT id FROM dossier_impaye WHERE id >= %(id)s LIMIT 1)",
    "UPDATE relance SET reponse_recue = true WHERE id = (SELECT id FROM relance WHERE id >= %(id)s LIMIT 1)",
    "UPDATE contribuable SET adresse = 'ici' WHERE id = (SELECT id FROM contribuable WHERE id >= %(id)s LIMIT 1)",
)
_DOSSIERS: Final = """
INSERT INTO dossier_impaye (contribuable_id, affectation_taxe_id, montant_initial, montant_restant, date_echeance,
    statut, nombre_relances, created_at, updated_at)
SELECT contribuable_id, id, 1, 1, now(), 'en_cours', 0, now(), now() FROM affectation_taxe
"""
_SETTLED: Final = """
WITH creance AS (
    SELECT r.id, d.affectation, d.contribuable
    FROM (SELECT id, row_number() OVER (ORDER BY id) AS rang FROM relances.relance) r
    JOIN (SELECT * FROM unnest(%(affectations)s::text[], %(contribuables)s::text[])
        WITH ORDINALITY AS d (affectation, contribuable, rang)) d USING (rang)
), dite AS (
    INSERT INTO relances.relance_creance (relance_id, creance_id, montant_du, echeance)
    SELECT id, affectation, 15000, %(jour)s FROM creance
)
UPDATE relances.relance r
SET contribuable_id = creance.contribuable, statut = 'envoyee', envoyee_le = now(), reference = 'r' || r.id,
    tentatives = 1, prochaine_tentative_le = NULL
FROM creance WHERE creance.id = r.id
"""


def main() -> None:
    """Measure and print."""
    relances, contribuables = (int(arg) for arg in [*sys.argv[1:], "100000", "130000"][:2])
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory(prefix="relances-agents-") as folder:
        postgres = EmbeddedPostgres(Path(folder) / "postgres")
        postgres.start()
        try:
            etaxe, ours = prepare(postgres, relances, contribuables)
            with _officers(etaxe) as waits:
                sleep(10)
            print("seuls         ", _said(waits))
            for what in ("premier report", "rejoué"):
                with _officers(etaxe) as waits:
                    shown, seconds = _shown(etaxe, ours)
                print(f"{what:14}", _said(waits), f"; {shown} relances en {seconds:.1f} s")
                with psycopg.connect(ours, autocommit=True) as connection:
                    connection.execute("UPDATE relances.relance SET statut_reporte = NULL")
        finally:
            postgres.stop()


def prepare(postgres: EmbeddedPostgres, relances: int, contribuables: int, name: str = "") -> tuple[str, str]:
    """A tax application, and as many relances that it does not show yet, of one creance each."""
    etaxe, ours = postgres.create_database(f"etaxe{name}"), postgres.create_database(f"relances{name}")
    create_base_fictive(etaxe, contribuables=contribuables, date_reference=DATE)
    migrate(ours)
    stage(ours, 1, relances)
    with psycopg.connect(etaxe, autocommit=True) as connection:
        connection.execute("DELETE FROM dossier_impaye")
        connection.execute(_DOSSIERS)
        connection.execute("VACUUM ANALYZE")
        owed = connection.execute(
            "SELECT max(id)::text, contribuable_id::text FROM affectation_taxe GROUP BY contribuable_id LIMIT %s",
            (relances,),
        ).fetchall()
    assert len(owed) == relances, f"{len(owed)} contribuables"
    affectations, owing = [row[0] for row in owed], [row[1] for row in owed]
    with psycopg.connect(ours, autocommit=True) as connection:
        values = {"affectations": affectations, "contribuables": owing, "jour": DATE}
        connection.execute(_SETTLED, values)
        connection.execute("VACUUM ANALYZE")
    return etaxe, ours


@contextmanager
def _officers(url: str) -> Iterator[list[float]]:
    """What each change of theirs takes, in milliseconds."""
    waits: list[float] = []
    over = Event()
    threads = [Thread(target=_work, args=(url, waits, over)) for _ in range(OFFICERS)]
    for thread in threads:
        thread.start()
    try:
        yield waits
    finally:
        over.set()
        for thread in threads:
            thread.join()


def _work(url: str, waits: list[float], over: Event) -> None:
    chance = random.Random()  # noqa: S311
    with psycopg.connect(url, autocommit=True) as connection:
        [(last,)] = connection.execute("SELECT max(id) FROM dossier_impaye")
        while not over.is_set():
            statement, began = chance.choice(_TOUCHED), perf_counter()
            connection.execute(statement, {"id": chance.randrange(1, last)})
            waits.append((perf_counter() - began) * 1000)
            sleep(0.005)


def _shown(etaxe: str, ours: str) -> tuple[int, float]:
    began = perf_counter()
    with psycopg.connect(etaxe, autocommit=True) as there, psycopg.connect(ours, autocommit=True) as here:
        for connection in (there, here):
            connection.execute("SELECT set_config('jit', 'off', false)")
        return write_back(Source("collecte_taxe"), there, here, BaseFiscale()), perf_counter() - began


def _said(waits: list[float]) -> str:
    parts = quantiles(waits, n=100)
    return f"{len(waits)} gestes d'agents : p50 {parts[49]:.1f} ms, p99 {parts[98]:.1f} ms, max {max(waits):.0f} ms"


if __name__ == "__main__":
    os.environ.setdefault("NO_PROXY", "*")
    main()
