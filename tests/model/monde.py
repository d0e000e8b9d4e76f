"""Relances, their journal, workers and a provider, in memory: the statements of ``store/queries``, on a virtual clock.

What is decided is decided by the product's own rules. Left out: the moment between a worker's look at its lease and the
first byte, in which no program can help being frozen.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import count

from relances.policy.politique import load_policy
from relances.rules.afterwards import Constat, Piste, clear, delivered, undelivered
from relances.rules.models import Statut
from relances.rules.outcomes import Inconnue, Issue, NonEnvoyee, Refusee, Reglement, Reportee, settle
from relances.sending.worker import lease
from relances_providers.messaging import Limits, Progress

LIMITS = Limits(rate_per_second=10, max_in_flight=2, timeout=5)
LEASE = lease(LIMITS)
MARGIN = LEASE - LIMITS.longest_call
VISIBILITY = 20.0
QUARANTINE = LIMITS.longest_call + VISIBILITY
# As impatient as the policy may be: the quarantine alone protects.
ENVOI = replace(load_policy().envoi, delai_absence=1.0, delai_incertitude=3600.0)
DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Design:
    """How sending is built; otherwise than this, messages would be sent twice or lost."""

    quarantaine: float = QUARANTINE
    fencing: bool = True
    lease_checked: bool = True
    bail: float = LEASE
    rescued: Statut = Statut.INCERTAINE
    unknown: Statut = Statut.INCERTAINE


@dataclass(slots=True)
class Relance:
    """A row of ``relances.relance``."""

    id: int
    statut: Statut = Statut.EN_ATTENTE
    tentatives: int = 0
    prochaine: float = 0.0
    proprietaire: int | None = None
    bail: float = 0.0
    reference: str | None = None
    code: str | None = None
    incertaine_depuis: float = 0.0
    close_le: float = 0.0


@dataclass(slots=True)
class Tentative:
    """A row of ``relances.tentative``."""

    proprietaire: int
    commencee_le: float
    issue: str | None = None
    reference: str | None = None
    constat: Constat | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    relance_id: int
    numero: int
    essai: int
    taken_at: float


@dataclass(slots=True)
class Request:
    """A call that left: its provider may take it until ``until``, whoever still waits for the answer."""

    relance_id: int
    numero: int
    until: float
    accepted: "Message | None" = None


@dataclass(slots=True)
class Message:
    """What the provider took. ``seen_from``: when a look-up finds it; ``progress``: what becomes of it."""

    relance_id: int
    numero: int
    reference: str
    seen_from: float
    progress: Progress = Progress.ACCEPTED
    again: bool = False


@dataclass(slots=True)
class Worker:
    """A process: what it has in memory dies with it."""

    id: int
    alive_at: float
    held: dict[int, Claim] = field(default_factory=dict)
    ready: list[Claim] = field(default_factory=list)
    calls: list[tuple[Claim, Request]] = field(default_factory=list)
    outcomes: list[tuple[Claim, Reglement]] = field(default_factory=list)
    lost: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Finding:
    """What the provider showed of a doubt, before anybody wrote what it proves."""

    relance_id: int
    numero: int
    age: float
    pistes: list[Piste]


@dataclass(frozen=True, slots=True)
class News:
    """What the provider said of a message."""

    relance_id: int
    numero: int
    reglement: Reglement


class Monde:
    """All of it. ``askable``: the provider can be asked what it has."""

    def __init__(self, design: Design, *, relances: int, workers: int, askable: bool) -> None:
        self.design = design
        self.askable = askable
        self.now = 1_000.0
        self.relances = {number: Relance(number) for number in range(relances)}
        self.journal: dict[tuple[int, int], Tentative] = {}
        self.wire: list[Request] = []
        self.ledger: list[Message] = []
        self.findings: list[Finding] = []
        self.news: list[News] = []
        self._ids: Iterator[int] = count()
        self.workers = [Worker(next(self._ids), self.now) for _ in range(workers)]

    # --- time, crashes ---

    @property
    def ready(self) -> list[tuple[Worker, Claim]]:
        """Every claim whose call did not begin."""
        return [(worker, claim) for worker in self.workers for claim in worker.ready]

    @property
    def calls(self) -> list[tuple[Worker, Claim, Request]]:
        """Every call that somebody waits for."""
        return [(worker, claim, request) for worker in self.workers for claim, request in worker.calls]

    def pass_time(self, seconds: float) -> None:
        self.now += seconds
        self.wire = [request for request in self.wire if request.until > self.now and request.accepted is None]

    def crash(self, worker: Worker) -> None:
        """Kill -9: another process takes its place, under another name."""
        self.workers[self.workers.index(worker)] = Worker(next(self._ids), self.now)

    # --- a worker ---

    def claim(self, worker: Worker, nombre: int, *, heard: bool = True) -> None:
        """Take what is due; ``heard``: the acknowledgement came. What was taken unheard comes first, the next time."""
        unheard = [row for row in self._owned(worker) if row.id not in worker.held]
        due = [row for row in self.relances.values() if self._due(row)][:nombre]
        for row in due:
            row.statut, row.proprietaire, row.tentatives = Statut.EN_COURS, worker.id, row.tentatives + 1
            self.journal[row.id, row.tentatives] = Tentative(worker.id, self.now)
        for row in [*unheard, *due]:
            row.bail = self.now + self.design.bail
            if heard:
                claim = Claim(row.id, row.tentatives, self._essai(row), self.now)
                worker.held[row.id] = claim
                worker.ready.append(claim)

    def renew(self, worker: Worker) -> None:
        kept = [row for row in self._owned(worker) if row.id in worker.held]
        for row in kept:
            row.bail = self.now + self.design.bail
        worker.lost = worker.held.keys() - {row.id for row in kept}
        worker.alive_at = self.now

    def start(self, worker: Worker, claim: Claim) -> None:
        """Call, unless the claim is known to be lost or has grown too old: then nothing leaves."""
        worker.ready.remove(claim)
        if claim.relance_id in worker.lost:
            self._end(worker, claim, NonEnvoyee("réservation perdue"))
        elif self.design.lease_checked and self.now > max(claim.taken_at, worker.alive_at) + MARGIN:
            self._end(worker, claim, Reportee("trop_tard", "réservation trop ancienne", None))
        else:
            request = Request(claim.relance_id, claim.numero, self.now + LIMITS.longest_call)
            self.wire.append(request)
            worker.calls.append((claim, request))

    def leave(self, worker: Worker, claim: Claim) -> None:
        """Put back what was claimed and not begun: the lot stops."""
        worker.ready.remove(claim)
        self._end(worker, claim, NonEnvoyee("envoi interrompu"))

    def answer(self, worker: Worker, claim: Claim, request: Request, issue: Issue) -> None:
        """The end of a call, as its worker heard it. Only silence leaves the request on its way."""
        worker.calls.remove((claim, request))
        if not isinstance(issue, Inconnue) and request in self.wire:
            self.wire.remove(request)
        self._end(worker, claim, issue)

    def _end(self, worker: Worker, claim: Claim, issue: Issue) -> None:
        reglement = settle(issue, claim.essai, ENVOI)
        if reglement.statut is Statut.INCERTAINE:
            reglement = replace(reglement, statut=self.design.unknown)
        worker.outcomes.append((claim, reglement))

    def settle(self, worker: Worker, *, heard: bool = True) -> None:
        """Write outcomes; ``heard``: the acknowledgement came, else they are written again later."""
        for claim, reglement in worker.outcomes:
            call = self.journal[claim.relance_id, claim.numero]
            if call.proprietaire == worker.id and call.issue is None:
                call.issue, call.reference = reglement.issue, reglement.reference or call.reference
            row = self.relances[claim.relance_id]
            if not self.design.fencing or (
                row.statut is Statut.EN_COURS and row.proprietaire == worker.id and row.tentatives == claim.numero
            ):
                self._write(row, reglement)
        if heard:
            for claim, _ in worker.outcomes:
                worker.held.pop(claim.relance_id, None)
            worker.outcomes.clear()

    # --- the provider ---

    def accept(self, request: Request, delay: float) -> None:
        """The provider takes a request; a look-up sees it ``delay`` seconds later."""
        reference = f"m{len(self.ledger)}"
        request.accepted = Message(request.relance_id, request.numero, reference, self.now + delay)
        self.ledger.append(request.accepted)
        self.wire.remove(request)

    # --- a pass of reconciliation ---

    def rescue(self) -> None:
        for row in self.relances.values():
            if row.statut is Statut.EN_COURS and row.bail < self.now:
                row.statut, row.proprietaire, row.incertaine_depuis = self.design.rescued, None, row.bail

    def resolve_from_journal(self) -> None:
        for row in self.relances.values():
            call = self.journal.get((row.id, row.tentatives))
            if call is None:
                continue
            open_ = row.statut is Statut.INCERTAINE and call.issue in ("acceptee", "refusee", "reportee", "non_envoyee")
            closed = row.statut is Statut.ECHEC and row.code == "408" and row.close_le > self.now - DAY
            if open_ or (closed and call.issue == "acceptee"):
                after = {"acceptee": Statut.ENVOYEE, "refusee": Statut.ECHEC}
                row.statut = after.get(call.issue or "", Statut.EN_ATTENTE)
                row.reference, row.code = call.reference, call.issue

    def ask(self) -> None:
        """Ask of every doubt that is old enough; what it proves is written later."""
        for row in self.relances.values():
            age = self.now - row.incertaine_depuis
            if row.statut is Statut.INCERTAINE and self.askable and age > self.design.quarantaine:
                seen = [m for m in self.ledger if m.relance_id == row.id and m.seen_from <= self.now]
                pistes = [Piste(message.reference, meme_texte=True) for message in seen]
                self.findings.append(Finding(row.id, row.tentatives, age, pistes))

    def write_finding(self, finding: Finding) -> None:
        self.findings.remove(finding)
        known = {call.reference for call in self.journal.values() if call.reference is not None}
        prouvable = finding.age >= ENVOI.delai_absence
        verdict = clear(finding.pistes, known, finding.numero, ENVOI, prouvable=prouvable)
        row = self.relances[finding.relance_id]
        if verdict is None or row.statut is not Statut.INCERTAINE or row.tentatives != finding.numero:
            return
        call = self.journal[row.id, row.tentatives]
        call.constat, call.reference = Constat(verdict.issue), verdict.reference or call.reference
        self._write(row, verdict)

    def close_doubts(self) -> None:
        delay = ENVOI.delai_incertitude if self.askable else self.design.quarantaine
        for row in self.relances.values():
            if row.statut is Statut.INCERTAINE and row.incertaine_depuis < self.now - delay:
                row.statut, row.code, row.close_le = Statut.ECHEC, "408", self.now

    def follow(self, message: Message) -> None:
        """The provider says what became of a message; it is written later."""
        row = self.relances[message.relance_id]
        if row.statut is not Statut.ENVOYEE or row.reference != message.reference:
            return
        match message.progress:
            case Progress.DELIVERED:
                self.news.append(News(row.id, row.tentatives, delivered()))
            case Progress.UNDELIVERED:
                wrong = Reportee("30003", "éteint", None) if message.again else Refusee("30005", "inconnu")
                self.news.append(News(row.id, row.tentatives, undelivered(wrong, row.tentatives, ENVOI)))

    def write_news(self, news: News) -> None:
        self.news.remove(news)
        row, call = self.relances[news.relance_id], self.journal[news.relance_id, news.numero]
        if call.constat is not Constat.LIVREE:
            call.constat = Constat(news.reglement.issue)
        refused = row.statut is Statut.ECHEC and row.reference is not None
        late = refused and news.reglement.statut is Statut.LIVREE
        if row.tentatives == news.numero and (row.statut is Statut.ENVOYEE or late):
            kept = None if news.reglement.statut is Statut.EN_ATTENTE else row.reference
            self._write(row, replace(news.reglement, reference=kept))

    # --- rows ---

    def _owned(self, worker: Worker) -> list[Relance]:
        owned = [row for row in self.relances.values() if row.proprietaire == worker.id]
        return [row for row in owned if row.statut is Statut.EN_COURS]

    def _due(self, row: Relance) -> bool:
        return row.statut is Statut.EN_ATTENTE and row.prochaine <= self.now

    def _essai(self, row: Relance) -> int:
        calls = [self.journal[row.id, numero].issue for numero in range(1, row.tentatives)]
        return row.tentatives - calls.count("non_envoyee")

    def _write(self, row: Relance, reglement: Reglement) -> None:
        row.statut, row.proprietaire = reglement.statut, None
        row.reference, row.code = reglement.reference, reglement.code
        row.prochaine = self.now + (reglement.delai or 0.0)
        row.incertaine_depuis = row.close_le = self.now
