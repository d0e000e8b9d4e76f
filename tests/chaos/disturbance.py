"""What is done from outside to those who send, to their servers and to their data, and what is undone later."""

import signal
import time
from collections.abc import Callable
from functools import partial

import psycopg

from relances.store.voies import resume_voies, stop_voies
from tests.chaos.crew import Crew
from tests.chaos.played import Played, Worker
from tests.chaos.scenario import MANUEL, Event, What, Who
from tests.chaos.site import Site
from tests.chaos.ways import Deed, Where
from tests.chaos.workers import MARGIN
from tests.integration.world import ask

SQLSTATE = {What.FULL: "53100", What.DEADLOCK: "40P01"}


class Disturbance:
    """The events of a scenario that are still to come, and those whose end is."""

    def __init__(self, site: Site, played: Played, crew: Crew) -> None:
        self._site = site
        self._played = played
        self._crew = crew
        self._fournisseurs = list(played.scenario.relances)
        self._pending = list(played.scenario.events)
        self._ends: list[tuple[float, Callable[[], object]]] = []

    @property
    def going_on(self) -> bool:
        """Whether something has begun that has not ended."""
        return bool(self._ends)

    def see_to_it(self, accepted: int) -> None:
        """Do what is due after so many messages, and end what has lasted long enough."""
        for event in [event for event in self._pending if event.after <= accepted]:
            self._pending.remove(event)
            self._do(event)
        for worker in self._played.alive:
            if not worker.frozen and any(blow.deed is Deed.FREEZE for blow in worker.victim.struck):
                self._freeze(worker)
        for end in [end for end in self._ends if end[0] <= time.monotonic()]:
            self._ends.remove(end)
            end[1]()

    def finish(self) -> None:
        """Nobody sends any more: a person lets them go on; the rest never came."""
        for event in self._pending:
            if event.what is What.RESUME:
                self._do(event)
            else:
                self._played.missing.append(f"{event.what} après {event.after}")
        self._pending.clear()

    def _do(self, event: Event) -> None:
        senders = [worker for worker in self._played.workers if worker.who is not None]
        worker = senders[event.whom % len(senders)]
        done = True
        match event.what:
            case What.KILL | What.TERMINATE | What.FREEZE | What.ORPHAN:
                done = self._strike(event.what, worker)
            case What.ANOTHER:
                self._crew.send(Who(self._fournisseurs[0], MANUEL))
            case What.RECONCILE:
                self._crew.reconcile()
            case What.CUT_BASE | What.AWAY | What.CUT_HTTP | What.REFUSED:
                self._shut(Where.BASE if event.what in (What.CUT_BASE, What.AWAY) else Where.HTTP, event.seconds)
            case What.RESTART | What.CRASH:
                self._site.restart(crash=event.what is What.CRASH)
            case What.PAY | What.OPPOSE | What.STOP | What.RESUME:
                self._tell(event.what)
            case What.CLOCK:
                step(self._played.url, event.seconds)
                self._crew.reconcile()
            case What.FULL | What.DEADLOCK:
                ask(self._played.url, "INSERT INTO chaos.empechement VALUES (%(why)s)", why=SQLSTATE[event.what])
                self._later(event.seconds, lambda: ask(self._played.url, "DELETE FROM chaos.empechement"))
            case What.BACKUP:
                self._site.back_up(self._played.url)
            case What.RESTORE:
                self._restore()
        if done:
            self._played.happened[event.what] += 1
        else:
            self._played.missing.append(f"{event.what} : il avait fini")

    def _later(self, seconds: float, end: Callable[[], object]) -> None:
        self._ends.append((time.monotonic() + seconds, end))

    # --- to who sends ---

    def _strike(self, what: What, worker: Worker) -> bool:
        if not worker.alive or worker.frozen:
            return False
        match what:
            case What.FREEZE:
                self._freeze(worker)
            case What.TERMINATE:
                worker.signal(signal.SIGTERM)
            case _:
                worker.disturbed = what is What.KILL
                worker.signal(signal.SIGKILL)
                worker.process.join(30)
        return what is not What.ORPHAN or worker.orphan is not None

    def _restore(self) -> None:
        """All who work are lost with the database; others go on with what the backup knows."""
        for worker in self._played.alive:
            worker.disturbed = True
            worker.signal(signal.SIGKILL)
            worker.process.join(30)
        self._site.bring_back(self._played.url)
        for fournisseur in self._fournisseurs:
            self._crew.send(Who(fournisseur)).process.join(60)  # not before somebody says what was lost
        self._crew.restore()
        for fournisseur in self._fournisseurs:
            self._crew.send(Who(fournisseur))

    def _freeze(self, worker: Worker) -> None:
        """Beyond its lease, while a retry sends beside it; its claims are rescued before it goes on."""
        worker.signal(signal.SIGSTOP)
        worker.frozen = worker.disturbed = True
        if worker.who is not None:
            self._crew.send(Who(worker.who.fournisseur, worker.who.run_id))
        self._later(2 * self._played.scenario.timeout + MARGIN + 0.5, lambda: self._thaw(worker))

    def _thaw(self, worker: Worker) -> None:
        self._crew.reconcile().process.join(60)
        worker.signal(signal.SIGCONT)

    def _shut(self, where: Where, seconds: float) -> None:
        """Cut all who work off their database or fournisseur; who comes back within so many seconds is refused."""
        for worker in self._played.alive:
            worker.disturbed = worker.disturbed or where is Where.HTTP
            for way in (way for way in worker.ways if way.where is where):
                if seconds > 0:
                    self._site.network.shut(way)
                    self._later(seconds, partial(self._site.network.open, way))
                else:
                    self._site.network.cut(way)

    # --- to the data ---

    def _tell(self, what: What) -> None:
        match what:
            case What.PAY:
                self._pay()
            case What.OPPOSE:
                self._oppose()
            case _:
                self._stop_or_resume(what)

    def _pay(self) -> None:
        """One creance in seven is paid, whatever became of its relance."""
        payers = range(3, self._played.staged, 7)
        ask(
            self._played.url,
            "INSERT INTO info_collecte SELECT unnest(%(who)s::integer[]), 1, 15000, 'completed', now(), false",
            who=list(payers),
        )
        at = time.time()
        for payer in payers:
            self._played.paid.setdefault(str(payer), at)

    def _oppose(self) -> None:
        """One contribuable in eleven asks for silence."""
        silent = range(5, self._played.staged, 11)
        ask(
            self._played.url,
            "INSERT INTO relances.opposition (source, contribuable_id) "
            "SELECT 'collecte_taxe', unnest(%(who)s::text[]) ON CONFLICT DO NOTHING",
            who=list(map(str, silent)),
        )
        at = time.time()
        for one in silent:
            self._played.opposed.setdefault(str(one), at)

    def _stop_or_resume(self, what: What) -> None:
        now, stops = time.time(), self._played.stops
        with psycopg.connect(self._played.url, autocommit=True) as connection:
            if what is What.STOP:
                stop_voies(connection, self._fournisseurs)
                stops.append((time.time(), float("inf")))
            else:
                stops[:] = [(at, min(until, now)) for at, until in stops]
                resume_voies(connection, self._fournisseurs)


def step(url: str, seconds: float) -> None:
    """The clock of the database steps: all that was written lies so many seconds further back, or ahead."""
    for table, columns in (
        ("relance", ("bail_jusqu_au", "prochaine_tentative_le")),
        ("voie", ("suspendue_jusqu_au", "prochain_depart", "ralentie_le", "acceleree_le")),
    ):
        moved = ", ".join(f"{column} = {column} - make_interval(secs => %(s)s)" for column in columns)
        while not _moved(url, f"UPDATE relances.{table} SET {moved}", seconds):  # noqa: S608 - our own words
            pass


def _moved(url: str, statement: str, seconds: float) -> bool:
    """Whether it was done: no clock locks rows, this one does, and may meet a worker that comes the other way."""
    try:
        ask(url, statement, s=seconds)
    except psycopg.errors.DeadlockDetected:
        return False
    return True
