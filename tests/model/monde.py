"""Workers and passes on a real database, which they use as the product does: by its store and its services.

Left out: the moment between a worker's look at its lease and the first byte, in which no program can help being frozen.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from relances.policy.politique import load_policy
from relances.rules.models import Statut
from relances.rules.outcomes import Reglement, not_sent
from relances.sending.crew import call, settle
from relances.sending.phases import Answer
from relances.sending.worker import lease
from relances.services.comptes import Compte
from relances.services.incertaines import clear_doubts
from relances.services.reconciliation import reconcile
from relances.services.suivi import follow
from relances.store.incertaines import Incertaines
from relances.store.oppositions import Oppositions
from relances.store.sending import Claim, Lot, LotStore
from relances.store.suivi import Suivi
from relances_providers.errors import ProviderError
from relances_providers.messaging import Receipt
from tests.integration.lossy import Way
from tests.integration.world import request
from tests.model.base import FOURNISSEUR, Base
from tests.model.fournisseur import LIMITS, VISIBILITY, Fournisseur, Hook, Line, Request
from tests.model.oracle import Vue

Result = TypeVar("Result")
LEASE = lease(LIMITS)
MARGIN = LEASE - LIMITS.longest_call
# As impatient as the policy may be: the quarantine alone protects.
ENVOI = replace(load_policy().envoi, delai_absence=1.0, delai_incertitude=3600.0)
SOURCE = "dettes"
ALL = 1_000
HOURS = 3_600.0


@dataclass(frozen=True, slots=True)
class Design:
    """How sending is built; otherwise than this, messages would be sent twice or lost."""

    visibility: float = VISIBILITY
    lease_checked: bool = True
    bail: float = LEASE
    unknown: Statut = Statut.INCERTAINE


@dataclass(eq=False, slots=True)
class Call:
    """A call that its worker waits for."""

    claim: Claim
    request: Request
    outcome: asyncio.Task[Answer]


@dataclass(eq=False, slots=True)
class Worker:
    """A process: what it has in memory dies with it. ``ready``: claims, each with the machine's time of it."""

    store: LotStore
    alive_at: float
    ready: list[tuple[Claim, float]] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    outcomes: list[tuple[Claim, Reglement]] = field(default_factory=list)
    nothing_left: bool = False

    @property
    def is_done(self) -> bool:
        """With its lot: what came back to the queue since is for another one."""
        return self.nothing_left and not (self.ready or self.calls or self.outcomes)


@dataclass(eq=False, slots=True)
class Passe:
    """A pass that asks the provider, and has not heard the answer to its latest question yet."""

    heard: asyncio.Event = field(default_factory=asyncio.Event)
    asks: bool = False

    async def hear(self) -> None:
        self.asks = True
        await self.heard.wait()
        self.asks = False
        self.heard.clear()


