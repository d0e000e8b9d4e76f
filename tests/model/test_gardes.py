"""Each guard of the statements, and each bound of the design, is needed: without it, one short history goes wrong."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from relances.rules.models import Statut
from relances.store import database
from relances_providers.errors import TryLater
from relances_providers.messaging import Progress, Receipt
from tests.model.base import Base
from tests.model.fournisseur import LIMITS, QUARANTINE, VISIBILITY
from tests.model.monde import HOURS, LEASE, MARGIN, Design, Monde, Worker
from tests.model.oracle import Oracle
from tests.model.test_machine import PUT_OFF, SILENCE

History = Callable[[Monde], None]


def call(monde: Monde, which: int = 0) -> Worker:
    """A worker claims the relance and its call begins."""
    worker = monde.workers[which]
    monde.claim(worker, 1)
    monde.start(worker, *worker.ready[0])
    return worker


def accept(monde: Monde, worker: Worker) -> None:
    """The provider takes the message and says so, which is written."""
    taken = monde.fournisseur.accept(monde.fournisseur.wire[-1], 0)
    monde.answer(worker, worker.calls[-1], Receipt(taken.reference), over=True)
    monde.settle(worker)


def fall_silent(monde: Monde, worker: Worker) -> None:
    """The call ends without an answer."""
    monde.answer(worker, worker.calls[-1], SILENCE, over=False)
    monde.settle(worker)


# --- histories: each begins with one relance, two workers and a provider that can be asked ---


def an_answer_is_lost(monde: Monde) -> None:
    fall_silent(monde, call(monde))
    monde.pass_time(2)
    monde.whole_pass()


def a_message_is_seen_late(monde: Monde) -> None:
    worker = call(monde)
    monde.fournisseur.accept(monde.fournisseur.wire[0], VISIBILITY)
    fall_silent(monde, worker)
    monde.pass_time(LIMITS.longest_call + 1)
    monde.whole_pass()


def a_worker_writes_while_another_calls(monde: Monde) -> None:
    slow = call(monde)
    monde.answer(slow, slow.calls[0], PUT_OFF, over=True)
    monde.pass_time(LEASE + QUARANTINE + 1)
    monde.whole_pass()
    call(monde, 1)
    monde.settle(slow)


def a_worker_wakes_up(monde: Monde) -> None:
    sleeper = monde.workers[0]
    monde.claim(sleeper, 1)
    monde.pass_time(LEASE + QUARANTINE + 1)
    monde.whole_pass()
    monde.start(sleeper, *sleeper.ready[0])


def a_worker_looks_at_its_claims_while_another_calls(monde: Monde) -> None:
    sleeper = monde.workers[0]
    monde.claim(sleeper, 1)
    monde.pass_time(LEASE + QUARANTINE + 1)
    monde.whole_pass()
    call(monde, 1)
    monde.renew(sleeper)
    monde.start(sleeper, *sleeper.ready[0])
    for request in list(monde.fournisseur.wire):
        monde.fournisseur.accept(request, 0)


def a_call_begins_at_the_last_moment(monde: Monde) -> None:
    worker = monde.workers[0]
    monde.claim(worker, 1)
    monde.pass_time(MARGIN - 1)
    monde.rescue()
    monde.start(worker, *worker.ready[0])
    monde.pass_time(3)
    monde.whole_pass()


def a_worker_is_killed_during_a_call(monde: Monde) -> None:
    worker = call(monde)
    monde.fournisseur.accept(monde.fournisseur.wire[0], 0)
    monde.crash(worker)
    monde.pass_time(LEASE + 1)
    monde.rescue()


def an_acknowledgement_is_lost_while_a_call_lasts(monde: Monde) -> None:
    worker = call(monde)
    monde.claim(worker, 1, lambda: None)
    for ready in list(worker.ready):
        monde.start(worker, *ready)
    for request in list(monde.fournisseur.wire):
        monde.fournisseur.accept(request, 0)


def a_pass_writes_after_another_sent(monde: Monde) -> None:
    fall_silent(monde, call(monde))
    monde.pass_time(QUARANTINE + 1)
    monde.ask_of_doubts()
    monde.pass_time(QUARANTINE + 1)
    monde.whole_pass()
    accept(monde, call(monde, 1))
    monde.hear(*monde.passes)


def a_pass_writes_old_news(monde: Monde) -> None:
    accept(monde, call(monde))
    message = monde.fournisseur.ledger[0]
    message.progress, message.failure = Progress.UNDELIVERED, TryLater("éteint", code="30003")
    monde.ask_of_messages()
    message.progress, message.failure = Progress.DELIVERED, None
    monde.pass_time(HOURS)
    monde.whole_pass()
    monde.hear(*monde.passes)


def a_call_begins(monde: Monde) -> None:
    call(monde)


TWICE = "accepted twice"


@dataclass(frozen=True, slots=True)
class Guard:
    """Words of a statement, what stands there where they are forgotten, and a history that goes wrong then."""

    statement: str
    words: str
    instead: str
    history: History
    wrong: str = TWICE

    @contextmanager
    def forgotten(self) -> Iterator[None]:
        """Within, the product has the statement without them."""
        text = database._queries()[self.statement]
        assert text.count(self.words) == 1, f"{self.statement}: {self.words}"
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(database._queries(), self.statement, text.replace(self.words, self.instead))
            database.query.cache_clear()
            yield
        database.query.cache_clear()


GUARDS = [
    Guard(
        "exchange",
        "AND r.proprietaire = %(proprietaire)s AND r.tentatives = g.numero",
        "",
        a_worker_writes_while_another_calls,
    ),
    Guard(
        "exchange",
        "%(compte)s, %(proprietaire)s FROM prises",
        "%(compte)s, %(proprietaire)s FROM prises WHERE false",
        a_call_begins,
        "an attempt is not in the journal",
    ),
    Guard(
        "renew",
        "statut = 'en_cours' AND proprietaire = %(proprietaire)s",
        "statut = 'en_cours'",
        a_worker_looks_at_its_claims_while_another_calls,
    ),
    Guard(
        "claim_unheard",
        "AND id <> ALL (%(detenues)s::bigint[])",
        "",
        an_acknowledgement_is_lost_while_a_call_lasts,
    ),
    Guard(
        "rescue",
        "'incertaine', proprietaire = NULL, bail_jusqu_au = NULL, incertaine_depuis = r.bail_jusqu_au",
        "'en_attente', proprietaire = NULL, bail_jusqu_au = NULL",
        a_worker_is_killed_during_a_call,
    ),
    Guard(
        "resolve_from_journal",
        "t.issue IN ('acceptee', 'refusee', 'reportee', 'non_envoyee')",
        "t.issue IS NOT NULL",
        an_answer_is_lost,
    ),
    Guard(
        "list_doubts",
        "r.incertaine_depuis < clock_timestamp() - make_interval(secs => %(quarantaine_secondes)s)",
        "true",
        an_answer_is_lost,
    ),
    Guard(
        "clear_doubts", "r.statut = 'incertaine' AND r.tentatives = g.numero", "true", a_pass_writes_after_another_sent
    ),
    Guard("apply_news", "AND (r.statut = 'envoyee'", "AND (true", a_pass_writes_old_news),
]
DESIGNS = [
    (Design(visibility=0.0), a_message_is_seen_late),
    (Design(lease_checked=False), a_worker_wakes_up),
    (Design(bail=1.0), a_call_begins_at_the_last_moment),
    (Design(unknown=Statut.EN_ATTENTE), an_answer_is_lost),
]


def tell(history: History, base: Base, design: Design | None = None) -> None:
    """Live it through, and look."""
    monde, oracle = Monde(base, design or Design(), relances=1, workers=2, askable=True), Oracle()
    try:
        history(monde)
        oracle.check(monde.look(), monde.fournisseur)
    finally:
        monde.end()


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: f"{guard.statement}: {guard.history.__name__}")
def test_each_guard_of_the_statements_is_needed(base: Base, guard: Guard) -> None:
    tell(guard.history, base)
    with guard.forgotten(), pytest.raises(AssertionError, match=guard.wrong):
        tell(guard.history, base)


@pytest.mark.parametrize(("design", "history"), DESIGNS, ids=lambda part: getattr(part, "__name__", ""))
def test_each_part_of_the_design_is_needed(base: Base, design: Design, history: History) -> None:
    tell(history, base)
    with pytest.raises(AssertionError, match=TWICE):
        tell(history, base, design)
