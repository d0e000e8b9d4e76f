"""What one call's outcome makes of a relance."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relances.policy.politique import load_policy
from relances.rules.codes import Refus
from relances.rules.models import Statut
from relances.rules.outcomes import Issue, Reglement, not_sent, put_off
from relances.sending.crew import settle
from relances_providers.errors import Defect, Fault, Misconfigured, NumberState, OutcomeUnknown, Rejected, TryLater
from relances_providers.messaging import Receipt

ENVOI = load_policy().envoi
LAST = ENVOI.tentatives_max
JITTER = st.floats(0, 1, exclude_max=True)


def delay(numero: int, *, apres: float | None = None, jitter: float = 0.0) -> float:
    reglement = settle(TryLater("plus tard", code="429", retry_after=apres), numero, ENVOI, jitter=lambda: jitter)
    assert reglement.statut is Statut.EN_ATTENTE
    assert reglement.delai is not None
    return reglement.delai


def test_what_the_provider_accepted_is_sent_under_its_reference() -> None:
    assert settle(Receipt("uuid"), 1, ENVOI) == Reglement(Statut.ENVOYEE, Issue.ACCEPTEE, reference="uuid")


def test_what_the_provider_refused_has_failed_with_its_code() -> None:
    refusal = Rejected("non", code="1005", fault=Fault.NUMBER)
    assert settle(refusal, 1, ENVOI) == Reglement(Statut.ECHEC, Issue.REFUSEE, "1005", detail="non")


@pytest.mark.parametrize(
    ("number", "signale"),
    [
        (NumberState.OPTED_OUT, Refus.OPPOSITION),
        (NumberState.UNREACHABLE, Refus.INJOIGNABLE),
        (NumberState.FINE, None),
    ],
)
def test_a_refusal_that_concerns_the_number_says_so(number: NumberState, signale: Refus | None) -> None:
    refusal = Rejected("STOP", code="21610", fault=Fault.NUMBER, number=number)
    assert settle(refusal, 1, ENVOI).signale is signale


def test_what_got_no_answer_is_in_doubt_and_has_no_next_attempt() -> None:
    expected = Reglement(Statut.INCERTAINE, Issue.INCONNUE, "408", detail="silence")
    assert settle(OutcomeUnknown("silence", code="408"), LAST, ENVOI) == expected


def test_what_was_never_sent_waits_without_delay() -> None:
    expected = Reglement(Statut.EN_ATTENTE, Issue.NON_ENVOYEE, detail="lot arrêté")
    assert not_sent("lot arrêté") == expected
    assert settle(Misconfigured("lot arrêté", code="1003"), LAST, ENVOI) == expected


def test_what_a_defect_leaves_is_in_doubt_and_says_its_type_alone() -> None:
    expected = Reglement(Statut.INCERTAINE, Issue.INCONNUE, "erreur_interne", detail="KeyError")
    assert settle(Defect("KeyError"), 1, ENVOI) == expected


def test_what_was_put_off_waits_and_keeps_its_code() -> None:
    reglement = settle(TryLater("plus tard", code="429"), 1, ENVOI)
    assert (reglement.statut, reglement.issue, reglement.code) == (Statut.EN_ATTENTE, Issue.REPORTEE, "429")


def test_the_last_attempt_put_off_is_a_failure() -> None:
    reglement = settle(TryLater("plus tard", code="429"), LAST, ENVOI)
    assert (reglement.statut, reglement.code, reglement.delai) == (Statut.ECHEC, "429", None)


def test_the_attempt_before_the_last_may_still_be_put_off() -> None:
    assert delay(LAST - 1) > 0


def test_the_delay_a_provider_asks_for_is_kept() -> None:
    assert delay(1, apres=12.5) == 12.5


def test_no_provider_puts_a_relance_off_beyond_a_day() -> None:
    assert delay(1, apres=float("inf")) == 86_400


@given(st.integers(1, LAST - 2), JITTER)
def test_each_attempt_waits_longer_than_the_one_before(numero: int, jitter: float) -> None:
    assert delay(numero + 1, jitter=jitter) > delay(numero, jitter=jitter)


@given(st.integers(1, 500), JITTER)
def test_a_delay_lies_between_half_the_first_and_the_longest(numero: int, jitter: float) -> None:
    patient = replace(ENVOI, tentatives_max=10_000)
    delai = put_off("429", "", None, numero, patient, jitter=lambda: jitter).delai
    assert delai is not None
    assert ENVOI.premier_delai / 2 <= delai <= ENVOI.delai_max


@pytest.mark.parametrize(("jitter", "seconds"), [(0.0, 15.0), (0.5, 22.5)])
def test_delays_are_spread_so_that_retries_do_not_come_together(jitter: float, seconds: float) -> None:
    assert delay(1, jitter=jitter) == seconds
