"""How many calls begin together: as many parties as can be written while one call lasts."""

import pytest

from relances.sending.parties import Parties


def parties(places: int, call: float, writing: float) -> Parties:
    """Those of a worker that has seen many calls and round trips of so many seconds."""
    seen = Parties(places)
    for _ in range(200):
        seen.note_call(call)
        seen.note_writing(writing)
    return seen


@pytest.mark.parametrize(
    ("call", "writing", "size"),
    [
        (0.005, 0.005, 16),  # the provider answers at once: four parties, the fewest round trips
        (0.030, 0.005, 11),  # six can be written while one is called
        (0.100, 0.005, 8),  # twenty could be: eight are enough
        (5.0, 0.005, 8),
    ],
)
def test_a_party_is_what_keeps_every_place_busy(call: float, writing: float, size: int) -> None:
    assert parties(64, call, writing).size == size


def test_the_first_parties_are_small() -> None:
    assert Parties(64).size == 8


@pytest.mark.parametrize("places", [1, 2, 3])
def test_there_is_always_a_party(places: int) -> None:
    assert parties(places, 0.1, 0.1).size == 1


def test_one_slow_call_changes_little() -> None:
    seen = parties(64, 0.01, 0.01)
    seen.note_call(0.05)
    assert seen.size == 16
