"""No second holds more starts than the provider's rate, however many workers share it."""

from collections import deque
from collections.abc import Iterable, Sequence
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relances.sending.pacing import Cadence, Pace
from relances.store.voies import Departs

RATES = [0.1, 0.5, 1.0, 1.5, 2.0, 5.0, 6.9, 7.1, 10.0, 19.7, 80.0, 500.0, 5000.0]
PASSED = st.sampled_from([0.0, 0.001, 0.01, 0.05, 0.2, 0.6]) | st.floats(0, 0.1)
WORKER = st.integers(0, 3)
ASKED = st.sampled_from([0, 1, 3, 40, 1_000_000])
SHARE = st.floats(0, 1)
STEPS = st.lists(st.tuples(PASSED, WORKER, ASKED, ASKED, SHARE), min_size=30, max_size=150)
SLOW = 20 / 3
ROUNDING = 1e-6


class Clock:
    """Time that passes when told."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


class Lane:
    """The timeline that the workers share, as ``look_at_voie`` keeps it."""

    def __init__(self, debit: float, clock: Clock) -> None:
        self._debit = debit
        self._clock = clock
        self._prochain_depart = 0.0

    def reserve(self, nombre: int) -> Departs:
        accordes = min(nombre, ceil(self._debit / 4))
        depart = max(self._prochain_depart, self._clock())
        if accordes:
            self._prochain_depart = depart + accordes / self._debit
        return Departs(accordes, depart, 1 / self._debit, 0.0)


def worker(rate: float = 100.0) -> tuple[Pace, Clock]:
    """A worker without any departure, and its clock."""
    clock = Clock()
    return Pace(Cadence.of(rate), clock), clock


def given_departures(pace: Pace, clock: Clock, nombre: int, pas: float = 0.01, wait: float = 0.0) -> None:
    pace.add(Departs(nombre, clock.now + wait, pas, 0.0))


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


def assert_within(rate: float, starts: Sequence[tuple[float, int]], more: int = 0) -> None:
    """Of a slow rate no two starts are nearer than it says: whole seconds would round what is no whole number."""
    window, most = (1 / rate, 1) if rate < SLOW else (1.0, rate)
    assert busiest_window(starts, window - ROUNDING) <= most + more


# --- a voie that is shared ---


@given(st.sampled_from(RATES), STEPS)
def test_no_window_of_a_second_holds_more_than_the_rate_whatever_its_workers_do(
    rate: float, steps: list[tuple[float, int, int, int, float]]
) -> None:
    clock, cadence, starts = Clock(), Cadence.of(rate), []
    lane, paces = Lane(cadence.debit, clock), [Pace(cadence, clock) for _ in range(4)]
    for passed, who, asked, wanted, share in steps:
        clock.now += passed
        paces[who].add(lane.reserve(asked))
        granted = paces[who].grant(wanted)
        used = int(granted * share)
        starts.append((clock.now, used))
        paces[who].give_back(granted - used)
    assert_within(rate, starts)


@pytest.mark.parametrize("rate", RATES)
def test_not_even_the_second_after_a_rest_holds_more(rate: float) -> None:
    clock, cadence, starts = Clock(), Cadence.of(rate), []
    lane, paces = Lane(cadence.debit, clock), [Pace(cadence, clock) for _ in range(3)]
    clock.now += 10
    for step in range(3_000):
        pace = paces[step % 3]
        pace.add(lane.reserve(1_000_000))
        starts.append((clock.now, pace.grant(1_000_000)))
        clock.now += 0.001
    assert_within(rate, starts)


@pytest.mark.parametrize("workers", [1, 4])
@pytest.mark.parametrize("rate", RATES)
def test_where_there_is_always_something_to_send_three_quarters_of_the_rate_are_used(rate: float, workers: int) -> None:
    clock, cadence, made = Clock(), Cadence.of(rate), 0
    lane, paces = Lane(cadence.debit, clock), [Pace(cadence, clock) for _ in range(workers)]
    chunk = max(1, int(cadence.debit / 4))
    lasting, pause = max(4.0, 40 / rate), max(0.02, 0.2 / rate)
    while clock.now < 1_000 + lasting:
        for pace in paces:
            if pace.left < chunk / 2:
                pace.add(lane.reserve(chunk - pace.left))
            made += pace.grant(1_000_000)
        clock.now += pause
    assert made >= lasting * rate * 0.75


@given(st.sampled_from(RATES), st.lists(st.tuples(PASSED, st.integers(1, 12)), min_size=30, max_size=150))
def test_long_texts_take_no_more_of_the_rate_than_as_many_short_ones(
    rate: float, steps: list[tuple[float, int]]
) -> None:
    clock, cadence, starts = Clock(), Cadence.of(rate), []
    lane, pace = Lane(cadence.debit, clock), Pace(cadence, clock)
    for passed, cost in steps:
        clock.now += passed
        pace.add(lane.reserve(12))
        if granted := pace.grant(cost):
            pace.owe(cost - granted)
            starts.append((clock.now, cost))
    longest = max((cost for _, cost in starts), default=1)
    assert_within(rate, starts, more=longest - 1)


# --- one worker's departures ---


def test_without_a_departure_nothing_starts() -> None:
    pace, _ = worker()
    assert (pace.grant(1), pace.left, pace.delay()) == (0, 0, None)


def test_each_departure_is_one_start_from_its_time_on() -> None:
    pace, clock = worker()
    given_departures(pace, clock, 3)
    starts = []
    for _ in range(3):
        starts.append(pace.grant(10))
        clock.now += 0.01 + ROUNDING
    assert starts == [1, 1, 1]
    assert pace.left == 0


@given(st.integers(0, 10), st.integers(0, 10))
def test_never_more_is_granted_than_wanted_nor_than_was_reserved(wanted: int, reserved: int) -> None:
    pace, clock = worker()
    given_departures(pace, clock, reserved, pas=0.0)
    assert pace.grant(wanted) == min(wanted, reserved)


def test_after_the_delay_it_names_one_start_may_happen() -> None:
    pace, clock = worker()
    given_departures(pace, clock, 2, wait=0.3)
    assert pace.grant(10) == 0
    delay = pace.delay()
    assert delay == pytest.approx(0.3)
    clock.now += delay + ROUNDING
    assert (pace.delay(), pace.grant(10)) == (0, 1)


@pytest.mark.parametrize("rate", RATES)
def test_a_departure_missed_by_more_than_the_tolerance_is_lost(rate: float) -> None:
    pace, clock = worker(rate)
    given_departures(pace, clock, 2, pas=10.0)
    clock.now += Cadence.of(rate).tolerance + ROUNDING
    assert (pace.left, pace.grant(10)) == (1, 0)


@pytest.mark.parametrize("rate", RATES)
def test_a_departure_missed_by_less_is_still_good(rate: float) -> None:
    pace, clock = worker(rate)
    given_departures(pace, clock, 1)
    clock.now += Cadence.of(rate).tolerance - ROUNDING
    assert pace.grant(10) == 1


def test_a_grant_given_back_may_be_used_at_once() -> None:
    pace, clock = worker()
    given_departures(pace, clock, 3, pas=0.0)
    assert pace.grant(3) == 3
    pace.give_back(2)
    assert pace.grant(3) == 2


def test_a_grant_given_back_too_late_is_lost() -> None:
    pace, clock = worker()
    given_departures(pace, clock, 1)
    assert pace.grant(1) == 1
    clock.now += Cadence.of(100.0).tolerance + ROUNDING
    pace.give_back(1)
    assert pace.grant(1) == 0


def test_silence_gives_every_departure_up() -> None:
    pace, clock = worker()
    given_departures(pace, clock, 3)
    pace.drop()
    assert (pace.left, pace.delay()) == (0, None)


# --- what is owed ---


@given(st.integers(0, 20))
def test_what_is_owed_is_paid_before_anything_starts(owed: int) -> None:
    pace, clock = worker()
    pace.owe(owed)
    given_departures(pace, clock, 25)
    granted = []
    for _ in range(25):
        granted.append(pace.grant(1))
        clock.now += 0.01 + ROUNDING
    assert granted == [0] * owed + [1] * (25 - owed)


def test_what_is_owed_is_paid_once() -> None:
    pace, clock = worker()
    pace.owe(2)
    given_departures(pace, clock, 6, pas=0.0)
    assert pace.grant(10) == 4


def test_the_delay_counts_what_is_owed() -> None:
    pace, clock = worker()
    given_departures(pace, clock, 3)
    pace.owe(2)
    assert pace.delay() == pytest.approx(0.02)
    pace.owe(100)  # more than is reserved: the rest of the wait is known once more is
    assert pace.delay() is not None
    assert pace.delay() > 0


def test_a_departure_missed_pays_too() -> None:
    pace, clock = worker()
    pace.owe(1)
    given_departures(pace, clock, 2, pas=1.0)
    clock.now += 1 + ROUNDING
    assert pace.grant(10) == 1


# --- how a rate becomes departures ---


@given(st.floats(0.01, 10_000))
def test_departures_use_at_least_eight_tenths_of_a_rate_and_never_all_of_it(rate: float) -> None:
    assert 0.8 * rate * (1 - ROUNDING) <= Cadence.of(rate).debit < rate


@given(st.floats(0.01, 10_000))
def test_the_departures_of_a_second_and_of_the_tolerance_are_within_the_rate(rate: float) -> None:
    cadence = Cadence.of(rate)
    if cadence.debit > 0.8 * rate:
        assert cadence.debit * (1 + cadence.tolerance) + 1 <= rate * (1 + ROUNDING)
    else:
        assert 1 / cadence.debit - cadence.tolerance >= 1 / rate * (1 - ROUNDING)
