"""Whatever happens in whatever order, no relance is sent twice and none is lost: thousands of random histories.

``RELANCES_SCENARIOS``: how many of them, drawn anew each time; without it a few hundred, always the same.
"""

import os
from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import ClassVar, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from relances.rules.models import Statut
from relances.rules.outcomes import Constat
from relances.sending.phases import Answer
from relances_providers.errors import Fault, OutcomeUnknown, Rejected, TryLater
from relances_providers.messaging import Progress, Receipt
from tests.model.monde import (
    DAY,
    ENVOI,
    LEASE,
    LIMITS,
    MARGIN,
    QUARANTINE,
    VISIBILITY,
    Design,
    Message,
    Monde,
    Request,
    Worker,
)

Thing = TypeVar("Thing")
SCENARIOS = int(os.environ.get("RELANCES_SCENARIOS", "0"))
STEPS = 60
FINAL = {Statut.ENVOYEE, Statut.LIVREE, Statut.ECHEC}
MAY_HAVE_ARRIVED = {Statut.EN_COURS, Statut.INCERTAINE}
NEXT = {
    Statut.EN_ATTENTE: {Statut.EN_ATTENTE, Statut.EN_COURS},
    Statut.EN_COURS: {*MAY_HAVE_ARRIVED, *FINAL, Statut.EN_ATTENTE},
    Statut.INCERTAINE: {Statut.INCERTAINE, *FINAL, Statut.EN_ATTENTE},
    Statut.ENVOYEE: {*FINAL, Statut.EN_ATTENTE},
    Statut.LIVREE: {Statut.LIVREE},
    Statut.ECHEC: {Statut.ECHEC},
}

WHICH = st.integers(0, 7)
MOSTLY = st.sampled_from([True, True, True, False])
SECONDS = st.sampled_from([1.0, 1.0, LIMITS.longest_call, MARGIN + 1, LEASE + 1, QUARANTINE + 1, ENVOI.delai_max + 1])
SILENCE, PUT_OFF = OutcomeUnknown("silence", code="408"), TryLater("plus tard", code="429")
ENDS = [SILENCE, Rejected("non", code="1005", fault=Fault.NUMBER), PUT_OFF]
COMMON = settings(
    deadline=None,
    stateful_step_count=STEPS,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)


# --- what must hold ---


def counts(message: Message) -> bool:
    """Whether it stands for its relance: it may have reached the phone."""
    return not (message.again and message.progress is Progress.UNDELIVERED)


def nothing_is_accepted_twice(monde: Monde) -> None:
    accepted = [message.relance_id for message in monde.ledger if counts(message)]
    assert len(accepted) == len(set(accepted)), "accepted twice"


def what_waits_was_never_accepted_nor_can_be(monde: Monde) -> None:
    """Else it would be sent twice."""
    arrived: list[Message | Request] = [message for message in monde.ledger if counts(message)]
    may_be = {sent.relance_id for sent in [*arrived, *monde.wire]}
    waiting = {row.id for row in monde.relances.values() if row.statut is Statut.EN_ATTENTE}
    assert waiting & may_be == set(), "about to be accepted twice"


def nothing_is_lost(monde: Monde) -> None:
    """What was accepted is sent, or not yet known; what is sent was accepted."""
    references = {message.reference: message for message in monde.ledger}
    for row in monde.relances.values():
        if row.reference is not None:
            assert references[row.reference].relance_id == row.id
        assert row.statut not in (Statut.ENVOYEE, Statut.LIVREE) or row.reference is not None
    for message in filter(counts, monde.ledger):
        row = monde.relances[message.relance_id]
        unknown = row.statut in MAY_HAVE_ARRIVED or (row.statut, row.code) == (Statut.ECHEC, "408")
        assert row.reference == message.reference or unknown, "lost"


def no_call_without_its_intent(monde: Monde) -> None:
    for sent in [*monde.ledger, *monde.wire]:
        assert monde.journal[sent.relance_id, sent.numero].commencee_le <= monde.now
    for row in monde.relances.values():
        numbers = [numero for relance_id, numero in monde.journal if relance_id == row.id]
        assert numbers == list(range(1, row.tentatives + 1))


def history_goes_one_way(before: Monde, monde: Monde) -> None:
    for row in monde.relances.values():
        was = before.relances[row.id]
        late_proof = was.statut is Statut.ECHEC and row.statut is Statut.ENVOYEE and was.code == "408"
        delivered_after_all = was.statut is Statut.ECHEC and row.statut is Statut.LIVREE and was.reference is not None
        assert row.statut in NEXT[was.statut] or late_proof or delivered_after_all, "a final state changed"
        assert row.tentatives >= was.tentatives
        if was.statut is Statut.INCERTAINE and row.statut is Statut.EN_ATTENTE:
            call = monde.journal[row.id, was.tentatives]
            proved = call.constat is Constat.ABSENTE and monde.now > was.incertaine_depuis + QUARANTINE
            assert proved or call.issue in ("reportee", "non_envoyee"), "a doubt went back to the queue"


