"""How one worker goes on, by what its calls came to."""

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relances.sending.phases import (
    PROBES,
    Answer,
    Blamed,
    Failing,
    Halte,
    Halted,
    Heard,
    News,
    Nothing,
    OnTrial,
    Over,
    Phase,
    Probing,
    Running,
    Silence,
    Trouble,
    Troubled,
    after,
    news_of,
    opened,
    places,
    seen,
)
from relances.store.voies import Departs, EtatVoie
from relances_providers.errors import TOO_LATE, Defect, Fault, Misconfigured, OutcomeUnknown, Rejected, TryLater
from relances_providers.messaging import Receipt

LATER: Final = TryLater("en panne — down", code="503")
UNKNOWN: Final = OutcomeUnknown("silence — no answer", code="408")
UNREAD: Final = TryLater("code inconnu — unknown", code="21999", fault=Fault.NOBODY)
TO_MEND: Final = Misconfigured("expéditeur refusé — sender", code="1003")
NEWS: Final = st.sampled_from(
    [
        Nothing(),
        Heard(accepted=True),
        Heard(accepted=False),
        Blamed(UNREAD),
        Silence(LATER, 5.0),
        Failing(UNKNOWN),
        Over(Trouble(TO_MEND)),
    ]
)


def etat(*, suspendue: float = 0.0, arretee: bool = False, suspensions: int = 0, a_prouver: bool = False) -> EtatVoie:
    return EtatVoie(Departs(0, 0.0, 0.1, 0.0), suspendue, arretee, suspensions, None, a_prouver)


def moved(phase: Phase, *news: News, opens: bool = False, in_trouble: bool = False) -> Phase:
    for each in news:
        phase = after(phase, each, opens=opens, in_trouble=in_trouble)
    return phase


# --- news ---


@pytest.mark.parametrize(
    ("answer", "news"),
    [
        (Receipt("uuid"), Heard(accepted=True)),
        (Rejected("non — no", code="1005", fault=Fault.NUMBER), Heard(accepted=False)),
        (TryLater("trop tard — too late", code=TOO_LATE), Nothing()),
        (UNREAD, Blamed(UNREAD)),
        (LATER, Failing(LATER)),
        (UNKNOWN, Failing(UNKNOWN)),
        (TO_MEND, Over(Trouble(TO_MEND))),
    ],
)
def test_each_answer_is_news(answer: Answer, news: News) -> None:
    assert news_of(answer) == news


@pytest.mark.parametrize("fault", [Fault.NUMBER, Fault.TEXT])
def test_what_one_message_explains_is_no_trouble_however_long_it_waits(fault: Fault) -> None:
    tomorrow = TryLater("demain — tomorrow", code="63049", fault=fault, retry_after=86_400)
    assert news_of(tomorrow) == Heard(accepted=False)


@pytest.mark.parametrize("asked", [0.1, 60])
def test_a_short_silence_is_kept(asked: float) -> None:
    error = TryLater("doucement — slow down", code="429", retry_after=asked)
    assert news_of(error) == Silence(error, asked)


def test_a_long_silence_ends_the_lot() -> None:
    error = TryLater("demain — tomorrow", code="429", retry_after=61)
    assert news_of(error) == Over(Trouble(error, au_moins=61.0))


def test_a_silence_of_no_second_is_a_failure() -> None:
    error = TryLater("plus tard — later", code="429", retry_after=0)
    assert news_of(error) == Failing(error)


def test_a_defect_ends_the_lot() -> None:
    defect = Defect("KeyError")
    assert news_of(defect) == Over(Trouble(defect))


# --- phases ---


def test_before_the_first_answer_calls_are_few_and_so_are_failures() -> None:
    phases = [moved(Probing(), *[Failing(UNKNOWN)] * failures) for failures in range(PROBES + 1)]
    assert [places(phase, 16) for phase in phases[:PROBES]] == [3, 2, 1]
    assert phases[PROBES] == Troubled(Trouble(UNKNOWN))


def test_one_answer_opens_every_place() -> None:
    assert places(moved(Probing(1), Heard(accepted=False)), 16) == 16


def test_a_connection_of_few_places_has_no_more_for_probes() -> None:
    assert places(Probing(), 1) == 1


def test_an_unread_refusal_is_an_answer_but_where_the_lane_is_in_trouble() -> None:
    assert moved(Probing(), Blamed(UNREAD)) == Running()
    assert moved(Probing(), Blamed(UNREAD), in_trouble=True) == Probing()


