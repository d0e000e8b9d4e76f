"""When a fournisseur is in such trouble that sending by it pauses."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relances.rules.disjoncteur import Latence, Releve
from relances.rules.politique import Disjoncteur

SAMPLE = 50
QUICK, SLOW = 0.2, 0.9


def releve(part: float = 0.5, echantillon: int = 4) -> Releve:
    return Releve(Disjoncteur(part, echantillon, pause=60, pause_max=1800))


def openings(breaker: Releve, echecs: Iterable[bool]) -> list[bool]:
    return [breaker.note(echec=echec) for echec in echecs]


def heard(latence: Latence, seconds: float, answers: int = SAMPLE) -> list[bool]:
    return [latence.note(seconds) for _ in range(answers)]


# --- failures ---


def test_half_of_the_latest_calls_failed_and_the_breaker_opens() -> None:
    assert openings(releve(), [False, True, False, True]) == [False, False, False, True]


def test_fewer_calls_than_the_sample_prove_nothing() -> None:
    assert openings(releve(), [True, True, True]) == [False, False, False]


def test_one_failure_among_many_answers_opens_nothing() -> None:
    assert not any(openings(releve(), [False] * 10 + [True] + [False] * 10))


def test_calls_of_long_ago_do_not_count() -> None:
    breaker = releve()
    openings(breaker, [True, True] + [False] * 4)
    assert openings(breaker, [True, True]) == [False, True]


def test_a_sample_of_one_opens_at_the_first_failure() -> None:
    assert openings(releve(part=1, echantillon=1), [False, True]) == [False, True]


@given(st.integers(1, 100), st.integers(1, 30), st.lists(st.booleans(), max_size=100))
def test_it_opens_whenever_that_share_of_the_sample_failed_and_never_else(
    percent: int, echantillon: int, echecs: list[bool]
) -> None:
    breaker = releve(percent / 100, echantillon)
    for number, opened in enumerate(openings(breaker, echecs), start=1):
        latest = echecs[max(0, number - echantillon) : number]
        assert opened is (number >= echantillon and sum(latest) * 100 >= percent * echantillon)


# --- latency ---


def test_answers_three_times_as_slow_as_before_are_a_sign() -> None:
    latence = Latence()
    heard(latence, QUICK)
    assert heard(latence, SLOW) == [False] * (SAMPLE - 1) + [True]


def test_answers_a_little_slower_are_none() -> None:
    latence = Latence()
    heard(latence, SLOW)
    assert not any(heard(latence, 2.5 * SLOW))


def test_the_first_sample_is_only_a_measure_however_slow_it_is() -> None:
    assert not any(heard(Latence(), 30))


def test_answers_within_half_a_second_are_never_slow() -> None:
    latence = Latence()
    heard(latence, 0.001)
    assert not any(heard(latence, 0.5))


def test_one_slow_answer_is_no_sign() -> None:
    latence = Latence()
    heard(latence, QUICK)
    assert not any([*heard(latence, QUICK, SAMPLE - 1), latence.note(20)])


def test_the_sign_lasts_as_long_as_the_slowness() -> None:
    latence = Latence()
    heard(latence, QUICK)
    assert [heard(latence, seconds)[-1] for seconds in (SLOW, SLOW, QUICK, SLOW)] == [True, True, False, True]


@pytest.mark.parametrize("quicker", [0.01, 0.1])
def test_the_quickest_sample_is_what_others_are_measured_by(quicker: float) -> None:
    latence = Latence()
    heard(latence, 2.0)
    heard(latence, quicker)
    assert heard(latence, SLOW)[-1]
