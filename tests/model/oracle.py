"""What must hold of the rows and of what the provider has, after every step of any history."""

from dataclasses import dataclass

from relances.rules.models import Statut
from tests.model.fournisseur import QUARANTINE, Fournisseur

SLOW = 5.0  # seconds that a busy machine may take for a step, which the database counts
FINAL = {Statut.ENVOYEE, Statut.LIVREE, Statut.ECHEC, Statut.ANNULEE}
MAY_HAVE_ARRIVED = {Statut.EN_COURS, Statut.INCERTAINE}
NEXT = {
    Statut.EN_ATTENTE: {Statut.EN_ATTENTE, Statut.EN_COURS, Statut.ECHEC, Statut.ANNULEE, Statut.LIVREE},
    Statut.EN_COURS: {*MAY_HAVE_ARRIVED, *FINAL, Statut.EN_ATTENTE} - {Statut.ANNULEE},
    Statut.INCERTAINE: {Statut.INCERTAINE, *FINAL, Statut.EN_ATTENTE} - {Statut.ANNULEE},
    Statut.ENVOYEE: {*FINAL, Statut.EN_ATTENTE} - {Statut.ANNULEE},
    Statut.LIVREE: {Statut.LIVREE},
    Statut.ECHEC: {Statut.ECHEC},
    Statut.ANNULEE: {Statut.ANNULEE},
}


@dataclass(frozen=True, slots=True)
class Relance:
    """A row of ``relances.relance``. ``doute``: seconds since nobody knows, None where it is in no doubt."""

    id: int
    telephone: str
    statut: str
    tentatives: int
    reference: str | None
    code: str | None
    doute: float | None


@dataclass(frozen=True, slots=True)
class Tentative:
    """A row of ``relances.tentative``."""

    relance_id: int
    numero: int
    issue: str | None
    reference: str | None
    constat: str | None


@dataclass(frozen=True, slots=True)
class Vue:
    """What was committed."""

    relances: dict[int, Relance]
    journal: dict[tuple[int, int], Tentative]


class Oracle:
    """Looks after each step of one history."""

    def __init__(self) -> None:
        self._before: tuple[Vue, float] | None = None
        self._silenced: dict[int, int] = {}

    def silence(self, relance: Relance) -> None:
        """From now on it may be called no more."""
        self._silenced.setdefault(relance.id, relance.tentatives)

    def check(self, vue: Vue, fournisseur: Fournisseur) -> None:
        nothing_is_sent_twice(vue, fournisseur)
        nothing_is_lost(vue, fournisseur)
        no_call_without_its_intent(vue, fournisseur)
        for relance_id, tentatives in self._silenced.items():
            assert vue.relances[relance_id].tentatives == tentatives, "silence was asked for"
        before, then = self._before or (vue, fournisseur.now)
        history_goes_one_way(before, vue, fournisseur.now - then)
        self._before = vue, fournisseur.now


def nothing_is_sent_twice(vue: Vue, fournisseur: Fournisseur) -> None:
    nothing_is_accepted_twice(fournisseur)
    what_waits_was_never_accepted_nor_can_be(vue, fournisseur)


def nothing_is_accepted_twice(fournisseur: Fournisseur) -> None:
    accepted = [taken.to for taken in fournisseur.ledger if taken.counts]
    assert len(accepted) == len(set(accepted)), "accepted twice"


def what_waits_was_never_accepted_nor_can_be(vue: Vue, fournisseur: Fournisseur) -> None:
    """Else it would be sent twice."""
    may_have = {taken.to for taken in fournisseur.ledger if taken.counts}
    may_have |= {request.message.to for request in fournisseur.wire}
    waiting = {relance.telephone for relance in vue.relances.values() if relance.statut == Statut.EN_ATTENTE}
    assert waiting & may_have == set(), "about to be accepted twice"


def nothing_is_lost(vue: Vue, fournisseur: Fournisseur) -> None:
    """What was accepted is sent, or not yet known; what is sent was accepted."""
    taken = {message.reference: message for message in fournisseur.ledger}
    of = {relance.telephone: relance for relance in vue.relances.values()}
    for relance in vue.relances.values():
        if relance.reference is not None:
            assert taken[relance.reference].to == relance.telephone, "another's message"
    for message in (taken for taken in fournisseur.ledger if taken.counts):
        relance = of[message.to]
        unknown = relance.statut in MAY_HAVE_ARRIVED or (relance.statut, relance.code) == (Statut.ECHEC, "408")
        assert relance.reference == message.reference or unknown, "lost"


def no_call_without_its_intent(vue: Vue, fournisseur: Fournisseur) -> None:
    """Committed before, and each attempt is in the journal."""
    called = [taken.to for taken in fournisseur.ledger] + [request.message.to for request in fournisseur.wire]
    for relance in vue.relances.values():
        numbers = [numero for relance_id, numero in vue.journal if relance_id == relance.id]
        assert numbers == list(range(1, relance.tentatives + 1)), "an attempt is not in the journal"
        assert called.count(relance.telephone) <= len(numbers), "called without an intent"


def history_goes_one_way(before: Vue, vue: Vue, seconds: float) -> None:
    """``seconds``: that passed in between."""
    for relance in vue.relances.values():
        was = before.relances[relance.id]
        statut, late = Statut(was.statut), was.statut in (Statut.ECHEC, Statut.ANNULEE)
        late_proof = relance.statut == Statut.ENVOYEE and (was.statut, was.code) == (Statut.ECHEC, "408")
        delivered_after_all = relance.statut == Statut.LIVREE and late
        nexts = NEXT[statut] if relance.tentatives == was.tentatives else NEXT[statut] | NEXT[Statut.EN_COURS]
        assert relance.statut in nexts or late_proof or delivered_after_all, "a final state changed"
        assert relance.tentatives >= was.tentatives
        if was.doute is not None and relance.statut == Statut.EN_ATTENTE:
            call = vue.journal[relance.id, was.tentatives]
            proved = call.constat == "absente" and was.doute + seconds > QUARANTINE - SLOW
            failed = call.constat == "non_livree" and call.reference is not None
            assert proved or failed or call.issue in ("reportee", "non_envoyee"), "a doubt went back to the queue"
