"""Whatever happens in whatever order, no relance is sent twice and none is lost: random histories on a real database.

``RELANCES_SCENARIOS``: how many of them, drawn anew each time; without it twenty, always the same.
"""

import os
from collections.abc import Callable
from functools import partial
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
from relances_providers.errors import Fault, Misconfigured, OutcomeUnknown, ProviderError, Rejected, TryLater
from relances_providers.messaging import Progress, Receipt
from tests.integration.invariants import every_equation_holds
from tests.model.base import Base
from tests.model.fournisseur import LIMITS, QUARANTINE, VISIBILITY
from tests.model.monde import ENVOI, LEASE, MARGIN, Design, Monde
from tests.model.oracle import FINAL, Oracle, nothing_is_lost, nothing_is_sent_twice

Thing = TypeVar("Thing")
SCENARIOS = int(os.environ.get("RELANCES_SCENARIOS", "0"))
STEPS = 50
DAY = 86_400.0

WHICH = st.integers(0, 7)
MOSTLY = st.sampled_from([True, True, True, False])
SECONDS = st.sampled_from([1.0, 1.0, LIMITS.longest_call, MARGIN + 1, LEASE + 1, QUARANTINE + 1, ENVOI.delai_max + 1])
SILENCE = OutcomeUnknown("silence", code="408")
PUT_OFF = TryLater("plus tard", code="429")
ENDS = [SILENCE, Rejected("non", code="1005", fault=Fault.NUMBER), PUT_OFF, Misconfigured("compte", code="401")]
FAILURES = [
    TryLater("éteint", code="30003"),
    Rejected("inconnu", code="30005", fault=Fault.NUMBER),
    Misconfigured("solde épuisé", code="30002"),
]
COMMON = settings(
    deadline=None,
    stateful_step_count=STEPS,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)


def one(things: list[Thing], which: int) -> Thing:
    return things[which % len(things)]


# --- what may happen ---


def nothing(monde: Monde) -> None:
    """Between a lost acknowledgement and the next try."""


def it_lasts(monde: Monde) -> None:
    monde.pass_time(LEASE + 1)


def it_lasts_and_somebody_reconciles(monde: Monde) -> None:
    monde.pass_time(LEASE + 1)
    monde.resolve_from_journal()


MEANWHILE = st.sampled_from([None, None, None, nothing, it_lasts, it_lasts_and_somebody_reconciles])
Meanwhile = Callable[[Monde], None] | None