# --- what may happen ---


def one(things: list[Thing], which: int) -> Thing:
    return things[which % len(things)]


def whole_pass(monde: Monde) -> None:
    """A whole pass."""
    monde.rescue()
    monde.resolve_from_journal()
    monde.ask()
    for finding in list(monde.findings):
        monde.write_finding(finding)
    monde.close_doubts()


class Scenario(RuleBasedStateMachine):
    """Random steps of workers, of a provider that means no good and of reconciliation. Who takes no step is frozen."""

    design: ClassVar = Design()

    @initialize(relances=st.integers(1, 3), workers=st.integers(1, 3), askable=st.sampled_from([True, True, False]))
    def begin(self, relances: int, workers: int, *, askable: bool) -> None:
        self.monde = Monde(self.design, relances=relances, workers=workers, askable=askable)

    @rule(seconds=SECONDS)
    def time_passes(self, seconds: float) -> None:
        self.monde.pass_time(seconds)

    @rule(which=WHICH, nombre=st.integers(1, 2), heard=MOSTLY, begun=MOSTLY)
    def a_worker_claims(self, which: int, nombre: int, *, heard: bool, begun: bool) -> None:
        worker = one(self.monde.workers, which)
        self.monde.claim(worker, nombre, heard=heard)
        for claim in list(worker.ready) if begun else []:
            self.monde.start(worker, claim)

    @rule(which=WHICH)
    def a_worker_gives_a_sign_of_life(self, which: int) -> None:
        self.monde.renew(one(self.monde.workers, which))

    @precondition(lambda self: self.monde.ready)
    @rule(which=WHICH)
    def a_call_begins(self, which: int) -> None:
        self.monde.start(*one(self.monde.ready, which))

    @precondition(lambda self: self.monde.ready)
    @rule()
    def a_person_stops_the_sending(self) -> None:
        for worker, claim in self.monde.ready:
            self.monde.leave(worker, claim)

    @precondition(lambda self: self.monde.wire)
    @rule(which=WHICH, delay=st.sampled_from([0.0, VISIBILITY]))
    def the_provider_accepts(self, which: int, delay: float) -> None:
        self.monde.accept(one(self.monde.wire, which), delay)

    @precondition(lambda self: self.monde.calls)
    @rule(which=WHICH, answer=st.sampled_from(ENDS), written=MOSTLY)
    def a_call_ends(self, which: int, answer: Answer, *, written: bool) -> None:
        """Without a word, whatever its provider did; else as it says."""
        worker, claim, request = one(self.monde.calls, which)
        if request.accepted is not None and not isinstance(answer, OutcomeUnknown):
            answer = Receipt(request.accepted.reference)
        self.monde.answer(worker, claim, request, answer)
        if written:
            self.monde.settle(worker)

    @rule(which=WHICH, heard=MOSTLY)
    def a_worker_writes_its_outcomes(self, which: int, *, heard: bool) -> None:
        self.monde.settle(one(self.monde.workers, which), heard=heard)

    @rule(which=WHICH)
    def a_worker_is_killed(self, which: int) -> None:
        self.monde.crash(one(self.monde.workers, which))

    @rule(part=st.sampled_from([whole_pass, whole_pass, Monde.rescue, Monde.resolve_from_journal, Monde.ask]))
    def somebody_reconciles(self, part: Callable[[Monde], None]) -> None:
        """All of a pass, or a part before it is cut short."""
        part(self.monde)

    @precondition(lambda self: self.monde.findings)
    @rule(which=WHICH)
    def what_the_provider_said_of_a_doubt_is_written(self, which: int) -> None:
        self.monde.write_finding(one(self.monde.findings, which))

    @precondition(lambda self: self.monde.ledger)
    @rule(which=WHICH, progress=st.sampled_from([Progress.DELIVERED, Progress.UNDELIVERED]), again=st.booleans())
    def the_provider_is_asked_of_a_message(self, which: int, progress: Progress, *, again: bool) -> None:
        message = one(self.monde.ledger, which)
        if message.progress is Progress.ACCEPTED:
            message.progress, message.again = progress, again
        self.monde.follow(message)

    @precondition(lambda self: self.monde.news)
    @rule(which=WHICH)
    def what_it_said_of_a_message_is_written(self, which: int) -> None:
        self.monde.write_news(one(self.monde.news, which))

    @invariant()
    def no_message_twice(self) -> None:
        nothing_is_accepted_twice(self.monde)
        what_waits_was_never_accepted_nor_can_be(self.monde)


class Delivery(Scenario):
    """The product's design, of which everything must hold."""

    def __init__(self) -> None:
        super().__init__()
        self.before: Monde | None = None

    @invariant()
    def everything_holds(self) -> None:
        before, self.before = self.before or self.monde, None
        nothing_is_lost(self.monde)
        no_call_without_its_intent(self.monde)
        history_goes_one_way(before, self.monde)
        self.before = deepcopy(self.monde)

    def teardown(self) -> None:
        if self.before is not None:
            all_ends_well(self.monde)


