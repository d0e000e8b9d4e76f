"""Calls start one by one, at a rate."""

from relances_providers.http.pacer import Pacer


class Clock:
    """Monotonic seconds that pass when told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_the_first_start_is_now_and_each_next_one_an_interval_later() -> None:
    pacer = Pacer(4, Clock())
    assert [pacer.take() for _ in range(4)] == [0, 0.25, 0.5, 0.75]


def test_time_that_passed_counts() -> None:
    clock = Clock()
    pacer = Pacer(4, clock)
    pacer.take()
    clock.now += 0.125
    assert pacer.take() == 0.125


def test_a_pause_is_not_made_up_for() -> None:
    clock = Clock()
    pacer = Pacer(4, clock)
    clock.now += 60
    assert [pacer.take() for _ in range(3)] == [0, 0.25, 0.5]


async def test_a_turn_waits_for_its_start() -> None:
    clock = Clock()
    pacer = Pacer(1_000_000, clock)
    for _ in range(3):
        await pacer.turn()
    assert pacer.take() > 0
