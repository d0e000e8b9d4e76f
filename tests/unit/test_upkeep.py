"""Changes of many rows go on until none is left or the time of the pass is over."""

from relances.services.upkeep import Upkeep


class Table:
    """So many rows to change; ``asked``: how many each statement might."""

    def __init__(self, rows: int) -> None:
        self.rows = rows
        self.asked: list[int] = []

    def change(self, nombre: int) -> int:
        done = min(self.rows, nombre)
        self.rows -= done
        self.asked.append(nombre)
        return done


def test_it_comes_to_the_end() -> None:
    table = Table(12_000)
    assert Upkeep(60).all(table.change) == 12_000
    assert table.rows == 0
    assert max(table.asked) <= 10_000  # no statement holds its rows for long


def test_where_nothing_is_left_one_statement_tells() -> None:
    table = Table(0)
    assert Upkeep(60).all(table.change) == 0
    assert len(table.asked) == 1


def test_without_time_each_change_still_gets_its_turn() -> None:
    first, second, upkeep = Table(1_000_000), Table(1_000_000), Upkeep(0)
    for table in (first, second):
        assert 0 < upkeep.all(table.change) < 1_000_000
        assert len(table.asked) == 1