class Scenario(RuleBasedStateMachine):
    """Random steps of workers, of a provider that means no good and of reconciliation. Who takes no step is frozen."""

    base: ClassVar[Base]
    design: ClassVar = Design()

    @initialize(relances=st.integers(1, 3), workers=st.integers(1, 3), askable=st.sampled_from([True, True, False]))
    def begin(self, relances: int, workers: int, *, askable: bool) -> None:
        self.monde = Monde(self.base, self.design, relances=relances, workers=workers, askable=askable)

    def teardown(self) -> None:
        self.monde.end()

    @rule(seconds=SECONDS)
    def time_passes(self, seconds: float) -> None:
        self.monde.pass_time(seconds)

    @rule(which=WHICH, nombre=st.integers(1, 2), meanwhile=MEANWHILE, begun=MOSTLY)
    def a_worker_claims(self, which: int, nombre: int, meanwhile: Meanwhile, *, begun: bool) -> None:
        worker = one(self.monde.workers, which)
        self.monde.claim(worker, nombre, meanwhile and partial(meanwhile, self.monde))
        for ready in list(worker.ready) if begun else []:
            self.monde.start(worker, *ready)

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
        for ready in self.monde.ready:
            self.monde.leave(*ready)

    @precondition(lambda self: self.monde.fournisseur.wire)
    @rule(which=WHICH, delay=st.sampled_from([0.0, VISIBILITY]))
    def the_provider_accepts(self, which: int, delay: float) -> None:
        fournisseur = self.monde.fournisseur
        fournisseur.accept(one(fournisseur.wire, which), delay)

    @precondition(lambda self: self.monde.calls)
    @rule(which=WHICH, error=st.sampled_from(ENDS), written=MOSTLY)
    def a_call_ends(self, which: int, error: ProviderError, *, written: bool) -> None:
        """Without a word, whatever its provider did; else as it says."""
        worker, begun = one(self.monde.calls, which)
        accepted, silent = begun.request.accepted, isinstance(error, OutcomeUnknown)
        said = Receipt(accepted.reference) if accepted is not None and not silent else error
        self.monde.answer(worker, begun, said, over=not silent)
        if written:
            self.monde.settle(worker)

    @rule(which=WHICH, meanwhile=MEANWHILE)
    def a_worker_writes_its_outcomes(self, which: int, meanwhile: Meanwhile) -> None:
        self.monde.settle(one(self.monde.workers, which), meanwhile and partial(meanwhile, self.monde))

    @rule(which=WHICH)
    def a_worker_is_killed(self, which: int) -> None:
        self.monde.crash(one(self.monde.workers, which))

    @rule(part=st.sampled_from([Monde.whole_pass, Monde.whole_pass, Monde.rescue, Monde.resolve_from_journal]))
    def somebody_reconciles(self, part: Callable[[Monde], None]) -> None:
        """All of a pass, or a part before it is cut short."""
        part(self.monde)

    @precondition(lambda self: self.monde.askable)
    @rule(ask=st.sampled_from([Monde.ask_of_doubts, Monde.ask_of_messages]))
    def a_pass_asks_the_provider(self, ask: Callable[[Monde], None]) -> None:
        ask(self.monde)

    @precondition(lambda self: self.monde.passes)
    @rule(which=WHICH)
    def a_pass_hears_the_provider(self, which: int) -> None:
        self.monde.hear(one(list(self.monde.passes), which))

    @precondition(lambda self: self.monde.fournisseur.ledger)
    @rule(which=WHICH, failure=st.sampled_from([None, None, *FAILURES]))
    def a_message_arrives_or_not(self, which: int, failure: ProviderError | None) -> None:
        message = one(self.monde.fournisseur.ledger, which)
        if message.progress is Progress.ACCEPTED:
            message.progress = Progress.DELIVERED if failure is None else Progress.UNDELIVERED
            message.failure = failure

    @invariant()
    def no_message_twice(self) -> None:
        nothing_is_sent_twice(self.monde.look(), self.monde.fournisseur)


class Delivery(Scenario):
    """The product's design, of which everything must hold."""

    def __init__(self) -> None:
        super().__init__()
        self.oracle = Oracle()
        self.failed = False

    @rule(which=WHICH)
    def somebody_asks_for_silence(self, which: int) -> None:
        relance = one(list(self.monde.look().relances.values()), which)
        self.monde.silence(relance.id)
        self.oracle.silence(relance)

    @invariant()
    def everything_holds(self) -> None:
        self.failed = True
        self.oracle.check(self.monde.look(), self.monde.fournisseur)
        self.failed = False

    def teardown(self) -> None:
        try:
            if not self.failed:
                all_ends_well(self.monde)
        finally:
            super().teardown()


def all_ends_well(monde: Monde) -> None:
    """From anywhere, once everybody was killed: a few passes and a provider that answers end every relance."""
    for worker in list(monde.workers):
        monde.crash(worker)
    for _ in range(2):
        monde.pass_time(DAY)
        monde.whole_pass()
        worker = monde.workers[0]
        monde.claim(worker, len(monde.look().relances))
        for ready in list(worker.ready):
            monde.start(worker, *ready)
        for _, begun in monde.calls:
            accepted = monde.fournisseur.accept(begun.request, 0)
            monde.answer(worker, begun, Receipt(accepted.reference), over=True)
        monde.settle(worker)
    vue = monde.look()
    assert {relance.statut for relance in vue.relances.values()} <= FINAL
    nothing_is_sent_twice(vue, monde.fournisseur)
    nothing_is_lost(vue, monde.fournisseur)
    every_equation_holds(monde.base.url)


def search(machine: type[Scenario], base: Base, how: settings, **design: object) -> None:
    run_state_machine_as_test(type("Searched", (machine,), {"base": base, **design}), settings=how)


def test_no_relance_is_lost_and_none_is_sent_twice_whatever_happens(base: Base) -> None:
    search(Delivery, base, settings(COMMON, max_examples=SCENARIOS or 20, derandomize=not SCENARIOS))


def test_random_histories_find_what_is_sent_twice_where_calls_without_an_answer_are_made_again(base: Base) -> None:
    first_found = settings(COMMON, max_examples=500, derandomize=True, phases=[Phase.generate], print_blob=False)
    with pytest.raises(AssertionError, match="accepted twice"):
        search(Scenario, base, first_found, design=Design(unknown=Statut.EN_ATTENTE))