@pytest.mark.parametrize("news", [Blamed(UNREAD), Silence(LATER, 5.0), Failing(UNKNOWN)])
@pytest.mark.parametrize("phase", [Probing(), Running(), OnTrial(Running())])
def test_the_breaker_stops_whatever_the_failure(phase: Phase, news: News) -> None:
    assert isinstance(moved(phase, news, opens=True), Troubled)


def test_a_silence_costs_no_probe() -> None:
    assert moved(Probing(), Silence(LATER, 5.0)) == Probing()


@given(NEWS, st.booleans(), st.booleans())
def test_a_worker_held_up_changes_nothing_and_what_is_over_stays_so(news: News, opens: bool, in_trouble: bool) -> None:
    for phase in (Troubled(Trouble(LATER)), Halted(Halte.ARRETEE)):
        assert moved(phase, news, opens=opens, in_trouble=in_trouble) == phase
    assert moved(Running(), Nothing(), opens=opens, in_trouble=in_trouble) == Running()


@given(st.lists(NEWS, max_size=6), st.booleans())
def test_once_it_answers_a_worker_never_probes_again(news: list[News], in_trouble: bool) -> None:
    assert isinstance(moved(Running(), *news, in_trouble=in_trouble), Running | Troubled)


# --- on trial ---


def test_on_trial_one_call_is_made_and_its_acceptance_stops_the_lane() -> None:
    assert places(OnTrial(Running()), 16) == 1
    stopped = moved(OnTrial(Probing(1)), Heard(accepted=True))
    assert isinstance(stopped, Troubled)
    assert stopped.trouble.essai


def test_on_trial_a_refusal_opens_nothing_but_says_that_it_answers() -> None:
    assert moved(OnTrial(Probing(1)), Heard(accepted=False)) == OnTrial(Running())


def test_on_trial_a_failure_is_one() -> None:
    assert moved(OnTrial(Probing(1)), Failing(UNKNOWN)) == Troubled(Trouble(UNKNOWN))


# --- looks ---


def test_a_lane_in_trouble_or_on_trial_is_tried_by_one_call() -> None:
    assert opened(etat()) == Probing(PROBES)
    assert opened(etat(suspensions=2)) == Probing(1)
    assert opened(etat(a_prouver=True)) == OnTrial(Probing(1))


def test_a_person_s_stop_counts_before_a_suspension() -> None:
    assert seen(Running(), etat(arretee=True, suspendue=30)) == Halted(Halte.ARRETEE)
    assert seen(Running(), etat(suspendue=30)) == Halted(Halte.SUSPENDUE, 30)


@pytest.mark.parametrize("suspendue", [0.0, 30.0])
def test_a_trouble_once_told_halts_the_lot_though_somebody_lifted_the_pause(suspendue: float) -> None:
    trouble = Trouble(LATER)
    assert seen(Troubled(trouble), etat(suspendue=suspendue)) == Halted(Halte.SUSPENDUE, suspendue, trouble)


def test_a_trial_begins_and_ends_as_the_lane_says() -> None:
    assert seen(Running(), etat(a_prouver=True)) == OnTrial(Running())
    assert seen(OnTrial(Probing(2)), etat(a_prouver=True)) == OnTrial(Probing(2))
    assert seen(OnTrial(Probing(2)), etat()) == Probing(2)


# --- what a person has to mend ---


@pytest.mark.parametrize(
    ("error", "raised"),
    [(LATER, None), (UNKNOWN, None), (TO_MEND, Misconfigured)],
)
def test_only_what_a_person_mends_is_raised(error: Exception, raised: type[Exception] | None) -> None:
    to_mend = Trouble(error).to_mend
    assert (to_mend is None) if raised is None else isinstance(to_mend, raised)


def test_a_fault_of_the_account_that_most_messages_meet_is_to_mend() -> None:
    to_mend = Trouble(TryLater("pays fermé — closed", code="21408", fault=Fault.ACCOUNT)).to_mend
    assert isinstance(to_mend, Misconfigured)
    assert to_mend.code == "21408"


def test_of_the_lane_nothing_is_advised_that_one_doubt_advises() -> None:
    assert "inutilisables (408)" in Trouble(UNKNOWN).motif
    assert Trouble(LATER).motif == str(LATER)