def all_ends_well(monde: Monde) -> None:
    """From anywhere, once everybody was killed: a few passes and a provider that answers end every relance."""
    for worker in list(monde.workers):
        monde.crash(worker)
    for _ in range(2):
        monde.pass_time(DAY)
        whole_pass(monde)
        (worker, *_), before = monde.workers, len(monde.ledger)
        monde.claim(worker, len(monde.relances))
        for claim in list(worker.ready):
            monde.start(worker, claim)
        for _, claim, request in monde.calls:
            monde.accept(request, 0)
            monde.answer(worker, claim, request, Receipt(monde.ledger[-1].reference))
        monde.settle(worker)
        assert len(monde.ledger) - before <= len(monde.relances)
    assert {row.statut for row in monde.relances.values()} <= FINAL
    nothing_is_accepted_twice(monde)
    nothing_is_lost(monde)


def test_no_relance_is_lost_and_none_is_sent_twice_whatever_happens() -> None:
    search = settings(COMMON, max_examples=SCENARIOS or 300, derandomize=not SCENARIOS)
    run_state_machine_as_test(Delivery, settings=search)


# --- the same would not hold otherwise ---


def an_answer_is_lost(monde: Monde) -> None:
    worker = call(monde)
    monde.answer(*only(monde.calls), SILENCE)
    monde.settle(worker)
    monde.pass_time(1)


def a_message_is_seen_late(monde: Monde) -> None:
    worker = call(monde)
    monde.accept(only(monde.wire), VISIBILITY)
    monde.answer(*only(monde.calls), SILENCE)
    monde.settle(worker)
    monde.pass_time(LIMITS.longest_call + 1)


def a_worker_writes_after_another_sent(monde: Monde) -> None:
    slow = call(monde)
    monde.answer(*only(monde.calls), PUT_OFF)
    monde.pass_time(LEASE + QUARANTINE + 1)
    whole_pass(monde)
    quick = call(monde, 1)
    monde.accept(only(monde.wire), 0)
    monde.answer(*only(monde.calls), Receipt(monde.ledger[0].reference))
    monde.settle(quick)
    monde.settle(slow)


def a_worker_wakes_up(monde: Monde) -> None:
    monde.claim(monde.workers[0], 1)
    monde.pass_time(LEASE + QUARANTINE + 1)
    whole_pass(monde)
    monde.start(*only(monde.ready))


def a_call_begins_at_the_last_moment(monde: Monde) -> None:
    monde.claim(monde.workers[0], 1)
    monde.pass_time(MARGIN - 1)
    monde.rescue()
    monde.start(*only(monde.ready))
    monde.pass_time(3)


def a_worker_is_killed_during_a_call(monde: Monde) -> None:
    monde.crash(call(monde))
    monde.accept(only(monde.wire), 0)
    monde.pass_time(LEASE + 1)


NEEDED = [
    (Design(quarantaine=0.0), an_answer_is_lost),
    (Design(quarantaine=LIMITS.longest_call), a_message_is_seen_late),
    (Design(fencing=False), a_worker_writes_after_another_sent),
    (Design(lease_checked=False), a_worker_wakes_up),
    (Design(bail=1.0), a_call_begins_at_the_last_moment),
    (Design(rescued=Statut.EN_ATTENTE), a_worker_is_killed_during_a_call),
    (Design(unknown=Statut.EN_ATTENTE), an_answer_is_lost),
]


def call(monde: Monde, which: int = 0) -> Worker:
    """A worker claims the relance and its call begins."""
    worker = monde.workers[which]
    monde.claim(worker, 1)
    monde.start(worker, *worker.ready)
    return worker


def only(things: Sequence[Thing]) -> Thing:
    (thing,) = things
    return thing


def nothing_twice_after(history: Callable[[Monde], None], design: Design) -> None:
    monde = Monde(design, relances=1, workers=2, askable=True)
    history(monde)
    whole_pass(monde)
    nothing_is_accepted_twice(monde)
    what_waits_was_never_accepted_nor_can_be(monde)


@pytest.mark.parametrize(("design", "history"), NEEDED, ids=lambda part: getattr(part, "__name__", ""))
def test_each_part_of_the_design_is_needed(design: Design, history: Callable[[Monde], None]) -> None:
    nothing_twice_after(history, Design())
    with pytest.raises(AssertionError, match="accepted twice"):
        nothing_twice_after(history, design)


@pytest.mark.parametrize(
    "design",
    [Design(rescued=Statut.EN_ATTENTE), Design(unknown=Statut.EN_ATTENTE)],
    ids=["claims of the dead", "calls without an answer"],
)
def test_random_histories_find_what_is_sent_twice_by_a_job_queue(design: Design) -> None:
    broken = type("Broken", (Scenario,), {"design": design})
    search = settings(COMMON, max_examples=2_000, derandomize=True, phases=[Phase.generate], print_blob=False)
    with pytest.raises(AssertionError, match="accepted twice"):
        run_state_machine_as_test(broken, settings=search)
