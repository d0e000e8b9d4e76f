"""How large the transactions of a write-back are."""

from hypothesis import given
from hypothesis import strategies as st

from relances.store.write_back import next_size

SIZES = st.integers(1, 100_000)
SECONDS = st.floats(0, 1_000)


@given(size=SIZES, seconds=SECONDS, aim=st.floats(0.001, 10), most=SIZES)
def test_it_changes_by_half_at_most_and_never_leaves_its_bounds(
    size: int, seconds: float, aim: float, most: int
) -> None:
    following = next_size(size, seconds, aim, most)
    assert 1 <= following <= most
    assert following <= 2 * size
    assert following >= min(most, size // 2)


def test_it_comes_to_what_lasts_as_long_as_aimed_at() -> None:
    size = 250
    for _ in range(10):
        size = next_size(size, size / 8_000, 0.25, 10_000)
    assert size == 2_000


def test_what_takes_too_long_comes_down_to_a_single_row() -> None:
    size = 250
    for _ in range(10):
        size = next_size(size, 1.0, 0.25, 10_000)
    assert size == 1