class Monde:
    """All of it. ``askable``: the provider can be asked what it has."""

    def __init__(self, base: Base, design: Design, *, relances: int, workers: int, askable: bool) -> None:
        base.begin_again(relances)
        self.base = base
        self.askable = askable
        self.fournisseur = Fournisseur()
        self.passes: dict[Passe, asyncio.Task[object]] = {}
        self._design = design
        self._hook = Hook(self.fournisseur, visibility=design.visibility, askable=askable)
        self._loop = asyncio.new_event_loop()
        self._way = Way(base.url)
        self._conninfo = self._run(self._way.open())
        self.workers = [Worker(self._lot(), self.now) for _ in range(workers)]

    def end(self) -> None:
        """Everybody is killed."""
        for task in self.passes.values():
            self._cancel(task)
        for worker in self.workers:
            self._bury(worker)
        self._run(self._way.close())
        self._loop.close()

    def look(self) -> Vue:
        return self.base.look()

    @property
    def now(self) -> float:
        return self.fournisseur.now

    @property
    def ready(self) -> list[tuple[Worker, Claim, float]]:
        """Every claim whose call did not begin."""
        return [(worker, *ready) for worker in self.workers for ready in worker.ready]

    @property
    def calls(self) -> list[tuple[Worker, Call]]:
        """Every call that somebody waits for."""
        return [(worker, begun) for worker in self.workers for begun in worker.calls]

    # --- time, crashes, people ---

    def pass_time(self, seconds: float) -> None:
        self.fournisseur.pass_time(seconds)
        self.base.pass_time(seconds)

    def crash(self, worker: Worker) -> None:
        """Kill -9: another process takes its place, under another name."""
        self._bury(worker)
        self.workers[self.workers.index(worker)] = Worker(self._lot(), self.now)

    def silence(self, which: int) -> None:
        """Its contribuable asks to get nothing more."""
        row = self.base.connection.execute("SELECT contribuable_id FROM relances.relance WHERE id = %s", [which])
        Oppositions(self.base.connection).add(SOURCE, {row.fetchall()[0][0]: None})

    # --- a worker ---

    def claim(self, worker: Worker, nombre: int, unheard: Callable[[], None] | None = None) -> None:
        """Take what is due; ``unheard``: the acknowledgement is lost, and this happens before it is asked for again."""
        if worker.is_done:
            self._run(worker.store.__aexit__(None, None, None))
            worker.store, worker.alive_at = self._lot(), self.now
        claims = self._exchange(worker, nombre, unheard)
        worker.nothing_left = len(claims) < nombre or worker.store.at_end
        worker.ready += [(claim, self.now) for claim in claims]

    def renew(self, worker: Worker) -> None:
        self._run(worker.store.renew())
        worker.alive_at = self.now

    def start(self, worker: Worker, claim: Claim, taken_at: float) -> None:
        """Call, unless the claim is known to be lost or has grown too old: then nothing leaves."""
        if not worker.store.holds(claim):
            self.leave(worker, claim, taken_at)
            return
        worker.ready.remove((claim, taken_at))
        not_after = max(taken_at, worker.alive_at) + MARGIN if self._design.lease_checked else float("inf")
        line, before = Line(self.fournisseur, Passe().hear), len(self.fournisseur.wire)
        outcome = self._loop.create_task(call(line, claim, not_after))
        self._run(asyncio.sleep(0))
        if len(self.fournisseur.wire) > before:
            worker.calls.append(Call(claim, self.fournisseur.wire[-1], outcome))
        else:
            self._ended(worker, claim, self._run(_result(outcome)))

    def leave(self, worker: Worker, claim: Claim, taken_at: float) -> None:
        """Put back what was claimed and not begun."""
        worker.ready.remove((claim, taken_at))
        self._kept(worker, claim, not_sent("envoi interrompu"))

    def answer(self, worker: Worker, begun: Call, said: Receipt | ProviderError, *, over: bool) -> None:
        """The end of a call, as its worker hears it. ``over``: nothing is on its way to the provider any more."""
        worker.calls.remove(begun)
        if over and begun.request in self.fournisseur.wire:
            self.fournisseur.wire.remove(begun.request)
        if isinstance(said, Receipt):
            begun.request.answer.set_result(said)
        else:
            begun.request.answer.set_exception(said)
        self._ended(worker, begun.claim, self._run(_result(begun.outcome)))

    def settle(self, worker: Worker, unheard: Callable[[], None] | None = None) -> None:
        """Write outcomes; ``unheard``: as of :meth:`claim`."""
        if worker.outcomes:
            self._exchange(worker, 0, unheard)

    def _exchange(self, worker: Worker, nombre: int, unheard: Callable[[], None] | None) -> list[Claim]:
        if unheard is not None:
            self._way.lose(meanwhile=unheard)
        claims = self._run(worker.store.exchange(worker.outcomes, nombre))
        worker.outcomes.clear()
        return claims

    def _ended(self, worker: Worker, claim: Claim, answer: Answer) -> None:
        self._kept(worker, claim, settle(answer, claim.essai, ENVOI))

    def _kept(self, worker: Worker, claim: Claim, reglement: Reglement) -> None:
        if reglement.statut is Statut.INCERTAINE and self._design.unknown is not Statut.INCERTAINE:
            reglement = replace(reglement, statut=self._design.unknown)
        worker.outcomes.append((claim, reglement))

    # --- passes of reconciliation ---

    def whole_pass(self) -> None:
        reconcile(self.base.connection, {FOURNISSEUR: self._hook}, ENVOI, suivi_secondes=HOURS)

    def rescue(self) -> None:
        """A pass that was cut short."""
        Incertaines(self.base.connection).rescue(ALL)

    def resolve_from_journal(self) -> None:
        """A pass that was cut short a little later."""
        incertaines = Incertaines(self.base.connection)
        incertaines.rescue(ALL)
        incertaines.resolve_from_journal(ALL)

    def ask_of_doubts(self) -> None:
        passe, incertaines = Passe(), Incertaines(self.base.connection)
        line = Line(self.fournisseur, passe.hear)
        self._begin(passe, clear_doubts(incertaines, FOURNISSEUR, self._hook, line, ENVOI, seconds=HOURS))

    def ask_of_messages(self) -> None:
        passe, relances, moved = Passe(), self.base.connection, Counter[Statut]()
        compte, line = Compte(relances, FOURNISSEUR, ENVOI.disjoncteur), Line(self.fournisseur, passe.hear)
        self._begin(passe, follow(Suivi(relances), compte, LIMITS, line, ENVOI, seconds=HOURS, moved=moved))

    def hear(self, passe: Passe) -> None:
        """A pass hears the answer to its question, and goes on to the next one, or to its end."""
        passe.heard.set()
        passe.asks = False
        self._advance(passe)

    def _begin(self, passe: Passe, asking: Coroutine[Any, Any, object]) -> None:
        self.passes[passe] = self._loop.create_task(asking)
        self._advance(passe)

    def _advance(self, passe: Passe) -> None:
        task = self.passes[passe]
        while not (task.done() or passe.asks):
            self._run(asyncio.sleep(0))
        if task.done():
            self.passes.pop(passe).result()

    # --- the machinery ---

    def _run(self, coroutine: Coroutine[Any, Any, Result]) -> Result:
        return self._loop.run_until_complete(coroutine)

    def _lot(self) -> LotStore:
        lot = Lot(SOURCE, request().occasion, FOURNISSEUR, self.base.premier, self.base.dernier)
        bail, heures = self._design.bail, ENVOI.expiration_heures
        store = LotStore(self._conninfo, lot, bail, self._hook.account, heures, soldes_max=HOURS)
        self._run(store.beat())
        return store

    def _bury(self, worker: Worker) -> None:
        for begun in worker.calls:
            self._cancel(begun.outcome)
        self._run(worker.store.__aexit__(None, None, None))

    def _cancel(self, task: asyncio.Task[Any]) -> None:
        task.cancel()
        with suppress(asyncio.CancelledError):
            self._loop.run_until_complete(task)


async def _result(outcome: asyncio.Task[Answer]) -> Answer:
    return await outcome
