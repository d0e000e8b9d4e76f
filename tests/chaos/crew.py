"""Starts the processes of a scenario, each with ways of its own to the database and to the fournisseurs."""

import json
import os
import signal
import time
from typing import Any, Final

import httpx
from psycopg.conninfo import conninfo_to_dict

from tests.chaos import workers
from tests.chaos.played import Played, Worker
from tests.chaos.scenario import CANAL, MANUEL, PASSAGE, Who
from tests.chaos.site import Site
from tests.chaos.ways import Victim, Way, Where
from tests.integration.provider import Provider
from tests.support import closed_days, postgres_connection, write_policy

PATIENCE: Final = 240.0  # seconds that a process may take, whatever befalls it


class Crew:
    """Whoever works in one scenario."""

    def __init__(self, site: Site, played: Played) -> None:
        self._site = site
        self._played = played
        name, taille = played.log_file.stem, played.scenario.taille_lot
        self._open = write_policy(site.folder / f"{name}-ouvert.toml", taille_lot=taille)
        self._closed = write_policy(site.folder / f"{name}-ferme.toml", taille_lot=taille, jours=closed_days())

    def send(self, who: Who) -> Worker:
        """One who sends; every second one begins with the last lot."""
        rank = len(self._played.workers)
        words = [who.run_id, who.fournisseur, "-1" if rank % 2 else "1"]
        if not who.supervised:
            return self._start("send", words, who)
        pid_file = self._played.log_file.with_suffix(f".{rank}.pid")
        worker = self._start("send_supervised", [*words, str(pid_file)], who)
        worker.pid_file = pid_file
        return worker

    def reconcile(self) -> Worker:
        return self._start("reconcile", [])

    def recover(self) -> None:
        """Until everything is at rest."""
        passes = self._played.log_file.with_suffix(".passes")
        self._wait(self._start("recover", [self._played.url, str(passes), *self._all(PASSAGE)]))
        self._played.passes = int(passes.read_text()) if passes.exists() else 0

    def restore(self) -> None:
        """What an operator does once a backup is brought back."""
        self._wait(self._start("restore", []))

    def send_again(self) -> None:
        """The same day once more, by both runs."""
        self._wait(self._start("send_all", self._all(PASSAGE, MANUEL)))

    def dismiss(self) -> None:
        """Nobody goes on."""
        for worker in self._played.workers:
            worker.process.kill()
            if worker.orphan is not None:
                os.kill(worker.orphan, signal.SIGKILL)
            worker.process.join(30)
            worker.process.close()
        self._site.network.close()

    def _all(self, *runs: str) -> list[str]:
        return [f"{run}:{fournisseur}" for run in runs for fournisseur in self._played.scenario.relances]

    def _wait(self, worker: Worker) -> None:
        worker.process.join(PATIENCE)
        if worker.alive:
            self._played.broken.append(f"{worker.name} n'a pas fini en {PATIENCE:.0f} s")
            worker.signal(signal.SIGKILL)
            worker.process.join(30)

    def _start(self, task: str, words: list[str], who: Who | None = None) -> Worker:
        name = f"{task}-{len(self._played.workers)}"
        victim = Victim(list(who.blows) if who else [])
        server, simulators = conninfo_to_dict(self._played.url), httpx.URL(self._site.provider.url)
        base = Way(Where.BASE, f"{server['host']}/.s.PGSQL.{server['port']}", victim)
        http = Way(Where.HTTP, (simulators.host, simulators.port or 80), victim)
        for way in (base, http):
            self._site.network.open(way)
        environment = {
            "PGAPPNAME": name,
            "RELANCES_POLITIQUE": str(self._closed if who and self._played.scenario.closed else self._open),
            "NO_PROXY": "*",
            **self._databases(base.port),
            **self._fournisseurs(http.port, who),
            **(who.environment if who else {}),
        }
        started = time.time()
        process = workers.start(task, environment, self._played.log_file, *words)
        victim.pid = process.pid
        worker = Worker(name, who, process, victim, [base, http], started)
        self._played.workers.append(worker)
        return worker

    def _databases(self, port: int) -> dict[str, str]:
        plain = {"sslmode": "disable", "gssencmode": "disable"}  # what passes by is read
        words = json.loads(postgres_connection(self._played.url)) | {"host": "127.0.0.1", "port": port, "extra": plain}
        return {f"AIRFLOW_CONN_{name}_DB": json.dumps(words) for name in ("RELANCES", "ETAXE")}

    def _fournisseurs(self, port: int, who: Who | None) -> dict[str, str]:
        scenario, known = self._played.scenario, Provider(f"http://127.0.0.1:{port}")
        limits: dict[str, Any] = {
            "timeout": scenario.timeout,
            "max_in_flight": scenario.in_flight,
            "rate_per_second": scenario.debit,
        }
        connections: dict[str, str] = {}
        for name in CANAL:
            connections |= known.variables(name, **limits)
        if who is not None and who.host is not None:
            host = who.host.replace("{port}", str(port))
            connections |= known.variables(who.fournisseur, host=host, keycloak_host=host, **limits)
        return connections
