"""No second holds more starts than the provider's rate."""

from collections import deque
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relances.stages.pacing import Pace

RATES = st.sampled_from([0.1, 0.5, 1.0, 1.5, 2.0, 2.1, 5.0, 19.7, 80.0, 500.0, 5000.0])
PASSED = st.sampled_from([0.0, 0.001, 0.01, 0.05, 0.2, 0.6]) | st.floats(0, 0.1)
STEPS = st.lists(st.tuples(PASSED, st.sampled_from([1, 3, 1_000_000]), st.floats(0, 1)), min_size=30, max_size=150)
ROUNDING = 1e-6


class Clock:
    """Time that passes when told."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def busiest_window(starts: Iterable[tuple[float, int]], seconds: float) -> int:
    """The most starts that any window of that length holds."""
    window: deque[tuple[float, int]] = deque()
    held = busiest = 0
    for when, number in starts:
        window.append((when, number))
        held += number
        while when - window[0][0] >= seconds:
            held -= window.popleft()[1]
        busiest = max(busiest, held)
    return busiest


@given(RATES, STEPS)
def test_no_window_of_a_second_holds_more_than_the_rate(rate: float, steps: list[tuple[float, int, float]]) -> None:
    clock = Clock()
    pace = Pace(rate, clock)
    starts = []
    for passed, wanted, _ in steps:
        clock.now += passed
        starts.append((clock.now, pace.grant(wanted)))
    window = max(1.0, 1 / rate)
    assert busiest_window(starts, window - ROUNDING) <= max(1, int(rate))


@pytest.mark.parametrize("rate", [0.5, 1.0, 2.0, 2.1, 5.0, 19.7, 80.0, 500.0, 5000.0])
def test_not_even_the_second_after_a_rest_holds_more(rate: float) -> None:
    clock = Clock()
    pace = Pace(rate, clock)
    clock.now += 10
    starts = []
    for _ in range(5_000):
        starts.append((clock.now, pace.grant(1_000_000)))
        clock.now += 0.001
    window = max(1.0, 1 / rate)
    assert busiest_window(starts, window - ROUNDING) <= max(1, int(rate))


@given(RATES, STEPS)
def test_grants_given_back_later_open_no_window_either(rate: float, steps: list[tuple[float, int, float]]) -> None:
    clock = Clock()
    pace = Pace(rate, clock)
    starts = []
    for passed, wanted, share in steps:
        granted_at = clock.now
        granted = pace.grant(wanted)
        used = int(granted * share)
        clock.now += passed
        pace.give_back(granted - used)
        starts.append((granted_at, used))
    window = max(1.0, 1 / rate)
    assert busiest_window(starts, window - ROUNDING) <= max(1, int(rate))


@pytest.mark.parametrize("rate", [1.0, 5.0, 80.0, 2000.0])
def test_under_steady_demand_most_of_the_rate_is_used(rate: float) -> None:
    clock = Clock()
    pace = Pace(rate, clock)
    made = 0
    while clock.now < 1_020.0:
        made += pace.grant(1_000_000)
        clock.now += pace.delay() + ROUNDING
    assert made >= 20 * rate * (0.9 if rate > 20 else 0.5)


@given(RATES, st.integers(1, 100))
def test_never_more_is_granted_than_wanted(rate: float, wanted: int) -> None:
    assert 0 < Pace(rate, Clock()).grant(wanted) <= wanted


def test_after_the_delay_it_names_one_start_may_happen() -> None:
    clock = Clock()
    pace = Pace(5, clock)
    assert pace.grant(10) == 1
    assert pace.grant(10) == 0
    clock.now += pace.delay() + ROUNDING
    assert pace.grant(10) == 1


def test_a_pause_grants_nothing_until_it_is_over() -> None:
    clock = Clock()
    pace = Pace(100, clock)
    pace.pause(3)
    assert pace.grant(1) == 0
    assert pace.delay() == 3
    clock.now += 3
    assert pace.grant(1) == 1


def test_a_shorter_pause_does_not_end_a_longer_one() -> None:
    clock = Clock()
    pace = Pace(100, clock)
    pace.pause(3)
    pace.pause(1)
    assert pace.delay() == 3


def test_a_grant_given_back_may_be_used_at_once() -> None:
    pace = Pace(5, Clock())
    assert pace.grant(1) == 1
    pace.give_back(1)
    assert pace.grant(1) == 1
